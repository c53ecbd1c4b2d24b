"""The names by which rules speak of fields are those of the manifest's schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flyteplan.model.fieldnames import can_match, field_names, fields, known, names

SCHEMA = json.loads((Path(__file__).parents[2] / "schema" / "task-override.v1.schema.json").read_text("utf-8"))
SPEC = SCHEMA["properties"]["spec"]["properties"]


def keys(node: Any) -> Iterator[tuple[str, ...]]:
    for branch in (node, *node.get("oneOf", ())):
        for key, child in branch.get("properties", {}).items():
            yield (key,)
            yield from ((key, *rest) for rest in keys(child))


def test_every_override_of_the_schema_has_a_name() -> None:
    found = {".".join(path) for path in keys(SPEC["overrides"])}
    elsewhere = {"resources.gpu.device_class"}  # a part of the device
    assert {name for name in found - elsewhere if name not in known()} == set()


def test_every_part_of_submit_has_a_name() -> None:
    assert {f"submit.{name}" for name in SPEC["submit"]["properties"]} <= known()


def test_every_parameter_is_one_of_the_schema() -> None:
    assert {name.partition(".")[0] for name in known()} == {*SPEC["overrides"]["properties"], "submit"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("overrides", "image"), {"image"}),
        (
            ("overrides", "resources", "cpu", "request"),
            {"resources", "resources.cpu", "resources.cpu.request", "resources.requests", "resources.requests.cpu"},
        ),
        (("overrides", "labels", "a.b/c"), {"labels", "labels.a.b/c", "labels.a"}),
        (("submit", "run", "name"), {"submit", "submit.run", "submit.run.name"}),
        (("submit", "run", "queue"), {"submit", "submit.run", "submit.run.queue", "queue"}),
        (("overrides", "queue"), {"submit", "submit.run", "submit.run.queue", "queue"}),
    ],
)
def test_a_setting_goes_by_all_that_it_stands_under(path: tuple[str, ...], expected: set[str]) -> None:
    assert names(path) == expected


def test_a_quantity_that_is_cleared_is_request_and_limit() -> None:
    assert fields(("overrides", "resources", "memory")) == ("resources.requests.memory", "resources.limits.memory")
    assert fields(("overrides", "resources", "gpu", "quantity")) == ("resources.requests.gpu", "resources.limits.gpu")
    assert fields(("overrides", "resources", "gpu", "device")) == ("resources.gpu.device",)
    assert "resources.memory" in field_names("resources.limits.memory")


def test_a_quantity_that_has_no_limit_of_its_own_is_a_request() -> None:
    assert fields(("overrides", "resources", "disk")) == ("resources.requests.disk",)
    count = ("overrides", "resources", "gpu", "quantity")
    assert fields(count, limited=False) == ("resources.requests.gpu",)
    assert names(count, limited=False) == {
        *("resources", "resources.gpu", "resources.gpu.quantity", "resources.requests", "resources.requests.gpu"),
    }


@pytest.mark.parametrize(
    "glob",
    [
        *("image", "resources", "resources.*", "resources.gpu", "resources.requests.cpu", "env_vars.AWS_*", "*"),
        *(
            "labels.team",
            "secrets.a/b",
            "resources.limits.disk",
            "resources.example.com/fpga",
            "submit.run.queue",
            "cache.*",
            "*.TEAM",
        ),
    ],
)
def test_a_glob_that_can_match(glob: str) -> None:
    assert can_match(glob)


@pytest.mark.parametrize("glob", ["memory", "resource", "resources.ram", "env.X", "submit.runs", "timeout.max", ""])
def test_a_glob_that_can_not(glob: str) -> None:
    assert not can_match(glob)
