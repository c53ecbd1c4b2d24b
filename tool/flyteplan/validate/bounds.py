"""`overrides.retries` and `overrides.timeout`, and durations wherever they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteplan.model import duration
from flyteplan.model.document import Pointer
from flyteplan.validate.draft import Draft, shown

_RETRIES = ("overrides", "retries")
_TIMEOUT = ("overrides", "timeout")
_BACKOFF = (*_RETRIES, "backoff")
_WAITS = {name: ((*_BACKOFF, name), ("spec", *_BACKOFF, name)) for name in ("base", "cap")}


def nanoseconds(draft: Draft, value: Any, pointer: Pointer) -> int | None:
    """None when it is no duration, and then *draft* knows."""
    amount = duration.parse(_whole(value))
    if amount is None and duration.is_too_long(_whole(value)):
        seconds, days = duration.MAXIMUM // duration.SECOND, duration.show(duration.MAXIMUM)
        hint = f"write at most {seconds} seconds, which are {days}"
        draft.wrong("FP1207", pointer, f"{shown(pointer)}: {value} is longer than a duration can be", hint)
    elif amount is None:
        hint = "write seconds, or numbers with units such as 90s, 1h30m or 7d"
        draft.wrong("FP1207", pointer, f"{shown(pointer)}: {value} is no duration", hint)
    return amount


def _whole(value: Any) -> str | int:
    """A number of seconds may be written as `1e3`."""
    return value if isinstance(value, str) else int(value)


def put_timeout(draft: Draft, value: Any) -> None:
    if not isinstance(value, dict):
        _put_bound(draft, "max_runtime", value, ("spec", *_TIMEOUT))
        return
    for name, bound in value.items():
        _put_bound(draft, name, bound, ("spec", *_TIMEOUT, name))


def _put_bound(draft: Draft, name: str, value: Any, pointer: Pointer) -> None:
    """No bound is 0 to Flyte, and None here."""
    amount = None if value is None else nanoseconds(draft, value, pointer)
    if amount == 0 and name == "max_runtime" and draft.replacing:
        message = f"{shown(pointer)}: strategy: replace can not take max_runtime away, as the Flyte SDK can not"
        draft.wrong("FP1211", pointer, message, "use strategy: merge")
    draft.put((*_TIMEOUT, name), amount or None, pointer)


def put_retries(draft: Draft, value: Any) -> None:
    if not isinstance(value, dict):
        draft.put((*_RETRIES, "count"), int(value), ("spec", *_RETRIES))
        return
    if "count" in value:
        draft.put((*_RETRIES, "count"), int(value["count"]))
    if value.get("backoff"):
        _put_backoff(draft, value["backoff"])
    elif "backoff" in value:
        draft.put(_BACKOFF, None)


def _put_backoff(draft: Draft, backoff: Mapping[str, Any]) -> None:
    for name, (path, pointer) in _WAITS.items():
        if name in backoff:
            value = backoff[name]
            draft.put(path, None if value is None else nanoseconds(draft, value, pointer))
    if "factor" in backoff:
        draft.put((*_BACKOFF, "factor"), float(backoff["factor"]))
    if backoff.get("factor", 1) > 1 and backoff.get("cap") is None:
        draft.wrong("FP1206", ("spec", *_BACKOFF), "a backoff with a factor above 1 needs a cap", "add cap: 5m")
    _check_cap(draft, backoff)


def _check_cap(draft: Draft, backoff: Mapping[str, Any]) -> None:
    """Flyte takes it, and waits for the cap from the first retry on."""
    base, cap = _whole(backoff.get("base") or 0), _whole(backoff.get("cap") or 0)
    least, most = duration.parse(base), duration.parse(cap)
    if least is not None and most and most < least:
        message = f"retries.backoff: the cap {cap} is below the base {base}"
        draft.warn("FP1206", ("spec", *_BACKOFF, "cap"), message, "every retry waits for the cap alone; raise it")
