"""A catalog that has none of the tasks is asked few questions: somebody took the wrong one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import pytest
from flyteidl2.task.task_definition_pb2 import TaskSpec
from tests.memory_catalog import MemoryCatalog
from tests.property.manifests import VALIDATOR

from flyteplan.model.config import Target
from flyteplan.model.nearest import Names
from flyteplan.model.task import Listing, Scope, TaskName, TaskVersion, Template
from flyteplan.pipeline import Choice, Planned, plan, validate
from flyteplan.ports import Waiting, idle

COUNT = 60
TARGET = Target(name="local", catalog="memory", project="p", domain="d")
NAMES = [f"etl.task_{number}" for number in range(COUNT)]

_Item = TypeVar("_Item")
_Part = TypeVar("_Part")


class Counting(MemoryCatalog):
    def __init__(self) -> None:
        keys = [TaskVersion(TaskName("p", "d", name), "v1") for name in NAMES]
        super().__init__(Template(key=key, spec=TaskSpec(), deployed_at=1) for key in keys)
        self.asked: Counter[str] = Counter()

    def listing(self, scope: Scope) -> Sequence[Listing]:
        self.asked["listing"] += 1
        return super().listing(scope)

    def versions(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Sequence[str]]:
        self.asked["versions"] += bool(tasks)
        return super().versions(tasks)


def in_three(
    work: Callable[[Iterable[_Item]], _Part],
    items: Iterable[_Item],
    name: Callable[[_Item], str],
    waiting: Waiting = idle,
    /,
) -> Sequence[_Part]:
    whole = list(items)
    return [work(whole[start::3]) for start in range(3)]


def planned(catalog: Counting, references: Iterable[Mapping[str, Any]]) -> Planned:
    documents = [
        {
            "apiVersion": "flyteplan/v1",
            "kind": "TaskOverride",
            "metadata": {"name": f"m-{number}"},
            "spec": {**reference, "overrides": {"retries": 3}},
        }
        for number, reference in enumerate(references)
    ]
    files = [(0, f"{number}.yaml", json.dumps(document).encode()) for number, document in enumerate(documents)]
    found = validate(files, VALIDATOR, [(0, 1)])
    assert found.valid
    return plan(found.manifests, TARGET, catalog, current=None, choice=Choice(), spread=in_three)


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[Names]:
    """All names that were made ready to be compared."""
    seen: list[Names] = []
    original = Names.__init__

    def counting(self: Names, names: Iterable[str]) -> None:
        seen.append(self)
        original(self, names)

    monkeypatch.setattr(Names, "__init__", counting)
    return seen


def test_names_are_listed_and_prepared_once_for_all_tasks_that_are_missing(prepared: list[Names]) -> None:
    catalog = Counting()
    missing = [{"task": {"name": name.replace("task", "job"), "auto_version": "latest"}} for name in NAMES]
    found = planned(catalog, [*missing, {"select": {"name": "job_*"}}])
    assert found.plan is None
    assert len(found.problems) == COUNT + 1
    assert {problem.hint for problem in found.problems} > {
        "did you mean etl.task_0 or etl.task_50 or etl.task_40?",
        "did you mean etl.task_59 or etl.task_9 or etl.task_5?",
    }
    assert catalog.asked.total() == 1
    assert len(prepared) == 1


def test_versions_are_asked_for_once_for_all_that_are_missing() -> None:
    catalog = Counting()
    found = planned(catalog, [{"task": {"name": name, "version": "v10"}} for name in NAMES])
    assert {problem.hint for problem in found.problems} == {"did you mean v1?"}
    assert len(found.problems) == COUNT
    assert catalog.asked.total() == 3
