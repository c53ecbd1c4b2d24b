"""The walk over three messages of one type at once. What is equal is cut off by a comparison in C."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from flyteplan.diff.keyed import keyed
from flyteplan.diff.names import VALUES, name_of
from flyteplan.diff.values import TEXTS, Sides, equal, holds_unknown, plain, serialized, tell, told
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


# The values of one field on all sides, None where it is not set.
_Tells = Callable[[Sides, "_Step"], Iterable[Difference]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One field of a message at one path, and what tells its differences."""

    field: Any
    path: str
    tells: _Tells


def walk(sides: Sides, path: str = "") -> list[Difference]:
    """The differences of *sides*, messages of one type; None stands for a message that is not there.

    A list: generators inside of each other would hand every difference up level by level.
    """
    if equal(sides):
        return []
    found: list[Difference] = []
    # A message lists what is set in it at one blow; to ask it field by field takes several times as long.
    held = [{} if side is None else {field.name: value for field, value in side.ListFields()} for side in sides]
    differing = _differing(held)
    for name, step in _steps(next(side for side in sides if side is not None).DESCRIPTOR, path).items():
        if name in differing:
            found += step.tells([one.get(name) for one in held], step)
    found += _unknown(sides, path)
    return found


def _differing(held: Sequence[Mapping[str, Any]]) -> set[str]:
    """The names of the fields that are not the same on all sides."""
    first, *others = held
    found: set[str] = set()
    for other in others:
        found |= first.keys() ^ other.keys()
        found.update([name for name in first.keys() & other.keys() if first[name] != other[name]])
    return found


@cache
def _steps(descriptor: Any, path: str) -> dict[str, _Step]:
    """By the name of the field. The same for every template: paths and kinds are found once."""
    inner = {field: f"{path}.{field.name}" if path else str(field.name) for field in descriptor.fields}
    return {
        field.name: _Step(field=field, path=at, tells=_teller(field)) for field, at in inner.items() if at != _VERSION
    }


def _teller(field: Any) -> _Tells:
    if field.message_type is None:
        return _values if field.is_repeated else _value
    if field.message_type.GetOptions().map_entry:
        return _map
    return _items if field.is_repeated else _message


def _items(values: Sides, step: _Step) -> Iterable[Difference]:
    return keyed([value or () for value in values], step.field, step.path)


def _values(values: Sides, step: _Step) -> Iterable[Difference]:
    return told(name_of(step.path), [list(value or ()) for value in values])


def _value(values: Sides, step: _Step) -> Iterable[Difference]:
    words, field = VALUES.get(step.path), step.field
    values = [_scalar(value, field) for value in values]
    if equal(values):
        return ()
    return told(name_of(step.path), [words[value] for value in values] if words else values)


def _map(values: Sides, step: _Step) -> list[Difference]:
    maps = [{} if value is None else value for value in values]
    found: list[Difference] = []
    for key in sorted({key for entries in maps for key in entries}):
        if step.path == _TAGS and str(key).startswith(TAG_PREFIX):
            continue
        inside = [plain(entries[key]) if key in entries else None for entries in maps]
        found += told(name_of(f"{step.path}.{key}"), inside)
    return found


def _message(sides: Sides, step: _Step) -> Iterable[Difference]:
    path, kind = step.path, step.field.message_type.full_name
    if kind == "google.protobuf.Struct":
        return _struct(sides, path)
    if kind in TEXTS:
        return _whole(sides, path, TEXTS[kind])
    if None not in sides or kind in _OPEN:
        return [*_presence(sides, path), *walk(sides, path)]
    return _whole(sides, path, plain)


def _presence(sides: Sides, path: str) -> Iterable[Difference]:
    """A message that is there but empty differs from one that is not there, and no field of it tells so."""
    if None not in sides or all(side is None or side.ByteSize() for side in sides):
        return ()
    return told(name_of(path) + ".(present)", [side is not None for side in sides])


def _struct(sides: Sides, path: str) -> Iterable[Difference]:
    from flyteplan.diff.freeform import freeform

    return freeform(sides, path)


def _whole(sides: Sides, path: str, value: Callable[[Any], Any]) -> Iterable[Difference]:
    """Each side by its *value*; where that can not tell them apart, the bytes do."""
    values = [tell(side, value) for side in sides]
    if equal(values):
        values = [None if side is None else {"serialized": serialized(side)} for side in sides]
    return told(name_of(path), values)


def _scalar(value: Any, field: Any) -> Any:
    """*value* as it is shown; None is one that is not set, and means the default where a field is always there."""
    if value is None:
        if field.has_presence:
            return None
        value = field.default_value
    if field.enum_type is not None:
        return _enum(value, field) if value or field.has_presence else None
    return (value or None) if isinstance(value, str) and not field.has_presence else plain(value)


def _enum(value: int, field: Any) -> str | int:
    known = field.enum_type.values_by_number.get(value)
    return value if known is None else str(known.name)


def _unknown(sides: Sides, path: str) -> Iterable[Difference]:
    """Fields of a newer server, as the hexadecimal of their bytes."""
    if not any(side is not None and holds_unknown(side) for side in sides):
        return ()
    values = [None if side is None else _unknown_bytes(side) or None for side in sides]
    return told(f"{name_of(path)}.(unknown)" if path else "(unknown)", values)


def _unknown_bytes(side: Any) -> str:
    copy = type(side)()
    copy.CopyFrom(side)
    for field in side.DESCRIPTOR.fields:
        copy.ClearField(field.name)
    return serialized(copy)
