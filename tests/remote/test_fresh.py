"""What was read a moment ago is not read again, and what was read before that is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flyteidl2.task import task_service_pb2
from tests.applying import TASK, spec
from tests.clock import Clock, stopped
from tests.remote.backend import ADDRESS, Backend, Refusal

from flyteplan.model.deployment import Deployment
from flyteplan.model.task import TaskVersion, Template
from flyteplan.ports import Ahead
from flyteplan.remote.controller import RemoteController
from flyteplan.remote.fresh import Recent

KEY, OTHER = TaskVersion(TASK, "v1"), TaskVersion(TASK, "v2")
MADE = Deployment(key=OTHER, spec=spec("v2"))
AHEAD = Ahead(live=[TASK], templates=[KEY, OTHER])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped(monkeypatch)


class World(Backend):
    """Takes what is deployed; `cpu` is what all of its templates have."""

    def __init__(self) -> None:
        super().__init__({TASK: ["v2", "v1"]})
        self.cpu, self.refuses = "1", False

    def get_task_details(self, request: Any) -> Any:
        if self.refuses:
            raise Refusal("NOT_FOUND", "task not found")
        answer = super().get_task_details(request)
        answer.details.spec.CopyFrom(spec(request.task_id.version, cpu=self.cpu))
        return answer

    def deploy_task(self, request: Any) -> Any:
        return task_service_pb2.DeployTaskResponse()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def where(world: World) -> RemoteController:
    return RemoteController(world.channel(), world.channel(), address=ADDRESS, org="")


def cpu(found: Template) -> str:
    return str(found.spec.task_template.container.resources.requests[0].value)


@contextmanager
def reads(world: World, *keys: TaskVersion) -> Iterator[None]:
    """Just these, once each."""
    world.details.clear()
    yield
    assert dict(world.details) == dict.fromkeys(keys, 1)


def test_what_was_read_a_moment_ago_is_not_read_again(world: World, where: RemoteController, clock: Clock) -> None:
    read = where.now().templates([KEY, OTHER])
    clock.seconds += 4.9
    with reads(world):
        assert where.ahead(AHEAD).templates([KEY, OTHER]) == read


@pytest.mark.parametrize("waits", ["before it is said what will be asked", "before it is asked"])
def test_what_was_read_five_seconds_ago_is_read_again(
    world: World, where: RemoteController, clock: Clock, waits: str
) -> None:
    """Whoever reads our output may have us wait between what we say that we will ask, and asking it."""
    where.now().templates([KEY])
    world.cpu = "2"
    with reads(world, KEY):
        if waits == "before it is asked":
            catalog = where.ahead(Ahead(templates=[KEY]))
            clock.seconds += 5
        else:
            clock.seconds += 5
            catalog = where.ahead(Ahead(templates=[KEY]))
        assert cpu(catalog.templates([KEY])[KEY]) == "2"


def test_what_is_taken_is_not_younger_for_it(world: World, where: RemoteController, clock: Clock) -> None:
    where.now().templates([KEY])
    for _ in range(2):
        clock.seconds += 2.4
        with reads(world):
            where.ahead(Ahead(templates=[KEY])).templates([KEY])
    clock.seconds += 2.4
    with reads(world, KEY):
        where.ahead(Ahead(templates=[KEY])).templates([KEY])


def test_what_was_asked_ahead_is_as_old_as_the_question(world: World, where: RemoteController, clock: Clock) -> None:
    catalog = where.ahead(Ahead(templates=[KEY]))
    clock.seconds += 3
    with reads(world):
        catalog.templates([KEY])
    clock.seconds += 3
    with reads(world, KEY):
        where.ahead(Ahead(templates=[KEY])).templates([KEY])


def test_now_takes_nothing_that_was_read_before(world: World, where: RemoteController, clock: Clock) -> None:
    where.now().templates([KEY])
    world.cpu = "2"
    with reads(world, KEY):
        assert cpu(where.now().templates([KEY])[KEY]) == "2"
    with reads(world):
        assert cpu(where.ahead(Ahead(templates=[KEY])).templates([KEY])[KEY]) == "2"


def test_what_is_not_there_any_more_was_not_read_a_moment_ago(
    world: World, where: RemoteController, clock: Clock
) -> None:
    where.now().templates([KEY])
    world.refuses, world.tasks = True, {TASK: ["v2"]}
    assert where.now().templates([KEY]) == {}
    assert where.ahead(Ahead(templates=[KEY])).templates([KEY]) == {}


def test_what_is_newest_is_always_asked(world: World, where: RemoteController, clock: Clock) -> None:
    where.now().newest([TASK])
    world.tasks = {TASK: ["v3", "v2", "v1"]}
    assert where.ahead(Ahead()).newest([TASK])[TASK].live == "v3"


def test_what_was_deployed_is_read_back(world: World, where: RemoteController, clock: Clock) -> None:
    where.now().templates([KEY, OTHER])
    assert where.deploy([MADE]) == {}
    world.cpu = "2"
    with reads(world, OTHER):
        found = where.ahead(AHEAD).templates([KEY, OTHER])
    assert {key.version: cpu(one) for key, one in found.items()} == {"v1": "1", "v2": "2"}


def test_what_was_looked_for_between_two_attempts_is_read_back(
    world: World, where: RemoteController, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first attempt may arrive later."""

    def unavailable(self: World, request: Any) -> Any:
        raise Refusal("UNAVAILABLE", "try again")

    monkeypatch.setattr(World, "deploy_task", unavailable)
    assert where.deploy([MADE]) == {}
    assert world.details == {OTHER: 1}
    with reads(world, OTHER):
        where.ahead(Ahead(templates=[OTHER])).templates([OTHER])


def test_what_was_on_its_way_when_it_was_forgotten_is_not_kept(clock: Clock) -> None:
    recent = Recent[str, int]()
    recent.asked("a")
    recent.forget(["a", "never asked"])
    recent.keep("a", 1)
    assert recent.split(["a"]) == ({}, ["a"])


def test_what_is_asked_again_is_as_old_as_the_last_question(clock: Clock) -> None:
    recent = Recent[str, int]()
    for number, key in enumerate(["a", "b", "a"]):
        recent.asked(key)
        recent.keep(key, number)
        clock.seconds += 2
    assert recent.split(["b", "a"]) == ({"b": 1, "a": 2}, [])
    clock.seconds += 1
    assert recent.split(["b", "a"]) == ({"a": 2}, ["b"])


def test_what_is_old_takes_no_room(clock: Clock) -> None:
    recent = Recent[int, int]()
    for key in range(1000):
        recent.asked(key)
        if key % 2:
            recent.keep(key, key)
        clock.seconds += 0.5
        assert len(recent) <= 10
    clock.seconds += 5
    recent.split([])
    assert len(recent) == 0
