"""The catalog that comes with the repository is whole, in order, and what the example tasks serialize to."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from flyteidl2.task.task_definition_pb2 import TaskDetails
from google.protobuf import json_format

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CATALOG = EXAMPLES / "catalog" / "tasks.jsonl"

Key = tuple[str, str, str, str]


@pytest.fixture(scope="module")
def rows() -> list[TaskDetails]:
    lines = CATALOG.read_text(encoding="utf-8").splitlines()
    return [json_format.Parse(line, TaskDetails()) for line in lines]


def key(row: TaskDetails) -> Key:
    return (row.task_id.project, row.task_id.domain, row.task_id.name, row.task_id.version)


def test_keys_are_unique(rows: list[TaskDetails]) -> None:
    assert [found for found, count in Counter(map(key, rows)).items() if count > 1] == []


def test_rows_stand_in_the_order_of_name_and_time(rows: list[TaskDetails]) -> None:
    order = [(*key(row)[:3], row.metadata.deployed_at.ToNanoseconds(), row.task_id.version) for row in rows]
    assert all(before < after for before, after in pairwise(order))


def test_a_template_says_the_same_name_and_version_as_its_key(rows: list[TaskDetails]) -> None:
    ids = [row.spec.task_template.id for row in rows]
    assert [(found.project, found.domain, found.name, found.version) for found in ids] == [key(row) for row in rows]


def test_containers_are_started_with_their_own_version(rows: list[TaskDetails]) -> None:
    started = [(row.task_id.version, list(row.spec.task_template.container.args)) for row in rows]
    assert [
        args for version, args in started if "--version" in args and args[args.index("--version") + 1] != version
    ] == []


def test_every_version_of_a_task_differs_from_the_others(rows: list[TaskDetails]) -> None:
    images = {(key(row)[1:3], _image(row)) for row in rows}
    assert len(images) == len(rows)


def test_every_kind_of_template_is_there(rows: list[TaskDetails]) -> None:
    templates = [row.spec.task_template for row in rows]
    assert {(found.WhichOneof("target"), found.type) for found in templates} == {
        ("container", "python"),
        ("container", "raw-container"),
        ("container", "actor"),
        ("k8s_pod", "python"),
    }


def test_tasks_of_one_pool_have_one_key(rows: list[TaskDetails]) -> None:
    actors = [row for row in rows if row.spec.task_template.type == "actor"]
    pools = {(row.task_id.version, row.spec.task_template.custom["version"]) for row in actors}
    assert len(pools) == len({version for version, _ in pools}) == 3


def test_the_catalog_is_what_the_tasks_serialize_to() -> None:
    command = [sys.executable, str(EXAMPLES / "serialize.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def _image(row: TaskDetails) -> str:
    template = row.spec.task_template
    if template.HasField("container"):
        return str(template.container.image)
    pod = json_format.MessageToDict(template.k8s_pod.pod_spec)
    name = template.config["primary_container_name"]
    return next(str(container["image"]) for container in pod["containers"] if container["name"] == name)
