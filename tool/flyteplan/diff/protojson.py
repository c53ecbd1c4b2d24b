"""Messages as proto3 JSON, with words for what it refuses to say: a server may have taken that."""

from __future__ import annotations

from typing import Any

from flyteplan.model.jsonnumber import jsonnumber

_WELL_KNOWN = "google.protobuf."


def as_json(message: Any) -> Any:
    """By the names of the proto. What a Struct can hold and JSON can not is said by its name (`NaN`), and a duration or
    a moment that has no text by its fields.
    """
    from google.protobuf.json_format import MessageToDict, SerializeToJsonError

    try:
        return MessageToDict(message, preserving_proto_field_name=True)
    except (SerializeToJsonError, ValueError):
        # The latter where *message* itself is the duration, or the moment.
        return _by_parts(message)


def _by_parts(message: Any) -> Any:
    kind = message.DESCRIPTOR.full_name
    if not kind.startswith(_WELL_KNOWN):
        return _by_field(message)
    if kind.endswith(".Struct"):
        return {key: as_json(value) for key, value in message.fields.items()}
    if kind.endswith(".ListValue"):
        return [as_json(value) for value in message.values]
    if kind.endswith(".Value"):
        held = getattr(message, message.WhichOneof("kind"))
        return jsonnumber(held) if isinstance(held, float) else as_json(held)
    # Seconds and nanoseconds: of whole numbers JSON holds those of 32 bits.
    every = message.ListFields()
    return {field.name: value if field.cpp_type == field.CPPTYPE_INT32 else str(value) for field, value in every}


def _by_field(message: Any) -> dict[str, Any]:
    """All but the messages inside of it at once, and each of these by itself."""
    from google.protobuf.json_format import MessageToDict

    rest = type(message)()
    rest.CopyFrom(message)
    inside = [(field, value) for field, value in message.ListFields() if _holds_messages(field)]
    for field, _ in inside:
        rest.ClearField(field.name)
    told = MessageToDict(rest, preserving_proto_field_name=True)
    return {**told, **{field.name: _inside(value) for field, value in inside}}


def _inside(value: Any) -> Any:
    """Of a message, of a list of them, or of a mapping to them."""
    if hasattr(value, "DESCRIPTOR"):
        return as_json(value)
    if hasattr(value, "values"):
        return {str(key): as_json(one) for key, one in value.items()}
    return [as_json(one) for one in value]


def _holds_messages(field: Any) -> bool:
    kind = field.message_type
    if kind is None or not kind.GetOptions().map_entry:
        return kind is not None
    return kind.fields_by_name["value"].message_type is not None
