"""What others do while an apply is on its way, and what it asks to find that out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flyteidl2.task.task_definition_pb2 import TaskTrigger
from tests.applying import TASK, Repository, repository, spec
from tests.clock import Clock, stopped
from tests.serving import deploying, serving
from tests.unit.test_apply_events import change

from flyteplan.apply import Pace
from flyteplan.errors import StaleError
from flyteplan.local.controller import LocalController
from flyteplan.model.deployment import Provenance
from flyteplan.model.event import FAILED, SUBMITTED, Event
from flyteplan.model.plan import Change
from flyteplan.pipeline import submit
from flyteplan.ports import Catalog, Controller
from flyteplan.remote.controller import RemoteController

NAMES = [f"etl.task{number:02}" for number in range(25)]
FIRST, LAST = NAMES[0], NAMES[2]
PARALLELISM = pytest.mark.parametrize("parallelism", [1, 2])
WHERE = pytest.mark.parametrize("where", ["database", "endpoint"])


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    made = repository(tmp_path)
    for name in NAMES:
        made.deploy("v1", name=name)
    return made


@contextmanager
def remote(repo: Repository) -> Iterator[RemoteController]:
    with serving(repo.folder / "catalog.db") as endpoint, deploying(endpoint) as found:
        yield found


@contextmanager
def controller(where: str, repo: Repository) -> Iterator[Controller]:
    if where == "database":
        yield LocalController(str(repo.folder / "catalog.db"))
        return
    with remote(repo) as found:
        yield found


def submitting(
    changes: Sequence[Change], where: Controller, parallelism: int = 1, seen: Catalog | None = None
) -> Iterator[Event]:
    return submit(changes, where, Provenance(), Pace(parallelism=parallelism), seen)


def trigger(*, active: bool = True) -> TaskTrigger:
    made = TaskTrigger(name="nightly")
    made.spec.active = active
    made.automation_spec.schedule.cron.expression = "0 6 * * *"
    return made


def planned(repo: Repository, name: str, triggers: str = "keep") -> Change:
    found = repo.catalog.triggers([TASK._replace(name=name)]).get(TASK._replace(name=name))
    one = change(name)
    return replace(one, triggers=found.known if found else (), submit=replace(one.submit, triggers=triggers))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped(monkeypatch)


@PARALLELISM
@WHERE
def test_a_base_that_is_deployed_again_later_is_found_before_it_is_submitted(
    repo: Repository, where: str, parallelism: int, clock: Clock
) -> None:
    with controller(where, repo) as found:
        events = submitting([planned(repo, name) for name in NAMES[:3]], found, parallelism)
        assert [next(events).outcome for _ in range(parallelism)] == [SUBMITTED] * parallelism
        repo.deploy("v1", spec("v1", cpu="500m"), name=LAST)
        clock.seconds += 5
        *others, last = events
    assert {event.outcome for event in others} <= {SUBMITTED}
    assert (last.outcome, last.stale) == (FAILED, True)
    assert last.message == "the base v1 was deployed again with another spec"


@PARALLELISM
@WHERE
def test_a_version_that_is_newer_is_found_at_once(repo: Repository, where: str, parallelism: int) -> None:
    """Which one is newest is asked before each batch, however short a time ago it was asked."""
    with controller(where, repo) as found:
        events = submitting([planned(repo, name) for name in NAMES[:5]], found, parallelism)
        next(events)
        repo.deploy("v2", name=NAMES[4])
        *_, last = events
    assert last.message == "the newest version is v2, and was v1"


@WHERE
def test_nothing_is_submitted_where_the_first_look_finds_another_base(repo: Repository, where: str) -> None:
    changes = [planned(repo, name) for name in NAMES[:3]]
    repo.deploy("v1", spec("v1", cpu="500m"), name=LAST)
    with controller(where, repo) as found, pytest.raises(StaleError) as raised:
        submitting(changes, found)
    (problem,) = raised.value.problems
    assert problem.message.endswith("the base v1 was deployed again with another spec")
    assert len(repo.catalog.versions([TASK._replace(name=FIRST)])[TASK._replace(name=FIRST)]) == 1


@pytest.mark.parametrize("triggers", ["keep", "retarget"])
@WHERE
def test_nothing_is_submitted_where_the_first_look_finds_other_triggers(
    repo: Repository, where: str, triggers: str
) -> None:
    changes = [planned(repo, name, triggers) for name in NAMES[:3]]
    repo.deploy("v1", triggers=(trigger(),), name=LAST)
    with controller(where, repo) as found, pytest.raises(StaleError) as raised:
        submitting(changes, found)
    assert [problem.message.split(": ")[1] for problem in raised.value.problems] == ["its triggers have changed"]


@pytest.mark.parametrize("had", [False, True], ids=["none before", "another before"])
@PARALLELISM
@WHERE
def test_triggers_that_are_not_moved_may_change_on_the_way(
    repo: Repository, where: str, parallelism: int, *, had: bool
) -> None:
    """They are no part of what is submitted."""
    if had:
        repo.deploy("v1", triggers=(trigger(),), name=NAMES[4])
    changes = [planned(repo, NAMES[0], "retarget"), *(planned(repo, name) for name in NAMES[1:5])]
    with controller(where, repo) as found:
        events = submitting(changes, found, parallelism)
        first = next(events)
        repo.deploy("v1", triggers=(trigger(active=False),), name=NAMES[4])
        assert {event.outcome for event in (first, *events)} == {SUBMITTED}


@pytest.mark.parametrize("had", [False, True], ids=["none before", "another before"])
@PARALLELISM
@WHERE
def test_triggers_that_are_moved_are_looked_at_again(
    repo: Repository, where: str, parallelism: int, *, had: bool
) -> None:
    """At once: what is submitted would not be what is there."""
    if had:
        repo.deploy("v1", triggers=(trigger(),), name=NAMES[4])
    changes = [*(planned(repo, name) for name in NAMES[:4]), planned(repo, NAMES[4], "retarget")]
    with controller(where, repo) as found:
        events = submitting(changes, found, parallelism)
        next(events)
        repo.deploy("v1", triggers=(trigger(active=False),), name=NAMES[4])
        *_, last = events
    assert (last.outcome, last.stale, last.message) == (FAILED, True, "its triggers have changed")


def calls(where: RemoteController) -> dict[str, int]:
    return {**where._reads.calls, **where._writes.calls}


@pytest.mark.parametrize(("parallelism", "lists"), [(1, 51), (10, 5), (100, 3)])
@pytest.mark.parametrize("was_seen", [False, True])
def test_an_apply_reads_a_base_once_and_looks_at_triggers_once(
    repo: Repository, parallelism: int, lists: int, clock: Clock, *, was_seen: bool
) -> None:
    """And what is newest before each batch and after it: one list where the next batch is asked about meanwhile."""
    with remote(repo) as where:
        seen = where.now() if was_seen else None
        if seen:
            seen.templates([planned(repo, name).task for name in NAMES])
        events = list(submitting([planned(repo, name) for name in NAMES], where, parallelism, seen))
        assert {event.outcome for event in events} == {SUBMITTED}
        assert calls(where) == {"GetTaskDetails": 50, "ListTasks": lists, "ListTriggers": 1, "DeployTask": 25}


@pytest.mark.parametrize(("seconds", "again"), [(4.9, 0), (5, 24)])
def test_an_apply_that_takes_longer_reads_the_bases_again(
    repo: Repository, seconds: float, again: int, clock: Clock
) -> None:
    with remote(repo) as where:
        events = submitting([planned(repo, name) for name in NAMES], where)
        outcomes = {next(events).outcome}
        clock.seconds += seconds
        assert outcomes | {event.outcome for event in events} == {SUBMITTED}
        assert calls(where)["GetTaskDetails"] == 50 + again


def test_triggers_are_looked_at_again_in_those_batches_that_move_some(repo: Repository) -> None:
    changes = [planned(repo, name, "retarget" if name in NAMES[12:14] else "keep") for name in NAMES]
    with remote(repo) as where:
        assert {event.outcome for event in submitting(changes, where, 10)} == {SUBMITTED}
        assert calls(where)["ListTriggers"] == 2
