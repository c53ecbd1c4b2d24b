from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flyteplan.errors import UsageError
from flyteplan.files.schema import read_schema, schema_names
from flyteplan.workspace import CONFIG_SCHEMA, MANIFEST_SCHEMA
from flyteplan.workspace.savedplan import PLAN_SCHEMA

FOLDER = Path(__file__).parents[2] / "schema"


def test_every_schema_of_the_repository_can_be_read() -> None:
    assert schema_names() == tuple(sorted(path.name for path in FOLDER.glob("*.json")))
    for name in schema_names():
        assert read_schema(name) == (FOLDER / name).read_text("utf-8")


def test_schemas_are_json_objects() -> None:
    assert all(isinstance(json.loads(read_schema(name)), dict) for name in schema_names())


@pytest.mark.parametrize("name", ["nothing.json", "", "."])
def test_an_unknown_name_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError, match=r"there is no schema .*task-override\.v1\.schema\.json"):
        read_schema(name)


@pytest.mark.parametrize("name", [MANIFEST_SCHEMA, CONFIG_SCHEMA, PLAN_SCHEMA])
def test_what_a_schema_refuses_it_has_words_for(name: str) -> None:
    """A pattern says nothing to a reader, nor does a number of items."""
    for node in _nodes(json.loads(read_schema(name))):
        assert "patternErrorMessage" in node or not isinstance(node.get("pattern"), str), node
        assert "title" in node or not isinstance(node.get("minItems"), int), node


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nodes(inner)
