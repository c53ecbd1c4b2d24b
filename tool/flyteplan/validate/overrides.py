"""`spec.overrides` into settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flyteplan.model.document import Pointer
from flyteplan.validate.bounds import put_retries, put_timeout
from flyteplan.validate.caching import put_cache
from flyteplan.validate.draft import Draft, shown
from flyteplan.validate.names import check_annotations, check_env_vars, check_labels
from flyteplan.validate.resources import put_resources
from flyteplan.validate.secrets import put_secrets
from flyteplan.validate.sensitive import Variable, marked

_AT = ("spec", "overrides")
# What the SDK's override() replaces whole.
_REPLACED = frozenset({"resources", "retries", "timeout", "env_vars", "cache", "secrets"})


def put_overrides(draft: Draft, overrides: Mapping[str, Any]) -> None:
    """Every value of a well-shaped `overrides`, in the order it is written."""
    if draft.replacing:
        _refuse_nulls(draft, overrides)
    for name, value in overrides.items():
        if value is None or (draft.replacing and (name in _REPLACED or value == {})):
            draft.put(("overrides", name), None)
        if value is not None:
            _PUT[name](draft, name, value)


def _refuse_nulls(draft: Draft, overrides: Mapping[str, Any]) -> None:
    for pointer in _nulls(overrides, _AT):
        hint = "leave it out, or use {} or [] to clear what can be emptied"
        draft.wrong("FP1211", pointer, f"{shown(pointer)} can not be null under strategy: replace", hint)


def _nulls(value: Any, pointer: Pointer) -> Iterator[Pointer]:
    if value is None:
        yield pointer
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _nulls(item, (*pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nulls(item, (*pointer, index))


def _plain(draft: Draft, name: str, value: Any) -> None:
    draft.put(("overrides", name), value)


def _whole(draft: Draft, name: str, value: float) -> None:
    draft.put(("overrides", name), int(value))


def _env_vars(draft: Draft, name: str, written: Mapping[str, Variable]) -> None:
    values = marked(draft, written, (*_AT, name))
    check_env_vars(draft, values, (*_AT, name))
    _by_name(draft, name, values)


def _labels(draft: Draft, name: str, values: Mapping[str, str | None]) -> None:
    check_labels(draft, values, (*_AT, name))
    _by_name(draft, name, values)


def _annotations(draft: Draft, name: str, values: Mapping[str, str | None]) -> None:
    check_annotations(draft, values, (*_AT, name))
    _by_name(draft, name, values)


def _by_name(draft: Draft, name: str, values: Mapping[str, str | None]) -> None:
    for key, value in values.items():
        draft.put(("overrides", name, key), value)


def _nested(put: Callable[[Draft, Any], None]) -> Callable[[Draft, str, Any], None]:
    return lambda draft, _, value: put(draft, value)


_PUT: Mapping[str, Callable[[Draft, str, Any], None]] = {
    "short_name": _plain,
    "resources": _nested(put_resources),
    "retries": _nested(put_retries),
    "timeout": _nested(put_timeout),
    "env_vars": _env_vars,
    "cache": _nested(put_cache),
    "secrets": _nested(put_secrets),
    "service_account": _plain,
    "produces_artifacts": _plain,
    "image": _plain,
    "interruptible": _plain,
    "labels": _labels,
    "annotations": _annotations,
    "pod_template_name": _plain,
    "queue": _plain,
    "max_inline_io_bytes": _whole,
}
