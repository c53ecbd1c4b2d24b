"""JSON Schemas that a type may carry, beyond those that the SDK writes today."""

from __future__ import annotations

from typing import Any

import pytest

from flyteplan.inputs.mismatch import MismatchError
from flyteplan.inputs.record import Node, Record
from flyteplan.pipeline.breaks import breaks

TREE: dict[str, Any] = {
    "$defs": {
        "Leaf": {"type": "object", "title": "Leaf", "properties": {"size": {"type": "integer", "maximum": 3}}},
        "Tree": {
            "type": "object",
            "title": "Tree",
            "properties": {
                "leaves": {"type": "array", "items": {"$ref": "#/$defs/Leaf"}},
                "left": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}], "default": None},
            },
        },
    },
    "$ref": "#/$defs/Tree",
}


def filled(schema: Node, value: Any) -> Any:
    return Record(schema, breaks).filled(value, "x")


def of(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "title": "Thing", "properties": fields}


def test_a_schema_that_speaks_of_itself_fills_as_deep_as_the_value_is() -> None:
    assert filled(TREE, {"left": {"leaves": []}}) == {"left": {"leaves": [], "left": None}}


def test_a_bound_behind_a_reference_is_found_where_it_is_broken() -> None:
    with pytest.raises(MismatchError, match=r"^x\.left\.leaves\[1\]\.size must be at most 3, not 4$"):
        filled(TREE, {"left": {"leaves": [{"size": 1}, {"size": 4}]}})


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ({"type": "string", "pattern": "^a+$"}, "b", 'x.f must be of the form ^a+$, not "b"'),
        ({"type": "string", "maxLength": 2}, "abc", 'x.f must be at most 2 characters long, not "abc"'),
        ({"type": "array", "uniqueItems": True}, [1, 1], "x.f must be a list without repetitions, not [1, 1]"),
        ({"type": "number", "exclusiveMinimum": 0}, 0, "x.f must be more than 0, not 0.0"),
        ({"type": ["integer", "null"]}, "a", 'x.f must be an int or None, not "a"'),
        ({"const": "a"}, "b", 'x.f must be "a", not "b"'),
        ({"type": "object", "minProperties": 1}, {}, "x.f must be a mapping of at least 1 keys, not {}"),
        ({"type": "string", "format": "date"}, "2023-02-29", 'x.f must be a date, not "2023-02-29"'),
        ({"type": "string", "format": "date-time"}, "soon", 'x.f must be a datetime, not "soon"'),
        ({"type": "string", "format": "duration"}, "PT", 'x.f must be a timedelta, not "PT"'),
        ({"type": "string", "format": "duration"}, 1.5, "x.f must be a timedelta, not 1.5"),
        ({"type": "string", "format": "base64"}, "YQ==", "x.f is bytes, which a manifest can not give"),
        (
            {"type": "object", "propertyNames": {"type": "integer"}},
            {"a": 1},
            'x.f has the key "a", and its keys must be ints',
        ),
        ({"enum": [1, 2]}, True, "x.f must be 1 or 2, not true"),
        ({"enum": [1, 2]}, 1.0, "x.f must be 1 or 2, not 1.0"),
        ({"oneOf": [{"type": "integer"}, {"type": "array"}]}, "a", 'x.f must be an int or a list, not "a"'),
    ],
)
def test_what_breaks_a_schema_is_told_in_words(field: Node, value: Any, message: str) -> None:
    with pytest.raises(MismatchError) as found:
        filled(of(f=field), {"f": value})
    assert str(found.value) == message


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ({"type": ["number", "null"]}, 1, 1.0),
        ({"anyOf": [{"type": "number"}, {"type": "integer"}]}, 1, 1),
        ({"anyOf": [{"type": "number"}, {"type": "integer"}]}, 1.0, 1.0),
        ({"anyOf": [{"type": "number"}, {"type": "string"}]}, 1, 1.0),
        ({}, {"any": [1]}, {"any": [1]}),
        ({"$ref": "#/$defs/Nowhere"}, 1, 1),
        ({"type": "strange"}, 1, 1),
        ({"type": "object", "additionalProperties": True, "properties": {}}, {"more": 1}, {"more": 1}),
        ({"type": "string", "format": "duration"}, "-1.5s", "-PT1.5S"),
        ({"type": "string", "format": "duration"}, "P1D", "P1D"),
        ({"type": "string", "format": "duration"}, "36h", "P1DT12H"),
        ({"type": "string", "format": "duration"}, "0s", "PT0S"),
        ({"type": "string", "format": "date"}, "2024-02-29", "2024-02-29"),
        ({"type": "string", "format": "date-time"}, "2024-02-29t03:04z", "2024-02-29T03:04:00Z"),
        (
            {"type": "string", "format": "date-time"},
            "2024-02-29 03:04:05.1234567+0230",
            "2024-02-29T03:04:05.123456+02:30",
        ),
        ({"type": "string", "format": "date-time"}, "2024-02-29", "2024-02-29T00:00:00"),
        ({"type": "object", "propertyNames": {"type": "integer"}}, {"-1": 2}, {"-1": 2}),
        ({"type": "integer", "enum": ["LOW", "HIGH"]}, "LOW", "LOW"),
        ({"enum": [1, True]}, True, True),
    ],
)
def test_what_fits_is_taken(field: Node, value: Any, expected: Any) -> None:
    made = filled(of(f=field), {"f": value})["f"]
    assert made == expected
    assert type(made) is type(expected)


def test_a_field_may_have_the_name_of_a_keyword() -> None:
    schema = of(enum={"type": "string"}, type={"enum": ["a"]}, propertyNames={"type": "integer"})
    closed = {**schema, "additionalProperties": False}
    assert filled(closed, {"enum": "b", "type": "a", "propertyNames": 1})["propertyNames"] == 1


def test_a_dataclass_has_utc_as_python_writes_it() -> None:
    schema = of(f={"type": "string", "format": "date-time"})
    assert Record(schema, breaks, model=False).filled({"f": "2024-02-29T03:04Z"}, "x") == {
        "f": "2024-02-29T03:04:00+00:00"
    }


def test_a_schema_that_can_not_be_compiled_refuses_nothing() -> None:
    assert filled(of(f={"type": "string", "pattern": "("}), {"f": "a"}) == {"f": "a"}


def test_a_default_that_does_not_fit_its_own_schema_is_left_to_the_class() -> None:
    assert filled(of(f={"enum": ["RED"], "default": "red"}), {}) == {}
