"""The walk over three messages of one type at once. What is equal is cut off by a comparison in C."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from flyteplan.diff.keyed import keyed
from flyteplan.diff.names import VALUES, name_of
from flyteplan.diff.values import TEXTS, Sides, equal, plain, serialized, tell, told
from flyteplan.model.derived import TAG_PREFIX
from flyteplan.model.plan import Difference

# Messages that are shown field by field even where a side lacks them; any other is then shown whole.
_OPEN = frozenset(
    f"flyteidl2.core.{name}"
    for name in (
        *("Resources", "ExtendedResources", "GPUAccelerator", "RetryStrategy", "Backoff"),
        *("TimeoutStrategy", "SecurityContext", "Identity", "K8sObjectMetadata", "TaskMetadata"),
    )
)
# The version's own: neither part of a digest nor of a diff.
_VERSION = "task_template.id.version"
_TAGS = "task_template.metadata.tags"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One field of a message at one path, and what tells its differences."""

    field: Any
    name: str
    path: str
    tells: Callable[[Sides, _Step], Iterator[Difference]]


def walk(sides: Sides, path: str = "") -> Iterator[Difference]:
    """The differences of *sides*, messages of one type; None stands for a message that is not there."""
    if equal(sides):
        return
    for step in _steps(next(side for side in sides if side is not None).DESCRIPTOR, path):
        yield from step.tells(sides, step)
    yield from _unknown(sides, path)


@cache
def _steps(descriptor: Any, path: str) -> tuple[_Step, ...]:
    """The same for every template: paths and kinds are found once."""
    inner = {field: f"{path}.{field.name}" if path else str(field.name) for field in descriptor.fields}
    return tuple(
        _Step(field=field, name=field.name, path=at, tells=_teller(field))
        for field, at in inner.items()
        if at != _VERSION
    )


def _teller(field: Any) -> Callable[[Sides, _Step], Iterator[Difference]]:
    if field.message_type is None:
        return _values if field.is_repeated else _value
    if field.message_type.GetOptions().map_entry:
        return _map
    return _items if field.is_repeated else _message


def _items(sides: Sides, step: _Step) -> Iterator[Difference]:
    yield from keyed([() if side is None else getattr(side, step.name) for side in sides], step.field, step.path)


def _values(sides: Sides, step: _Step) -> Iterator[Difference]:
    lists = [[] if side is None else list(getattr(side, step.name)) for side in sides]
    yield from told(name_of(step.path), lists)


def _value(sides: Sides, step: _Step) -> Iterator[Difference]:
    words, field = VALUES.get(step.path), step.field
    values = [_scalar(side, field) for side in sides]
    if not equal(values):
        yield from told(name_of(step.path), [words[value] for value in values] if words else values)


def _present(side: Any, name: str) -> Any:
    return getattr(side, name) if side is not None and side.HasField(name) else None


def _map(sides: Sides, step: _Step) -> Iterator[Difference]:
    maps = [{} if side is None else getattr(side, step.name) for side in sides]
    for key in sorted({key for entries in maps for key in entries}):
        if step.path == _TAGS and str(key).startswith(TAG_PREFIX):
            continue
        values = [plain(entries[key]) if key in entries else None for entries in maps]
        yield from told(name_of(f"{step.path}.{key}"), values)


def _message(parents: Sides, step: _Step) -> Iterator[Difference]:
    sides, path = [_present(side, step.name) for side in parents], step.path
    if equal(sides):
        return
    kind = step.field.message_type.full_name
    if kind == "google.protobuf.Struct":
        yield from _struct(sides, path)
    elif kind in TEXTS:
        yield from _whole(sides, path, TEXTS[kind])
    elif None not in sides or kind in _OPEN:
        yield from _presence(sides, path)
        yield from walk(sides, path)
    else:
        yield from _whole(sides, path, plain)


def _presence(sides: Sides, path: str) -> Iterator[Difference]:
    """A message that is there but empty differs from one that is not there, and no field of it tells so."""
    told_by_fields = {side is None or bool(side.ByteSize()) for side in sides}
    if None in sides and False in told_by_fields:
        yield from told(name_of(path) + ".(present)", [side is not None for side in sides])


def _struct(sides: Sides, path: str) -> Iterator[Difference]:
    from flyteplan.diff.freeform import freeform

    yield from freeform(sides, path)


def _whole(sides: Sides, path: str, value: Callable[[Any], Any]) -> Iterator[Difference]:
    """Each side by its *value*; where that can not tell them apart, the bytes do."""
    values = [tell(side, value) for side in sides]
    if equal(values):
        values = [None if side is None else {"serialized": serialized(side)} for side in sides]
    yield from told(name_of(path), values)


def _scalar(side: Any, field: Any) -> Any:
    if field.has_presence and (side is None or not side.HasField(field.name)):
        return None
    value = field.default_value if side is None else getattr(side, field.name)
    if field.enum_type is not None:
        return _enum(value, field) if value or field.has_presence else None
    return (value or None) if isinstance(value, str) and not field.has_presence else plain(value)


def _enum(value: int, field: Any) -> str | int:
    known = field.enum_type.values_by_number.get(value)
    return value if known is None else str(known.name)


def _unknown(sides: Sides, path: str) -> Iterator[Difference]:
    """Fields of a newer server, as the hexadecimal of their bytes."""
    from google.protobuf.unknown_fields import UnknownFieldSet

    if any(side is not None and len(UnknownFieldSet(side)) for side in sides):
        values = [None if side is None else _unknown_bytes(side) or None for side in sides]
        yield from told(f"{name_of(path)}.(unknown)" if path else "(unknown)", values)


def _unknown_bytes(side: Any) -> str:
    copy = type(side)()
    copy.CopyFrom(side)
    for field in side.DESCRIPTOR.fields:
        copy.ClearField(field.name)
    return serialized(copy)
