"""The schemas themselves, and the two libraries that check them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flyteplan.load import load
from flyteplan.model.document import Document
from flyteplan.validate import Validator, manifest

SCHEMAS = Path(__file__).parents[2] / "schema"
NAMES = [f"{name}.v1.schema.json" for name in ("task-override", "config", "override-policy", "policy-test")]
TEXT = (SCHEMAS / NAMES[0]).read_text("utf-8")
FAST, SLOW = Validator(TEXT, "jsonschema_rs"), Validator(TEXT, "jsonschema")


def nodes(node: Any, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema below *node*, with the name of its key."""
    for key, child in node.get("properties", {}).items():
        yield key, child
        yield from nodes(child, key)
    for keyword in ("items", "additionalProperties"):
        if isinstance(node.get(keyword), dict):
            yield from nodes(node[keyword], name)
    children = [*node.get("patternProperties", {}).values(), *node.get("$defs", {}).values()]
    for child in (*children, *node.get("oneOf", ()), *node.get("anyOf", ()), *node.get("prefixItems", ())):
        yield from nodes(child, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_a_schema(name: str) -> None:
    schema = json.loads((SCHEMAS / name).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"]
    assert schema["title"]


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_described(name: str) -> None:
    found = dict(nodes(json.loads((SCHEMAS / name).read_text("utf-8"))))
    assert len(found) > 20
    assert [key for key, node in found.items() if not node.get("description", "").endswith(".")] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_mapping_refuses_what_it_does_not_know(name: str) -> None:
    schema = json.loads((SCHEMAS / name).read_text("utf-8"))
    open_ones = {key for key, node in nodes(schema) if "properties" in node and node.get("additionalProperties")}
    assert open_ones == set()


def test_branches_of_a_union_differ_by_type() -> None:
    for key, node in nodes(json.loads(TEXT)):
        types = [branch.get("type") for branch in node.get("oneOf", ())]
        assert len(set(types)) == len(types), key


def test_every_example_is_valid() -> None:
    for key, node in nodes(json.loads(TEXT)):
        for example in node.get("examples", ()):
            schema = {**node, "$defs": FAST.schema["$defs"]}
            assert jsonschema.Draft202012Validator(schema).is_valid(example), (key, example)


# Values that are right at one place or nearly so at another.
SCALARS = st.sampled_from(
    [None, True, 0, 1, -1, 1.0, 1.5, 2**32, "", "1", "x", "X y", "8Gi", "1h", "A100:1", "auto", "disable", "a\n"]
)
WORDS = sorted({key for key, _ in nodes(FAST.schema)} | {"cpus", "a/b", "A"})
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


def mapping_near(node: Any) -> st.SearchStrategy[Any]:
    """Values near what *node* asks for: the right shape, with anything at the leaves."""
    node = FAST.resolve(node)
    branches = [mapping_near(branch) for branch in node.get("oneOf", ())]
    if branches:
        return st.one_of(*branches, VALUES)
    if "properties" in node:
        children = {key: mapping_near(child) for key, child in node["properties"].items()}
        extra = st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=1)
        return st.builds(lambda known, more: {**more, **known}, st.fixed_dictionaries({}, optional=children), extra)
    if isinstance(node.get("items"), dict):
        return st.lists(mapping_near(node["items"]), max_size=3)
    return SCALARS | st.sampled_from(node.get("examples", node.get("enum", [node.get("const")])))


SPECS = mapping_near(FAST.schema["properties"]["spec"])


@settings(max_examples=300, deadline=None)
@given(spec=SPECS)
def test_the_two_libraries_agree(spec: Any) -> None:
    document = {"apiVersion": "flyteplan/v1", "kind": "TaskOverride", "metadata": {"name": "a"}, "spec": spec}
    assert FAST.is_valid(document) == SLOW.is_valid(document)
    assert FAST.faults(document) == SLOW.faults(document)
    assert FAST.is_valid(document) == (FAST.faults(document) == ())


@settings(max_examples=300, deadline=None)
@given(spec=SPECS)
def test_a_document_is_a_manifest_or_has_errors_whatever_it_holds(spec: Any) -> None:
    text = json.dumps({"apiVersion": "flyteplan/v1", "kind": "TaskOverride", "metadata": {"name": "a"}, "spec": spec})
    document = next(load(text.encode(), "m.yaml"))
    if isinstance(document, Document):
        fast, slow = manifest(document, 0, FAST), manifest(document, 0, SLOW)
        assert fast == slow
        assert (fast.manifest is None) == any(problem.severity == "error" for problem in fast.problems)


def test_a_library_that_is_asked_for_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    with pytest.raises(ImportError):
        Validator(TEXT, "jsonschema_rs")


def test_the_slow_library_stands_in_for_the_fast_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    assert [fault.keyword for fault in Validator(TEXT).faults({})] == ["required"]


def test_no_library_is_asked_of_what_is_evidently_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    bare = {
        "apiVersion": "flyteplan/v1",
        "kind": "TaskOverride",
        "metadata": {"name": "a"},
        "spec": {"task": {"name": "t"}},
    }
    assert Validator(TEXT).is_valid(bare)
    with pytest.raises(ImportError):
        Validator(TEXT).is_valid({})


def test_a_valid_manifest_loads_neither_a_library_nor_the_search_for_near_words() -> None:
    program = (
        "import sys, pathlib\n"
        "from flyteplan.load import load\n"
        "from flyteplan.validate import Validator, manifest\n"
        "text = pathlib.Path(sys.argv[1]).read_text('utf-8')\n"
        "document = next(load(sys.argv[2].encode(), 'm.yaml'))\n"
        "assert manifest(document, 0, Validator(text)).manifest\n"
        "print(sorted({'jsonschema_rs', 'jsonschema', 'difflib', 'referencing'} & set(sys.modules)))\n"
    )
    written = "{apiVersion: flyteplan/v1, kind: TaskOverride, metadata: {name: a}, spec: {task: {name: t, version: v}}}"
    tool = str(Path(__file__).parents[2] / "tool")
    command = [sys.executable, "-c", program, str(SCHEMAS / NAMES[0]), written]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": tool}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("key", ["", "1", "01", "+1", "1.5", "-1", "a"])
def test_a_fault_is_told_where_it_is_whatever_the_key(key: str) -> None:
    """jsonschema-rs tells the places of some of these otherwise."""
    validator = Validator('{"additionalProperties": {"items": {"additionalProperties": {"type": "string"}}}}')
    value = {key: [{}, {key: 5, "b": "c"}], "b": [{"a": {}}]}
    found = [(fault.pointer, fault.instance) for fault in validator.faults(value)]
    assert sorted(found, key=str) == sorted([((key, 1, key), 5), (("b", 0, "a"), {})], key=str)
