from __future__ import annotations

import json
from pathlib import Path

import pytest

from flyteplan.errors import UsageError
from flyteplan.files.schema import read_schema, schema_names

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
