"""What is evidently valid is valid, by both libraries; and what is written every day is evident."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyteplan.load import load
from flyteplan.model.document import Document
from flyteplan.validate.evident import evidently
from flyteplan.validate.schema import Validator

ROOT = Path(__file__).parents[2]
KINDS = ("task-override", "config", "override-policy", "policy-test", "plan")
TEXTS = {kind: (ROOT / "schema" / f"{kind}.v1.schema.json").read_text("utf-8") for kind in KINDS}
SCHEMAS: dict[str, dict[str, Any]] = {kind: json.loads(text) for kind, text in TEXTS.items()}
EVIDENT = {kind: evidently(schema) for kind, schema in SCHEMAS.items()}
FAST = {kind: Validator(text, "jsonschema_rs") for kind, text in TEXTS.items()}
SLOW = {kind: Validator(text, "jsonschema") for kind, text in TEXTS.items()}

ODD: list[Any] = [None, True, 0, 1, -1, 1.0, 0.5, 2**53, 2**53 + 1, 2**63, 2**64, 1e308, "", "a", "A", "a-", "é", "a\n"]
ODD += ["a b", "x" * 63, "x" * 64, "x" * 256, "a.b", "\x1c", "\x7f", [], [1], ["a", "a"], {}, {"a/b": 1}, {"a": "b"}]


@dataclass(frozen=True)
class Maker:
    """Makes what a schema allows, what it just does not allow, and (*oddly* often) what has nothing to do with it."""

    schema: Mapping[str, Any]
    random: Random
    oddly: float

    def value(self, node: Any) -> Any:
        if isinstance(node, bool) or self.random.random() < self.oddly:
            return self.random.choice(ODD)
        if "$ref" in node:
            return self.value(self.schema["$defs"][node["$ref"].rpartition("/")[2]])
        if "const" in node:
            return node["const"]
        types = node.get("type")
        if types is None:
            return self.value(self.random.choice([*node.get("oneOf", ()), *node.get("anyOf", ()), True]))
        return self._of(types if isinstance(types, str) else self.random.choice(types), node)

    def _of(self, kind: str, node: Mapping[str, Any]) -> Any:
        if kind == "object":
            return self._object(node)
        if kind == "array":
            items = [*node.get("prefixItems", ()), *[node.get("items", True)] * self.random.randint(0, 2)]
            return [self.value(one) for one in items]
        if kind == "string":
            named = [*node.get("enum", ()), *(one for one in node.get("examples", ()) if isinstance(one, str))]
            return self.random.choice((named or ["a", "a.b"]) * 9 + [one for one in ODD if isinstance(one, str)])
        if kind in ("integer", "number"):
            bounds = [node[bound] + step for bound in ("minimum", "maximum") if bound in node for step in (-1, 0, 1)]
            return self.random.choice([*bounds, 0, 1, 2, 2, 2, 2.0, 0.5, 2**53 + 1])
        return self.random.random() < 0.5 if kind == "boolean" else None

    def _object(self, node: Mapping[str, Any]) -> dict[str, Any]:
        nodes, required = node.get("properties", {}), node.get("required", ())
        names = [name for name in nodes if name in required or self.random.random() < 3 / len(nodes)]
        made = {name: self.value(nodes[name]) for name in names if self.random.random() > self.oddly}
        others = [*node.get("patternProperties", {}).values(), node.get("additionalProperties", True)]
        if others[0] not in (True, False) or self.random.random() < self.oddly:
            made |= {name: self.value(others[0]) for name in self.random.sample(["A", "a/b", "x"], 2)}
        return made


MAKING = given(seed=st.integers(0, 2**32), oddly=st.sampled_from([0.0, 0.01, 0.1]))


@pytest.mark.parametrize("kind", KINDS)
@MAKING
def test_what_is_evidently_valid_is_valid(kind: str, seed: int, oddly: float) -> None:
    maker = Maker(SCHEMAS[kind], Random(seed), oddly)
    for _ in range(5):
        value = maker.value(maker.schema)
        if EVIDENT[kind](value):
            assert FAST[kind].is_valid(value)
            assert SLOW[kind].is_valid(value)


@MAKING
def test_and_so_is_every_part_of_a_manifest(seed: int, oddly: float) -> None:
    """Whole documents are mostly wrong somewhere; their parts are not."""
    maker = Maker(SCHEMAS["task-override"], Random(seed), oddly)
    for node, evident, library in PARTS:
        value = maker.value(node)
        assert not evident(value) or library.is_valid(value)


def _parts(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for inner in node.get("properties", {}).values():
        yield inner
        yield from _parts(inner)


def _part(node: dict[str, Any]) -> tuple[dict[str, Any], Callable[[Any], bool], Validator]:
    schema = {**node, "$defs": SCHEMAS["task-override"]["$defs"]}
    return node, evidently(schema), Validator(json.dumps(schema), "jsonschema_rs")


PARTS = [_part(node) for node in _parts(SCHEMAS["task-override"])]


def test_the_laws_speak_of_many_values() -> None:
    maker = Maker(SCHEMAS["task-override"], Random(1), 0.01)
    seen = [evident(maker.value(node)) for node, evident, _ in PARTS * 20]
    assert len(seen) / 4 < sum(seen) < len(seen)
    whole = [EVIDENT["task-override"](maker.value(maker.schema)) for _ in range(500)]
    assert any(whole)


def _documents(paths: list[Path]) -> list[Any]:
    loaded = [one for path in paths for one in load(path.read_bytes(), path.name)]
    return [one.value for one in loaded if isinstance(one, Document) and isinstance(one.value, dict)]


def test_what_is_written_every_day_is_evident() -> None:
    """Manifests, policies and configurations of the examples and of all cases: none that is valid needs a library."""
    paths = [path for folder in ("manifests", "examples", "tests/cases") for path in (ROOT / folder).rglob("*.yaml")]
    kinds = {"TaskOverride": "task-override", "Config": "config", "OverridePolicy": "override-policy"}
    found = [(kinds[value["kind"]], value) for value in _documents(paths) if value.get("kind") in (*kinds,)]
    valid = [(kind, value) for kind, value in found if FAST[kind].is_valid(value)]
    assert len(valid) > 300
    unseen = [value for kind, value in valid if not EVIDENT[kind](value)]
    assert unseen == []
    assert not any(EVIDENT[kind](value) for kind, value in found if (kind, value) not in valid)


@pytest.mark.parametrize(
    ("schema", "evident", "doubtful"),
    [
        ({"type": "string"}, ["", "a"], [1, None, ["a"]]),
        ({"type": "string", "minLength": 1}, ["a"], [""]),
        ({"type": "string", "minLength": 2, "maxLength": 3}, ["ab", "éé"], ["a", "abcd"]),
        ({"type": "string", "pattern": "^a$"}, ["a"], ["b", "a\n", "é"]),
        ({"type": "string", "enum": ["a", "b"]}, ["a"], ["c", ""]),
        ({"const": 1}, [], [1, "a"]),
        ({"const": "a"}, ["a"], ["b", 1]),
        ({"enum": ["a", "b"]}, ["a"], ["c", 1]),
        ({"title": "anything"}, [1, "a", None, {"a": [1]}], []),
        ({"type": ["string", "null"]}, ["a", None], [1]),
        ({"type": "integer", "minimum": 1}, [1, 2**53], [0, True, 1.0, 2**53 + 1]),
        ({"type": "number", "maximum": 1}, [1, 0.5, -(2**53)], [2, True, float("nan"), float("-inf"), "1"]),
        ({"type": "boolean"}, [True], [1, None]),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, [["a"]], [[], [1], ("a",)]),
        ({"type": "array", "prefixItems": [{"type": "string"}], "maxItems": 2}, [["a", 1], []], [[1], ["a", 1, 1]]),
        ({"type": "object", "required": ["a"]}, [{"a": 1, "b": 2}], [{}, {"b": 1}]),
        ({"type": "object", "properties": {"a": {"type": "null"}}}, [{"a": None, "b": 1}], [{"a": 1}]),
        ({"type": "object", "properties": {"a": True}, "additionalProperties": False}, [{"a": 1}], [{"b": 1}]),
        ({"type": "object", "additionalProperties": {"type": "string"}}, [{}, {"a": "b"}], [{"a": 1}]),
        (
            {"type": "object", "patternProperties": {"/": {"type": "null"}}, "additionalProperties": False},
            [{"a/b": None}],
            [{"a/b": 1}, {"a": None}],
        ),
        (
            {"type": "object", "patternProperties": {"/": True, "a": {"type": "null"}}, "properties": {"a": True}},
            [{"b/": 1}, {"b": 1}],
            [{"a": 1}, {"a/": None}],
        ),
        ({"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, [{"b": 1}], [{}, {"c": 1}]),
        ({"type": "object", "not": {"type": "object", "required": ["a", "b"]}}, [{"b": 1}], [{"a": 1, "b": 1}]),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, ["a", None], [1]),
        ({"$ref": "#/$defs/x", "$defs": {"x": {"type": "null"}}}, [None], [1]),
        # Nothing is evident in words that are not known, or not in these places.
        ({"type": "string", "format": "email"}, [], ["a"]),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, [], [1, 0.5]),
        ({"oneOf": [{"type": "string"}], "minLength": 1}, [], ["a"]),
        ({"type": "string", "enum": ["a", 1]}, [], ["a"]),
        ({"type": ["string", "null"], "enum": ["a"]}, [], ["a", None]),
        ({"type": "string", "const": "a", "minLength": 2}, [], ["a"]),
        ({"type": "object", "anyOf": [{"minProperties": 1}]}, [], [{"a": 1}]),
        ({"type": "object", "not": {"required": ["a"], "type": "array"}}, [], [{"b": 1}]),
    ],
)
def test_keywords(schema: dict[str, Any], evident: list[Any], doubtful: list[Any]) -> None:
    seen = evidently(schema)
    assert [value for value in evident if not seen(value)] == []
    assert [value for value in doubtful if seen(value)] == []
    assert all(Validator(json.dumps(schema), "jsonschema_rs").is_valid(value) for value in evident)
