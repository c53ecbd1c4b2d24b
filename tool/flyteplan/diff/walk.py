"""The walk over two or three messages of one type at once. What is equal is cut off by a comparison in C."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from flyteplan.diff.keyed import keyed
from flyteplan.diff.names import VALUES, name_of
from flyteplan.diff.scalars import shown_scalar
from flyteplan.diff.values import TEXTS, Sides, difference, equal, holds_unknown, plain, serialized, tell, told, unlike
from flyteplan.model.derived import TAG_PREFIX
from flyteplan.model.itemname import quoted
from flyteplan.model.plan import Difference

# Messages that are shown field by field even where a side lacks them; any other is then shown whole. The first are
# those that most tasks have alike: to remember what any other comes to takes longer than to find it again.
_ALIKE = frozenset(
    f"flyteidl2.core.{name}" for name in ("Backoff", "TimeoutStrategy", "SecurityContext", "GPUAccelerator", "Identity")
)
_OPEN = frozenset(
    f"flyteidl2.core.{name}"
    for name in ("Resources", "ExtendedResources", "RetryStrategy", "K8sObjectMetadata", "TaskMetadata")
)
# Of larger messages is not remembered what they come to, in bytes.
_SMALL = 1024
# The version's own: neither part of a digest nor of a diff.
_VERSION = "task_template.id.version"
_TAGS = "task_template.metadata.tags"
# What tells the differences of one field at one path, of its values on all sides; None where it is not set.
_Tells = Callable[[Sides], Iterable[Difference]]


def walk(sides: Sides, path: str = "") -> list[Difference]:
    """The differences of *sides*, messages of one type, of which not all are equal; None is one that is not there.

    A list: generators inside of each other would hand every difference up level by level.
    """
    # A message lists what is set in it at one blow; to ask it field by field takes several times as long.
    held = [{} if side is None else dict(side.ListFields()) for side in sides]
    found: list[Difference] = []
    for field, values in unlike(held):
        found += _teller(field, path)(values)
    if holds_unknown(sides):
        found += _unknown(sides, path)
    return found


@cache
def _teller(field: Any, path: str) -> _Tells:
    """Of *field* in the message at *path*. The same for every template: paths and kinds are found once."""
    path = f"{path}.{field.name}" if path else str(field.name)
    if path == _VERSION:
        return lambda _: ()
    if field.message_type is None:
        return _values(path) if field.is_repeated else _value(field, path)
    if field.message_type.GetOptions().map_entry:
        return _map(path)
    return keyed(field, path) if field.is_repeated else _message(field, path)


def _values(path: str) -> _Tells:
    return lambda values: told(name_of(path), [list(value or ()) for value in values])


def _value(field: Any, path: str) -> _Tells:
    name, words, shown = name_of(path), VALUES.get(path), shown_scalar(field)

    def tells(values: Sides) -> Iterable[Difference]:
        values = [shown(value) for value in values]
        if equal(values):
            return ()
        return (difference(name, [words[value] for value in values] if words else values),)

    return tells


def _map(path: str) -> _Tells:
    def tells(values: Sides) -> list[Difference]:
        maps = [{} if value is None else value for value in values]
        found: list[Difference] = []
        for key in sorted({key for entries in maps for key in entries}):
            if path == _TAGS and str(key).startswith(TAG_PREFIX):
                continue
            inside = [plain(entries[key]) if key in entries else None for entries in maps]
            found += told(name_of(f"{path}.{quoted(str(key))}"), inside)
        return found

    return tells


def _message(field: Any, path: str) -> _Tells:
    kind = field.message_type.full_name
    if kind == "google.protobuf.Struct":
        return lambda sides: _struct(sides, path)
    if kind in TEXTS:
        return lambda sides: _whole(sides, path, TEXTS[kind])
    if kind in _ALIKE:
        return lambda sides: in_alike(sides, path)
    if kind in _OPEN:
        return lambda sides: _walked(sides, path)
    return lambda sides: _whole(sides, path, plain) if None in sides else walk(sides, path)


def in_alike(sides: Sides, path: str) -> Sequence[Difference]:
    """It is found once what the same bytes come to."""
    kind: Any = None
    written: list[bytes | None] = []
    for side in sides:
        one = None
        if side is not None:
            kind, one = type(side), side.SerializeToString(deterministic=True)
            if len(one) > _SMALL:
                return _walked(sides, path)
        written.append(one)
    return _remembered(kind, path, *written)


@lru_cache(maxsize=1024)
def _remembered(kind: Any, path: str, *written: bytes | None) -> Sequence[Difference]:
    return tuple(_walked([None if one is None else kind.FromString(one) for one in written], path))


def _walked(sides: Sides, path: str) -> Sequence[Difference]:
    found = walk(sides, path)
    return [*_presence(sides, path), *found] if None in sides else found


def _presence(sides: Sides, path: str) -> Iterable[Difference]:
    """A message that is there but empty differs from one that is not there, and no field of it tells so."""
    if all(side is None or side.ByteSize() for side in sides):
        return ()
    return told(name_of(path) + ".(present)", [side is not None for side in sides])


def _struct(sides: Sides, path: str) -> Iterable[Difference]:
    from flyteplan.diff.freeform import freeform

    return freeform(sides, path)


def _whole(sides: Sides, path: str, value: Callable[[Any], Any]) -> Iterable[Difference]:
    """Each side by its *value*; where that can not tell them apart, the bytes do."""
    values = [tell(side, value) for side in sides]
    if equal(values):
        return told(name_of(path), [None if side is None else {"serialized": serialized(side)} for side in sides])
    return (difference(name_of(path), values),)


def _unknown(sides: Sides, path: str) -> Iterable[Difference]:
    """Fields of a newer server, as the hexadecimal of their bytes."""
    values = [None if side is None else _unknown_bytes(side) or None for side in sides]
    return told(f"{name_of(path)}.(unknown)" if path else "(unknown)", values)


def _unknown_bytes(side: Any) -> str:
    copy = type(side)()
    copy.CopyFrom(side)
    for field in side.DESCRIPTOR.fields:
        copy.ClearField(field.name)
    return serialized(copy)
