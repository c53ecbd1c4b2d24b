"""A document without its faulty parts, so that the rules can judge the rest of it in the same run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flyteplan.validate.schema import Fault


def pruned(value: Any, faults: Iterable[Fault]) -> Any:
    """A copy. Faulty keys are gone, faulty list items are None."""
    copy = _copied(value)
    for fault in faults:
        if fault.keyword == "additionalProperties":
            _drop_unknown(copy, fault)
        elif not _is_about_keys(fault):
            _drop(copy, fault.pointer)
    return copy if isinstance(copy, dict) else {}


def unknown_keys(fault: Fault) -> list[str]:
    """The keys that an `additionalProperties` of false refuses. The one pattern in use is `/`: it contains one."""
    known, slash = fault.node.get("properties", {}), "/" in fault.node.get("patternProperties", {})
    return [key for key in fault.instance if key not in known and not (slash and "/" in key)]


def _is_about_keys(fault: Fault) -> bool:
    """A mapping that lacks a key, or has one too many: what it holds is still to be judged."""
    if fault.keyword == "anyOf":
        return all("required" in branch for branch in fault.node["anyOf"])
    return fault.keyword in ("required", "not")


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _drop_unknown(copy: Any, fault: Fault) -> None:
    for key in unknown_keys(fault):
        _drop(copy, (*fault.pointer, key))


def _drop(copy: Any, pointer: tuple[str | int, ...]) -> None:
    """Another fault may have taken a part above this one away."""
    for step in pointer[:-1]:
        copy = _part(copy, step)
    if not pointer:
        return
    if isinstance(copy, dict):
        copy.pop(pointer[-1], None)
    elif isinstance(copy, list):
        copy[int(pointer[-1])] = None


def _part(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    return value[int(step)] if isinstance(value, list) else None
