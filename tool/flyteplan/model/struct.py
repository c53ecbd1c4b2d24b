"""`google.protobuf.Struct` as plain values of JSON: whole numbers as int, what has no value as None."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flyteplan.model.jsonnumber import jsonnumber

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Struct, Value


def plain(struct: Struct) -> dict[str, Any]:
    return {name: plain_value(value) for name, value in struct.fields.items()}


def plain_value(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "number_value":
        return number(value.number_value)
    if kind == "struct_value":
        return plain(value.struct_value)
    if kind == "list_value":
        return [plain_value(item) for item in value.list_value.values]
    return value.bool_value if kind == "bool_value" else None


def number(value: float) -> float | str:
    """A Struct holds doubles only: 3.0 was written as 3, but -0.0 is another number than 0."""
    return int(value) if value.is_integer() and (value or str(value) == "0.0") else jsonnumber(value)
