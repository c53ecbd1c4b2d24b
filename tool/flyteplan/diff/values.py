"""Values of fields as JSON can hold them, and the difference that they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from flyteplan.model import duration
from flyteplan.model.plan import Difference
from flyteplan.model.primary import SHARED_MEMORY_MOUNT

_PLAIN = (str, bool, int, float, type(None))
# What base, live and desired have in one place, in this order; None: it is not there. Two where base is live.
Sides = Sequence[Any]


def equal(values: Sides) -> bool:
    """By value and by type: 1 is not True."""
    first = values[0]
    for value in values:  # noqa: SIM110 - a generator costs more than all its comparisons
        if value is not first and (type(value) is not type(first) or value != first):
            return False
    return True


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
    return (Difference(path=path, base=values[0], live=values[-2], desired=values[-1]),)


def serialized(message: Any) -> str:
    return str(message.SerializeToString(deterministic=True).hex())


def tell(message: Any, value: Callable[[Any], Any]) -> Any:
    """*value* of *message*, None without one; with the bytes where it holds fields that we do not know."""
    if message is None:
        return None
    if not _is_known(message):
        return {"value": value(message), "serialized": serialized(message)}
    return value(message)


def _is_known(message: Any) -> bool:
    """Whether we know all fields that it holds, those of the messages inside of it too."""
    if _is_flat(message.DESCRIPTOR):
        return not holds_unknown(message)
    known = type(message)()
    known.CopyFrom(message)
    known.DiscardUnknownFields()
    return bool(known.ByteSize() == message.ByteSize())


def holds_unknown(message: Any) -> bool:
    """Whether it has fields of a newer server, those of the messages inside of it left aside."""
    return bool(len(_unknown_fields()(message)))


@cache
def _unknown_fields() -> Any:
    """Protobuf is imported when there are messages to compare."""
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
    from google.protobuf.json_format import MessageToDict, SerializeToJsonError

    try:
        return by_key(MessageToDict(value, preserving_proto_field_name=True))
    except SerializeToJsonError:  # a number in it that JSON does not have
        return {"serialized": serialized(value)}


def by_key(value: Any) -> Any:
    """*value* with its mappings sorted: protobuf hands out the entries of a map in another order in each process."""
    if isinstance(value, dict):
        return {key: by_key(value[key]) for key in sorted(value)}
    return [by_key(item) for item in value] if isinstance(value, list) else value


def _duration(message: Any) -> str:
    return duration.show(message.seconds * duration.SECOND + message.nanos)


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
