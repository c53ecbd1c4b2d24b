"""Messages and numbers as proto3 JSON."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, isnan
from typing import Any

_VALUE = "google.protobuf.Value"


def number(value: float) -> float | str:
    """What JSON has no number for is its name, which equals itself, as not a number does not."""
    if isfinite(value):
        return value
    return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"


def as_json(message: Any) -> Any:
    """By the names of the proto. What JSON has no number for is said by its name in a Struct too, where proto3 JSON has
    no place for it: a server may have taken one.
    """
    from google.protobuf.json_format import MessageToDict, SerializeToJsonError

    try:
        return MessageToDict(message, preserving_proto_field_name=True)
    except SerializeToJsonError:
        copy = type(message)()
        copy.CopyFrom(message)
        _say(copy)
        return MessageToDict(copy, preserving_proto_field_name=True)


def _say(message: Any) -> None:
    if message.DESCRIPTOR.full_name == _VALUE and message.WhichOneof("kind") == "number_value":
        told = number(message.number_value)
        if isinstance(told, str):
            message.string_value = told
    for part in _parts(message):
        _say(part)


def _parts(message: Any) -> Iterator[Any]:
    """The messages right inside of *message*."""
    for field, value in message.ListFields():
        if hasattr(value, "DESCRIPTOR"):
            yield value
        elif field.message_type is not None:
            inside = value.values() if hasattr(value, "values") else value
            yield from (one for one in inside if hasattr(one, "DESCRIPTOR"))
