"""Values of fields as JSON can hold them, and the difference that they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

from flyteplan.model import duration
from flyteplan.model.plan import Difference
from flyteplan.model.primary import SHARED_MEMORY_MOUNT

_PLAIN = (str, bool, int, float, type(None))
# The fields of a message in the order of their names: each with that, and with those of its values.
_Shape = tuple[tuple[Any, str, dict[Any, str]], ...]
# What base, live and desired have in one place, in this order; None: it is not there. Two where base is live.
Sides = Sequence[Any]


def equal(values: Sides) -> bool:
    """By value and by type: 1 is not True."""
    first = values[0]
    for value in values:  # noqa: SIM110 - a generator costs more than all its comparisons
        if value is not first and (type(value) is not type(first) or value != first):
            return False
    return True


def unlike(sides: Sequence[dict[Any, Any]]) -> list[tuple[Any, Sides]]:
    """What not all sides have the same values for, with these; None where a side has none."""
    if len(sides) == 2:
        was, now = sides
        found: list[tuple[Any, Sides]] = [(key, (was.get(key), one)) for key, one in now.items() if was.get(key) != one]
        if len(was) > len(now) or not was.keys() <= now.keys():
            found += [(key, (one, None)) for key, one in was.items() if key not in now]
        return found
    keys = {key: None for side in sides for key in side}
    every = [(key, [side.get(key) for side in sides]) for key in keys]
    return [(key, values) for key, values in every if any(value != values[0] for value in values)]


def same(left: Any, right: Any) -> bool:
    """Whether two values of JSON are the same at every depth, by value and by type."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def told(path: str, values: Sides) -> tuple[Difference, ...]:
    """The difference that *values* make, if they make one."""
    if equal(values) and all(same(value, values[0]) for value in values):
        return ()
    return (difference(path, values),)


def difference(path: str, values: Sides) -> Difference:
    """That of *values* of which not all are the same."""
    return Difference(path, values[0], values[-2], values[-1])


def serialized(message: Any) -> str:
    return str(message.SerializeToString(deterministic=True).hex())


def tell(message: Any, value: Callable[[Any], Any]) -> Any:
    """*value* of *message*, None without one; with the bytes where it holds fields that we do not know."""
    if message is None:
        return None
    if _is_known(message):
        return value(message)
    return {"value": value(message), "serialized": serialized(message)}


def teller(descriptor: Any, value: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """As `tell`, for many messages of one type: what is the same for all of them is asked once."""
    if not _is_flat(descriptor):
        return lambda message: tell(message, value)
    unknown = _unknown_fields()
    return lambda message: value(message) if message is not None and not len(unknown(message)) else tell(message, value)


def _is_known(message: Any) -> bool:
    """Whether we know all fields that it holds, those of the messages inside of it too."""
    if len(_unknown_fields()(message)):
        return False
    if _is_flat(message.DESCRIPTOR):
        return True
    known = type(message)()
    known.CopyFrom(message)
    known.DiscardUnknownFields()
    return bool(known.ByteSize() == message.ByteSize())


def holds_unknown(sides: Sides) -> bool:
    """Whether any has fields of a newer server, those of the messages inside of them left aside."""
    unknown = _unknown_fields()
    for side in sides:  # noqa: SIM110 - a generator costs more than what it asks
        if side is not None and len(unknown(side)):
            return True
    return False


@cache
def _unknown_fields() -> Any:
    """Protobuf's set of them, imported when there are messages to compare."""
    from google.protobuf.unknown_fields import UnknownFieldSet

    return UnknownFieldSet


@cache
def _is_flat(descriptor: Any) -> bool:
    return all(field.message_type is None for field in descriptor.fields)


def plain(value: Any) -> Any:
    """A value that JSON can hold: of a message its proto3 JSON with proto field names."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, _PLAIN) or not hasattr(value, "DESCRIPTOR"):
        return value
    shape = _shape(value.DESCRIPTOR)
    return _message(value) if shape is None else _simple(value, shape)


def _message(message: Any) -> Any:
    from google.protobuf.json_format import MessageToDict, SerializeToJsonError

    try:
        return by_key(MessageToDict(message, preserving_proto_field_name=True))
    except SerializeToJsonError:  # a number in it that JSON does not have
        return {"serialized": serialized(message)}


def _simple(message: Any, shape: _Shape) -> dict[str, Any]:
    """The same of a message whose values JSON has as they are, or by their names: several times as fast."""
    held = dict(message.ListFields())
    return {name: names.get(held[field], held[field]) for field, name, names in shape if field in held}


@cache
def _shape(descriptor: Any) -> _Shape | None:
    """Its fields by name, with the names of their values where they have some; None where JSON has other words."""
    if descriptor.full_name.startswith("google.protobuf.") or not all(map(_is_simple, descriptor.fields)):
        return None
    fields = sorted(descriptor.fields, key=lambda field: field.name)
    return tuple((field, str(field.name), _names(field.enum_type)) for field in fields)


def _is_simple(field: Any) -> bool:
    if field.is_repeated or field.message_type is not None:
        return False
    if field.enum_type is not None:
        return not field.enum_type.full_name.startswith("google.protobuf.")
    return (
        field.cpp_type in (field.CPPTYPE_STRING, field.CPPTYPE_BOOL, field.CPPTYPE_INT32)
        and field.type != field.TYPE_BYTES
    )


def _names(enum: Any) -> dict[Any, str]:
    return {} if enum is None else {number: str(value.name) for number, value in enum.values_by_number.items()}


def by_key(value: Any) -> Any:
    """*value* with its mappings sorted: protobuf hands out the entries of a map in another order in each process."""
    if isinstance(value, dict):
        return {key: by_key(value[key]) for key in sorted(value)}
    return [by_key(item) for item in value] if isinstance(value, list) else value


def _duration(message: Any) -> str:
    return _shown(message.seconds * duration.SECOND + message.nanos)


_shown = lru_cache(maxsize=4096)(duration.show)


def _shared_memory(message: Any) -> Any:
    """The manifest's value, where the mount is the one that the SDK always writes."""
    if (message.mount_path, message.mount_name) == SHARED_MEMORY_MOUNT:
        return message.size_limit or "auto"
    return plain(message)


# Messages that one text tells.
TEXTS: dict[str, Callable[[Any], Any]] = {
    "google.protobuf.Duration": _duration,
    "flyteidl2.core.SharedMemory": _shared_memory,
}
