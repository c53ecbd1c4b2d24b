"""`overrides.cache`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteplan.validate.bounds import nanoseconds
from flyteplan.validate.draft import Draft

_PATH = ("overrides", "cache")
_AT = ("spec", *_PATH)


def put_cache(draft: Draft, value: Any) -> None:
    if isinstance(value, str):
        draft.put((*_PATH, "behavior"), value, _AT)
        return
    if draft.replacing:
        _check_whole(draft, value)
    for name, setting in value.items():
        draft.put((*_PATH, name), _converted(draft, name, setting))


def _converted(draft: Draft, name: str, value: Any) -> Any:
    if name == "max_age" and value is not None:
        return nanoseconds(draft, value, (*_AT, name))
    if name == "ignored_inputs":
        return tuple(value or ())
    return value


def _check_whole(draft: Draft, value: Mapping[str, Any]) -> None:
    """The SDK replaces the whole cache, and there its default behavior is auto, which it then refuses."""
    behavior = value.get("behavior")
    if behavior is None:
        hint = "add behavior: override, or write disable"
        draft.wrong_key("FP1210", _AT, "cache needs a behavior under strategy: replace", hint)
    if behavior == "override" and not value.get("version_override"):
        message = "cache needs a version_override under strategy: replace"
        draft.wrong_key("FP1210", _AT, message, "add version_override: v2")
    if behavior == "disable" and "version_override" in value:
        message = "cache: strategy: replace can not give a version to a cache that is disabled"
        draft.wrong_key("FP1211", (*_AT, "version_override"), message, "leave it out, or use strategy: merge")
