"""What is evidently valid is valid, and what people write is evidently so: else a library is loaded for nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from copy import deepcopy
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator, ValidationError
from tests.bench.data.manifests import LAYERS, manifest, mixed

from flyteplan.load import load
from flyteplan.model.document import Document
from flyteplan.validate.evident import evident

ROOT = Path(__file__).parents[2]
KINDS = {"TaskOverride": "task-override", "Config": "config", "OverridePolicy": "override-policy"}
KINDS |= {"PolicyTest": "policy-test", "plan": "plan"}
SCHEMAS = {kind: json.loads((ROOT / "schema" / f"{name}.v1.schema.json").read_text()) for kind, name in KINDS.items()}
EVIDENT = {kind: evident(schema) for kind, schema in SCHEMAS.items()}
VALID = {kind: Draft202012Validator(schema).is_valid for kind, schema in SCHEMAS.items()}
# Where values of people stand, which some file of this size may have.
FOLDERS = ("tests/cases", "tests/remote", "examples", "manifests", "flyteplan.yaml")
LARGEST = 2**20


@cache
def written() -> tuple[tuple[str, str, Any], ...]:
    """Every valid document of the repository: its place, its kind, and what it says."""
    return tuple((place, kind, value) for place, kind, value in documents() if VALID[kind](value))


def documents() -> Iterator[tuple[str, str, Any]]:
    paths = [path for name in FOLDERS for path in (ROOT / name, *sorted((ROOT / name).rglob("*")))]
    files = [path for path in paths if path.suffix in (".yaml", ".yml", ".json") and path.is_file()]
    contents = [(str(path), path.read_bytes()) for path in files if path.stat().st_size < LARGEST]
    contents += [
        (f"bench {layer} {one}", manifest(one, layer, mixed(one)).encode()) for layer in LAYERS for one in (7, 8)
    ]
    for place, content in contents:
        for item in load(content, place):
            kind = kind_of(item.value) if isinstance(item, Document) else ""
            if isinstance(item, Document) and kind:
                yield f"{place}:{kind}", kind, item.value


def kind_of(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    return "plan" if "format_version" in value and "changes" in value else kind_named(value.get("kind"))


def kind_named(name: Any) -> str:
    return name if isinstance(name, str) and name in KINDS else ""


def test_every_valid_document_of_the_repository_is_evidently_valid() -> None:
    assert [place for place, kind, value in written() if not EVIDENT[kind](value)] == []
    counts = {kind: sum(other == kind for _, other, _ in written()) for kind in KINDS}
    assert all(counts.values())
    assert counts["TaskOverride"] > 100


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_of_a_schema_is_evidently_valid(kind: str) -> None:
    found = [(node, value) for node in nodes(SCHEMAS[kind]) for value in node.get("examples", ())]
    whole = {"$defs": SCHEMAS[kind].get("$defs", {})}
    assert [(node, value) for node, value in found if not evident({**node, **whole})(value)] == []


def nodes(node: Any) -> Iterator[Any]:
    """Every mapping in a schema that may be a node of it."""
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)
    if isinstance(node, dict) and isinstance(node.get("examples", []), list):
        yield node


# What differs from one language to another, or is just within a bound or just beyond it.
SPACES = ["a\n", "\na", "a b", "a\x85", "a\ufeff", "a\u2028b", "a\x1cb", "a\x0bb", "a\u180eb", "a\u200bb", "a\x00"]
DIGITS = ["٤", "é", "ſ", "K", "²", "İ", "a_b", "A", "-", "a-", "1", "a.b", "a..b", "a/b", "/", "é/a", "a/\n", "^", "$"]  # noqa: RUF001
LENGTHS = [30, 31, 63, 64, 253, 254, 255, 256]
LONG = [char * length for length in LENGTHS for char in "a😀é"]
NUMBERS = [0, 1, -1, 2, 1.0, 0.0, -0.0, 0.5, 1.5, -0.5, 1e300, -1e300, 2**31, 2**32 - 1, 2**32, 2**53 + 1, 2**63 - 1]
NUMBERS += [2**63, 2**64 - 1, 2**64, -(2**31) - 1, -(2**63) - 1, float(2**63), 10**40, float("nan"), float("inf")]
SOME = ["", "a", "disable", "latest", "version", "1h", "8Gi", "A100:1"]
TEXTS = st.sampled_from([*SOME, *SPACES, *DIGITS, *LONG])
SCALARS = st.sampled_from([None, True, False, *NUMBERS, float("-inf")]) | TEXTS | st.text(max_size=5)
NAMES = ["key", "value", "sensitive", "name", "count", "device", "quantity", "behavior", "base", "mount", "as_env_var"]
NAMES += [
    "version",
    "auto_version",
    "select",
    "task",
    "environment",
    "cpu",
    "gpu",
    "example.com/gpu",
    "é/a",
    "a/\n",
    "",
]
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def near(draw: st.DrawFn) -> tuple[str, Any]:
    """A valid document with up to three changes; the kinds are as likely as each other."""
    kind = draw(st.sampled_from([*KINDS, "TaskOverride", "TaskOverride"]))
    document = deepcopy(draw(st.sampled_from([value for _, other, value in written() if other == kind])))
    for _ in range(draw(st.integers(0, 3))):
        collections = list(inside(document))
        change(draw, draw(st.sampled_from(collections)), draw(st.sampled_from(collections)))
    return kind, document


def inside(value: Any) -> Iterator[Any]:
    """All mappings and lists."""
    if isinstance(value, dict | list):
        yield value
        for child in value.values() if isinstance(value, dict) else value:
            yield from inside(child)


def change(draw: st.DrawFn, here: Any, other: Any) -> None:
    """One value of *here* is dropped, added, or becomes another one: anything, or a copy of what stands elsewhere."""
    names = list(here) if isinstance(here, dict) else list(range(len(here)))
    value = draw(VALUES) if draw(st.booleans()) else deepcopy(other)
    if not names or draw(st.integers(0, 3)) == 0:
        if isinstance(here, dict):
            here[draw(st.sampled_from([*NAMES, *other]) if isinstance(other, dict) else TEXTS)] = value
        else:
            here.append(value)
    elif draw(st.integers(0, 2)) == 0:
        del here[draw(st.sampled_from(names))]
    else:
        here[draw(st.sampled_from(names))] = value


@settings(max_examples=1500)
@given(drawn=near())
def test_what_is_evidently_valid_near_a_document_is_valid(drawn: tuple[str, Any]) -> None:
    kind, document = drawn
    if EVIDENT[kind](document):
        assert VALID[kind](document)


@settings(max_examples=500)
@given(drawn=near())
def test_what_is_valid_near_a_manifest_of_plain_values_is_evidently_so(drawn: tuple[str, Any]) -> None:
    """Of texts that are not ASCII a pattern leaves it in doubt."""
    kind, document = drawn
    if json.dumps(document, ensure_ascii=False).isascii() and VALID[kind](document):
        assert EVIDENT[kind](document) or any(not text.isprintable() for text in texts(document))


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for child in [*value.keys(), *value.values()] if isinstance(value, dict) else value:
            yield from texts(child)


def leaf(keyword: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return values.map(lambda value: {keyword: value})


PIECES = ["a", "b", "[ab]", "[^a]", "[-a]", "[a-]", "[a[b]", "[]a]", "[a--b]", "[a&&b]", ".", r"\.", r"\S", r"\s"]
PIECES += [r"\d", r"\w", r"\b", "^", "$", "|", "(", ")", "(?:", "(?=", "*", "+", "?", "*?", "*+", "{2}", "{1,}", "{,2}"]
PIECES += [
    "{",
    "}",
    "]",
    "-",
    "/",
    "#",
    " ",
    r"\n",
    r"\x41",
    r"\/",
    r"\-",
    r"\Z",
    r"\z",
    "é",
    "&",
    "~~",
    "(?i)",
    "{1,2}",
]
PATTERNS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
KEYS = st.sampled_from(["a", "b", "c"])
SUBJECTS = st.text("ab.-/ []{}()^$&~\n\\A1é😀", max_size=6)
ANYTHING = st.recursive(
    SCALARS | SUBJECTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=5,
)
CONSTANTS: list[Any] = [None, True, 1, 0.0, "a", [], {}]
# One keyword each, with all that it may say of a few values.
ATOMS: list[dict[str, Any]] = [
    *({"type": name} for name in (*TYPES, ["integer", "string"], ["array", "object"])),
    *({"const": value} for value in CONSTANTS),
    *({"enum": values} for values in ([None, False, "a"], [1, True], ["a", "aa"], [["a"]])),
    *({keyword: number} for keyword in ("minLength", "maxLength", "minItems", "maxItems") for number in (0, 1, 2)),
    *({keyword: number} for keyword in ("minimum", "maximum") for number in (0, 1.5, -1, 2**53, 2**63 - 1)),
    *({"pattern": pattern} for pattern in ("a", "^a$", "^[ab]+$", r"^\S+$", "^$")),
    *({"required": names} for names in ([], ["a"], ["a", "b"])),
    *({"$ref": f"#/$defs/{name}"} for name in ("text", "object")),
    *({"properties": {"a": node}} for node in (True, False, {"type": "integer"}, {"const": 1}, {"minLength": 2})),
    *({"patternProperties": {r"^\S+$": node}} for node in (False, {"type": "string"})),
    *({"additionalProperties": node} for node in (True, False, {"type": "integer"})),
    *({"items": node} for node in (True, False, {"type": "integer"}, {"minLength": 2})),
    *({"prefixItems": nodes} for nodes in ([{"type": "integer"}], [True, False], [{"const": "a"}, {"type": "string"}])),
    {"uniqueItems": True},
    {"exclusiveMinimum": 0},
    {"multipleOf": 2},
    {"minProperties": 1},
    {"propertyNames": {"maxLength": 1}},
    {"contains": {"type": "integer"}},
    {"dependentRequired": {"a": ["b"]}},
    {"if": {"type": "integer"}, "then": {"minimum": 1}},
    {"description": "a"},
]
DEFINITIONS = {"text": {"type": "string", "minLength": 1}, "object": {"type": "object", "required": ["a"]}}
FEW = [None, 1, 1.5, "a", "ab"]
PLAIN = [
    *(None, True, False, *NUMBERS, float("-inf"), "", "a", "aa", "ab", "aaa", *SPACES, *DIGITS),
    *([*some] for length in range(4) for some in product(FEW, repeat=length)),
    *(dict(zip("abc", some, strict=False)) for size in range(4) for some in product(FEW, repeat=size)),
    *({name: value} for name in (*SPACES, *DIGITS, "b") for value in (1, "a")),
]


def wrong(schema: Any, values: Iterable[Any]) -> list[Any]:
    """Those that are evidently valid, and are not valid."""
    is_evident = evident(schema)
    found = [value for value in values if is_evident(value)]
    if not found:
        return []
    is_valid = Draft202012Validator(schema).is_valid
    return [value for value in found if not is_valid(value)]


def pairs() -> Iterator[dict[str, Any]]:
    for one, other in product(ATOMS, repeat=2):
        yield {**one, **other}
        yield {"oneOf": [one, other]}
        yield {"anyOf": [one, other]}
        yield {**one, "not": other}


def test_what_two_keywords_evidently_allow_is_valid() -> None:
    found = [(node, wrong({**node, "$defs": DEFINITIONS}, PLAIN)) for node in pairs()]
    assert [(node, values[:3]) for node, values in found if values] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_part_of_a_schema_evidently_allows_is_valid(kind: str) -> None:
    """Of all odd values, and of what stands anywhere in a document, with one key or item more or less."""
    parts = {json.dumps(part): part for _, other, value in written() if other == kind for part in inside(value)}
    values = [*SOME, *LONG, *PLAIN, *parts.values(), *(one for part in parts.values() for one in changed(part))]
    whole = {"$defs": SCHEMAS[kind].get("$defs", {})}
    asked = [node for node in nodes(SCHEMAS[kind]) if node.keys() & {"type", "const", "oneOf", "anyOf", "$ref"}]
    several = {json.dumps(node): {**node, **whole} for node in asked if not isinstance(node.get("type"), dict)}
    found = [(node, wrong(node, values)) for node in several.values()]
    assert [(node, values[:3]) for node, values in found if values] == []


def changed(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from ({key: value[key] for key in value if key != name} for name in value)
        yield from ({**value, name: "a"} for name in NAMES)
    elif isinstance(value, list):
        yield value + value
        yield value[1:]


SIMPLE = st.sampled_from(ATOMS)


def above(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(inner, min_size=1, max_size=3)
    named = st.dictionaries(KEYS, inner, min_size=1, max_size=2)
    unions = [leaf(keyword, several) for keyword in ("anyOf", "oneOf", "allOf", "prefixItems")]
    ones = [leaf(keyword, inner) for keyword in ("not", "items", "additionalProperties", "propertyNames", "contains")]
    objects = [leaf(keyword, named) for keyword in ("properties", "patternProperties", "dependentSchemas")]
    conditions = st.tuples(inner, inner).map(lambda two: {"if": two[0], "then": two[1]})
    return together(st.one_of(*unions, *ones, *objects, conditions, SIMPLE))


def together(parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.lists(parts, min_size=1, max_size=3).map(lambda some: {key: one[key] for one in some for key in one})


NODES = st.recursive(st.booleans() | together(SIMPLE), above, max_leaves=8)


@settings(max_examples=1500)
@given(node=NODES, values=st.lists(ANYTHING, min_size=1, max_size=6))
@example({"oneOf": [{"type": "number"}, {"type": "integer"}]}, [1, 1.0, 1.5])
@example({"oneOf": [{"type": "string"}, {"minLength": 3}]}, ["a", "aaaa"])
@example({"not": {"required": ["a"], "minProperties": 2}}, [{}, {"a": 1}, {"a": 1, "b": 1}])
@example({"const": 1, "enum": [True, 1]}, [True, 1, 1.0])
@example({"properties": {"a": True}, "patternProperties": {"a": {"type": "null"}}}, [{"a": 1}, {"a": None}])
@example({"maxLength": 3, "enum": ["a", "aa"], "anyOf": [{"minLength": 1}], "oneOf": [{"minLength": 2}]}, ["a", "aa"])
@example({"anyOf": [{"properties": {"a": {"const": 1}}}, {"required": ["b"]}]}, [{"a": 1.5}, {"a": 1}])
def test_what_is_evidently_valid_by_any_schema_is_valid(node: Any, values: list[Any]) -> None:
    schema = {"allOf": [node]} if isinstance(node, bool) else {**node, "$defs": DEFINITIONS}
    assert wrong(schema, values) == []


@settings(max_examples=1500)
@given(pattern=PATTERNS, found=st.lists(SUBJECTS, min_size=1, max_size=6))
@example("^a$", ["a\n"])
@example(r"^\S$", ["\x85", "\ufeff", "\x1c"])
@example(r"\d\w", ["٤é"])
@example("^a{,2}$", ["b", "aa", ""])
@example("^[a[b]]$", ["[]", "a]", "a", "b"])
@example("^[]a]$", ["]", "a", "a]"])
@example("^[^]a]$", ["]", "b", "a]"])
@example("^a*+a$", ["aa"])
@example("^a{1,2}+a$", ["aa"])
@example("^a(?#b)$", ["a"])
@example("a**", ["a"])
def test_a_pattern_finds_just_what_it_does_elsewhere(pattern: str, found: list[str]) -> None:
    for schema in ({"pattern": pattern}, {"patternProperties": {pattern: False}}):
        evident(schema)({"a": found[0]})
    with suppress(ValidationError):  # what is no pattern elsewhere is in no schema
        Draft202012Validator({"pattern": pattern})
        holds_elsewhere(pattern, found)


def holds_elsewhere(pattern: str, found: list[str]) -> None:
    assert wrong({"pattern": pattern}, found) == []
    assert wrong({"patternProperties": {pattern: False}}, [{text: 1} for text in found]) == []


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"type": "string", "format": "date"}, "2026-12-20"),
        ({"oneOf": [{"minimum": 1}, {"maximum": 0}]}, 1),
        ({"enum": [1]}, 1),
        ({"pattern": r"\d"}, "1"),
        ({"pattern": "a"}, "aé"),
        *(({"pattern": f"^{pattern}$"}, "a") for pattern in ("a{,2}", "a*+", "a++", "a?+", "a{1}+", "(?:a)", "[^]b]")),
        *(({"pattern": pattern}, "a]") for pattern in ("[]a]", "[a[b]", "[!--]]|a")),
        ({"$id": "urn:x", "properties": {"a": {"$id": "urn:y"}}}, {"a": 1}),
        ({"$ref": "#/$defs/other"}, 1),
    ],
)
def test_a_doubt_is_left_to_the_library(node: Any, value: Any) -> None:
    assert not evident({**node, "$defs": {}})(value)


@pytest.mark.parametrize(
    ("node", "value"),
    [
        (True, [{}]),
        ({"enum": [None, "a"]}, None),
        ({"const": True}, True),
        ({"minLength": 2, "maxLength": 2}, "éé"),
        ({"pattern": "^a+$", "maxLength": 2}, "aa"),
        ({"minimum": 1, "maximum": 1}, 1),
        ({"not": {"type": "string"}}, 1),
        ({"type": ["integer", "null"], "minimum": 1}, 2.0),
        ({"anyOf": [{"properties": {"a": {"const": 1}}}, {"required": ["b"]}]}, {"a": 1, "b": 1}),
        ({"prefixItems": [{"type": "null"}], "items": {"type": "string"}}, [None, "a", "b"]),
        ({"additionalProperties": {"$ref": "#/$defs/text"}}, {"é": "é"}),
    ],
)
def test_what_is_plain_is_evident(node: Any, value: Any) -> None:
    assert evident({"items": node, "$defs": DEFINITIONS})([value])
