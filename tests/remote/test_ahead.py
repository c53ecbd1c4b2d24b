"""Questions that are sent before they are asked: they have the same answers, and cost no call more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from flyteidl2.trigger import trigger_service_pb2
from flyteidl2.workflow import run_service_pb2
from hypothesis import given
from hypothesis import strategies as st
from tests.applying import TASK, repository
from tests.clock import stopped
from tests.remote.backend import Backend, Refusal
from tests.serving import deploying, serving
from tests.unit.test_apply_events import change

from flyteplan.apply import Pace, apply
from flyteplan.errors import CatalogError
from flyteplan.model.deployment import Provenance
from flyteplan.model.event import SUBMITTED
from flyteplan.model.run import RunName
from flyteplan.model.task import TaskName, TaskVersion
from flyteplan.ports import Ahead
from flyteplan.remote import RemoteCatalog, begun

TASKS = [TaskName(project, "development", f"env.task_{number}") for project in ("one", "two") for number in range(3)]
VERSIONS = ("v2.0123456789.flyteplan", "v2", "v1")
KEYS = [TaskVersion(task, version) for task in TASKS for version in (*VERSIONS, "")]
RUNS = [RunName("one", "development", name) for name in ("r1", "r2", "gone")]


class World(Backend):
    """Every task has a trigger, and there are two runs."""

    def list_triggers(self, request: Any) -> Any:
        answer = trigger_service_pb2.ListTriggersResponse()
        for task in TASKS[:2]:
            row = answer.triggers.add(active=True)
            row.id.name.task_name, row.id.name.name = task.name, "nightly"
        return answer

    def get_trigger_details(self, request: Any) -> Any:
        answer = trigger_service_pb2.GetTriggerDetailsResponse()
        answer.trigger.id.name.CopyFrom(request.name)
        return answer

    def get_run_details(self, request: Any) -> Any:
        if request.run_id.name == "gone":
            raise Refusal("NOT_FOUND", "run not found")
        return run_service_pb2.GetRunDetailsResponse()


def some(items: Sequence[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(items), unique=True)


WORLDS = st.dictionaries(st.sampled_from(TASKS), st.sampled_from([VERSIONS, VERSIONS[1:], VERSIONS[:1]]))
NOBODY = Provenance()
AHEAD = st.builds(
    Ahead,
    versions=some(TASKS),
    live=some(TASKS),
    bases=some(TASKS),
    templates=some(KEYS),
    triggers=some(TASKS),
    runs=some(RUNS),
)
QUESTIONS: dict[str, Sequence[Any]] = {
    **dict.fromkeys(("newest", "live", "versions", "triggers"), TASKS),
    "templates": KEYS,
    "runs": RUNS,
}
ASKED = st.sampled_from(sorted(QUESTIONS)).flatmap(lambda name: st.tuples(st.just(name), some(QUESTIONS[name])))


def answers(catalog: RemoteCatalog, asked: Sequence[tuple[str, list[Any]]]) -> list[Any]:
    return [dict(getattr(catalog, name)(keys)) for name, keys in asked]


@given(WORLDS, AHEAD, st.lists(ASKED, max_size=8))
def test_the_answers_are_those_that_one_gets_without(
    world: Mapping[TaskName, Sequence[str]], ahead: Ahead, asked: list[tuple[str, list[Any]]]
) -> None:
    catalog = World(world).catalog()
    catalog.expect(ahead)
    assert answers(catalog, asked) == answers(World(world).catalog(), asked)


def everything() -> tuple[Backend, RemoteCatalog]:
    """A catalog that is asked for all that there is."""
    backend = World(dict.fromkeys(TASKS, VERSIONS))
    catalog = backend.catalog()
    keys = [key for key in KEYS if key.version]
    catalog.expect(Ahead(versions=TASKS, live=TASKS, bases=TASKS, templates=keys, triggers=TASKS, runs=RUNS))
    return backend, catalog


ALL = [(name, list(keys)) for name, keys in QUESTIONS.items()]
OF_TRIGGERS = {"GetTriggerDetails"}


def test_what_was_asked_ahead_is_not_asked_again() -> None:
    backend, catalog = everything()
    before = dict(backend.calls)
    answers(catalog, ALL)
    assert {name: count for name, count in backend.calls.items() if name not in OF_TRIGGERS} == before


def test_versions_are_older_than_what_is_live() -> None:
    """So that one that another apply makes meanwhile is not taken for a name that was taken before."""
    backend, _ = everything()
    names = [type(request).__name__ for request in backend.requests]
    assert names[: len(TASKS)] == ["ListVersionsRequest"] * len(TASKS)
    assert "ListVersionsRequest" not in names[len(TASKS) :]


def test_what_was_asked_long_ago_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = stopped(monkeypatch)
    backend, catalog = everything()
    answers(catalog, ALL[:2])
    clock.seconds += 5
    before = backend.calls["ListTasks"]
    catalog.live(TASKS)
    assert backend.calls["ListTasks"] == before + 2


@pytest.mark.parametrize("call", ["list_tasks", "list_versions", "get_task_details", "list_triggers"])
def test_what_fails_is_told_to_who_asks(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Backend, request: Any) -> Any:
        raise Refusal("PERMISSION_DENIED", "no")

    monkeypatch.setattr(World, call, refuse)
    _, catalog = everything()
    with pytest.raises(CatalogError, match="PERMISSION_DENIED"):
        answers(catalog, ALL)


def test_what_failed_is_to_be_asked_again() -> None:
    def failing() -> dict[str, int]:
        raise CatalogError("gone")

    sent = begun.Begun(["a"], failing)
    with pytest.raises(CatalogError, match="gone"):
        sent.split(["a", "b"])
    assert sent.split(["a", "b"]) == ({}, ["a", "b"])


@pytest.mark.parametrize(("parallelism", "lists"), [(1, 50), (10, 4), (100, 2)])
def test_an_apply_makes_three_calls_a_change_and_asks_for_names_once_a_batch(
    tmp_path: Path, parallelism: int, lists: int
) -> None:
    """Its base, its version, and that read back. One list tells what is live of what was sent and of what follows."""
    repo, tasks = repository(tmp_path), [TASK._replace(name=f"etl.task{number:02}") for number in range(25)]
    for task in tasks:
        repo.deploy("v1", name=task.name)
    with serving(tmp_path / "catalog.db") as endpoint, deploying(endpoint) as where:
        events = list(apply([change(task.name) for task in tasks], where, NOBODY, Pace(parallelism=parallelism)))
        assert where._reads.calls == {"GetTaskDetails": 50, "ListTasks": lists}
        assert where._writes.calls == {"DeployTask": 25}
    assert {event.outcome for event in events} == {SUBMITTED}
    assert {len(versions) for versions in repo.catalog.versions(tasks).values()} == {2}
