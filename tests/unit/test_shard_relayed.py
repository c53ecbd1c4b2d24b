"""A catalog that copies of a process ask: the same answers, few questions, and nothing that is lost when one fails."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flyteidl2.task.task_definition_pb2 import TaskSpec
from tests.memory_catalog import MemoryCatalog

from flyteplan.errors import CatalogError, FlyteplanError, InputError, Position, Problem
from flyteplan.model.task import Newest, TaskName, TaskVersion, Template, Triggers
from flyteplan.shard import JOBS, relayed
from flyteplan.shard.relayed import Relayed

# The process of the tests has threads of its own, which wait for work that the copies have nothing to do with.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
TASKS = [TaskName("p", "d", f"t{number:04}") for number in range(900)]
PROBLEM = Problem(code="FP1001", position=Position("a.yaml", 1, 2), message="gone")


def template(task: TaskName) -> Template:
    return Template(key=TaskVersion(task, "v1"), spec=TaskSpec(short_name=task.name), deployed_at=1)


class Counting(MemoryCatalog):
    """Remembers who asked what of how many."""

    def __init__(self) -> None:
        super().__init__(map(template, TASKS))
        self.asked: list[tuple[int, str, int]] = []
        self._newest = {task: Newest(live="v1", base="v1") for task in TASKS}

    def newest(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Newest]:
        self.asked.append((os.getpid(), "newest", len(tasks)))
        return {task: self._newest[task] for task in tasks if task in self._newest}

    def triggers(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Triggers]:
        self.asked.append((os.getpid(), "triggers", len(tasks)))
        return {task: Triggers(others=1) for task in tasks if task.name.endswith("7")}

    def templates(self, keys: Collection[TaskVersion]) -> Mapping[TaskVersion, Template]:
        self.asked.append((os.getpid(), "templates", len(keys)))
        return super().templates(keys)


@pytest.fixture(autouse=True)
def copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relayed, "can_fork", lambda: True)
    monkeypatch.setenv(JOBS, "3")


def all_of(tasks: Iterable[TaskName]) -> set[TaskName]:
    return set(tasks)


def planned(catalog: Relayed, work: Callable[[Iterable[TaskName]], Any]) -> Sequence[Any]:
    return partial(catalog.copies, all_of)(work, TASKS, str)


def told(catalog: Relayed, tasks: Iterable[TaskName]) -> tuple[int, dict[str, Any]]:
    """All that one part asks."""
    own = list(tasks)
    newest, triggers = catalog.newest(own), catalog.triggers([task for task in own if task.name < "t0500"])
    specs = catalog.templates({TaskVersion(task, found.live) for task, found in newest.items()})
    answers = {key.task.name: (found.spec.short_name, key.task in triggers) for key, found in specs.items()}
    return os.getpid(), answers | {"none": [*catalog.newest([TaskName("p", "d", "none")]), *catalog.problems()]}


def test_copies_are_answered_as_one_process_is(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = Relayed(Counting())
    several = planned(catalog, partial(told, catalog))
    monkeypatch.setenv(JOBS, "1")
    ((_, once),) = planned(catalog, partial(told, catalog))
    assert len({process for process, _ in several} - {os.getpid()}) == 3
    together: dict[str, Any] = {}
    for _, answers in several:
        together |= answers
    assert together == once
    assert sum(len(answers) - 1 for _, answers in several) == len(TASKS)


def test_names_are_asked_for_once_and_by_this_process_alone() -> None:
    counting = Counting()
    catalog = Relayed(counting)
    planned(catalog, partial(told, catalog))
    assert {process for process, _, _ in counting.asked} == {os.getpid()}
    assert [(what, count) for _, what, count in counting.asked if what != "templates"] == [
        ("newest", len(TASKS)),
        ("triggers", len(TASKS)),
    ]
    assert sum(count for _, what, count in counting.asked if what == "templates") == len(TASKS)


def test_what_nobody_asks_of_is_not_asked() -> None:
    counting = Counting()
    catalog = Relayed(counting)
    planned(catalog, lambda _: catalog.triggers(()))
    assert counting.asked == []


def children() -> str:
    return Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text("ascii")


def test_a_question_that_fails_ends_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise CatalogError("unreachable")

    counting = Counting()
    monkeypatch.setattr(counting, "templates", fail)
    catalog = Relayed(counting)
    before = children()
    with pytest.raises(CatalogError, match="unreachable"):
        planned(catalog, partial(told, catalog))
    assert children() == before
    assert [what for _, what, _ in counting.asked] == ["newest", "triggers"]


def test_what_a_copy_raises_one_process_finds_out() -> None:
    here = os.getpid()

    def work(tasks: Iterable[TaskName]) -> int:
        if os.getpid() == here:
            return len(list(tasks))
        raise InputError([PROBLEM])

    assert planned(Relayed(Counting()), work) == [len(TASKS)]


@pytest.mark.parametrize("asks", [False, True])
def test_a_copy_that_dies_is_told(*, asks: bool) -> None:
    catalog = Relayed(Counting())

    def work(tasks: Iterable[TaskName]) -> None:
        if asks:
            catalog.newest(list(tasks))
        os.kill(os.getpid(), signal.SIGKILL)

    before = children()
    with pytest.raises(FlyteplanError, match=r"FLYTEPLAN_JOBS=1"):
        planned(catalog, work)
    assert children() == before


def test_a_copy_that_dies_while_it_waits_for_an_answer_is_told() -> None:
    """Its end of the socket is closed then: what is written to it is no output that nobody reads."""
    counting = Counting()
    asked = os.getpid()
    # Servers that other tests still ask, for one.
    others = set(children().split())

    def answered_late(keys: Collection[TaskVersion]) -> Mapping[TaskVersion, Template]:
        assert os.getpid() == asked
        for child in set(children().split()) - others:
            os.kill(int(child), signal.SIGKILL)
            os.waitid(os.P_PID, int(child), os.WEXITED | os.WNOWAIT)
        return MemoryCatalog.templates(counting, keys)

    counting.templates = answered_late  # type: ignore[method-assign]
    catalog = Relayed(counting)
    with pytest.raises(FlyteplanError, match=r"FLYTEPLAN_JOBS=1"):
        planned(catalog, partial(told, catalog))


def test_few_tasks_are_planned_by_this_process() -> None:
    catalog = Relayed(Counting())
    assert catalog.copies(all_of, lambda tasks: (os.getpid(), len(list(tasks))), TASKS[:20], str) == [(os.getpid(), 20)]


def test_large_answers_come_over_whole() -> None:
    long = TaskName("p", "d", "x" * 3_000_000)
    catalog = Relayed(MemoryCatalog(map(template, [*TASKS, long])))
    parts = planned(catalog, lambda _: len(catalog.templates([TaskVersion(long, "v1")])))
    assert set(parts) == {1}
