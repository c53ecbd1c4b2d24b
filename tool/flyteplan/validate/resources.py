"""`overrides.resources`: quantities, pairs of request and limit, and resources by their Kubernetes names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flyteplan.model import quantity
from flyteplan.model.document import Pointer
from flyteplan.model.sensitive import without_value
from flyteplan.validate.draft import Draft, shown
from flyteplan.validate.names import is_qualified

_PATH = ("overrides", "resources")
_AT = ("spec", *_PATH)
# Where request and limit of a pair are set, and where they stand.
_PAIRS = {
    name: tuple(((*_PATH, name, side), (*_AT, name, index)) for index, side in enumerate(("request", "limit")))
    for name in ("cpu", "memory")
}
# One field with `gpu`: a template has an accelerator under one of these names.
_ACCELERATORS = frozenset(
    {"nvidia.com/gpu", "amd.com/gpu", "google.com/tpu", "aws.amazon.com/neuron", "habana.ai/gaudi"}
)
_SPOKEN = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?:(?P<letter>[kKmMgGtT])?[iI]?[bB]?(?:ytes)?|[a-zA-Z ]+)")
_BELOW_ONE = ("n", "u", "m")
_ABOVE_ONE = ("k", "M", "G", "T", "P", "E", "i")
_MEGABYTES = 256
_BYTES = 2**20


def put_resources(draft: Draft, resources: Mapping[str, Any]) -> None:
    for name, value in resources.items():
        if value is None:
            draft.put((*_PATH, name), None)
        elif name in _PAIRS:
            _put_pair(draft, name, value)
        elif name == "gpu":
            _put_gpu(draft, value)
        else:
            _put_one(draft, name, value)


def _put_gpu(draft: Draft, value: Any) -> None:
    from flyteplan.validate.accelerators import put_gpu

    put_gpu(draft, value)


def _put_pair(draft: Draft, name: str, value: Any) -> None:
    unit, ((request_path, request_at), (limit_path, limit_at)) = name != "cpu", _PAIRS[name]
    if not isinstance(value, list):
        pointer = (*_AT, name)
        draft.put(request_path, _checked(draft, value, pointer, unit=unit), pointer)
        return
    request, limit = value
    request = None if request is None else _checked(draft, request, request_at, unit=unit)
    limit = None if limit is None else _checked(draft, limit, limit_at, unit=unit)
    draft.put(request_path, request, request_at)
    draft.put(limit_path, limit, limit_at)
    if request is not None and limit is not None:
        _check_order(draft, name, request, limit)


def _check_order(draft: Draft, name: str, request: str, limit: str) -> None:
    if quantity.is_above(request, limit):
        hint = f"did you mean [{limit}, {request}]?"
        draft.wrong("FP1203", (*_AT, name), f"{name} request {request} is above its limit {limit}", hint)


def _put_one(draft: Draft, name: str, value: Any) -> None:
    pointer = (*_AT, name)
    if "/" in name:
        _check_extended(draft, name, value)
        text = str(value)
    elif name == "shm" and value == "auto":
        text = ""
    else:
        text = _checked(draft, value, pointer, unit=True, or_else="auto, or " if name == "shm" else "")
    draft.put((*_PATH, name), text)


def _check_extended(draft: Draft, name: str, value: Any) -> None:
    pointer, called = (*_AT, name), without_value(name)
    amount = quantity.nano(_text(value))
    if name in _ACCELERATORS:
        draft.wrong_key("FP1101", pointer, f"{name} is set by gpu", "write gpu: 1, or gpu: A100:1")
    elif not is_qualified(name):
        draft.wrong_key("FP1209", pointer, f"'{called}' can not be the name of a resource", "write domain/name")
    if amount is None or amount < 0 or amount % 10**9:
        draft.wrong("FP1201", pointer, f"{called} must be a whole number of 0 or more", "write 1")


def _checked(draft: Draft, value: Any, pointer: Pointer, *, unit: bool, or_else: str = "") -> str:
    """*value* as text; what is wrong with it goes to *draft*. *or_else*: what may stand there too."""
    text = _text(value)
    if _is_sound(text, unit):
        return text
    amount = quantity.nano(text)
    if amount is None:
        hint = _respelt(text, unit=unit, or_else=or_else)
        draft.wrong("FP1201", pointer, f'{shown(pointer)}: "{text}" is no quantity', hint)
    elif amount < 0:
        draft.wrong("FP1201", pointer, f"{shown(pointer)} must be at least 0, not {text}")
    elif unit:
        _check_unit(draft, text, pointer)
    else:
        number = text.rstrip("kKMGTPEi")
        draft.wrong(
            "FP1201", pointer, f"{shown(pointer)}: {text} is {amount // 10**9:,} cores", f"write {number}m or {number}"
        )
    return text


@lru_cache(maxsize=4096)
def _is_sound(text: str, unit: bool) -> bool:
    """Most quantities are written again and again, and nothing is wrong with them."""
    amount = quantity.nano(text)
    if amount is None or amount < 0:
        return False
    return quantity.has_unit(text) and not text.endswith(_BELOW_ONE) if unit else not text.endswith(_ABOVE_ONE)


def _respelt(text: str, *, unit: bool, or_else: str) -> str:
    """`8 GB` is 8G or 8Gi, `2 cores` is 2."""
    match = _SPOKEN.fullmatch(text)
    if match and unit and match["letter"]:
        letter = match["letter"].upper()
        return f"write {match['number']}{letter}i or {match['number']}{letter}"
    if match and not unit:
        return f"write {match['number']}"
    return f"write {or_else}a quantity such as 500Mi, 8Gi or 20G" if unit else "write 2, 0.5 or 500m"


def _check_unit(draft: Draft, text: str, pointer: Pointer) -> None:
    if not quantity.has_unit(text):
        draft.wrong("FP1202", pointer, f"{shown(pointer)} needs a unit", with_unit(text))
    elif text.endswith(_BELOW_ONE):
        hint = f"write {text[:-1]}M or {text[:-1]}Mi"
        draft.warn("FP1202", pointer, f"{shown(pointer)}: {text} is in parts of a byte", hint)


def with_unit(text: str) -> str:
    """A hint: the unit that a bare number most likely means. Few tasks ask for 512Gi, and none for 64Mi."""
    bytes_ = (quantity.nano(text) or 0) // 10**9
    if bytes_ >= _BYTES:
        return f"{text} bytes are {bytes_ >> 20}Mi: write that, if they are meant"
    unit = "M" if bytes_ >= _MEGABYTES else "G"
    return f"write {text}{unit}i or {text}{unit}"


def _text(value: Any) -> str:
    """A number as the SDK writes it."""
    return value if isinstance(value, str) else str(value)
