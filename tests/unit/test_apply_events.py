"""One change of a plan and what the world does to it: what the events say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest
from tests.applying import TASK, spec
from tests.memory_controller import Fate, MemoryController

from flyteplan.apply import Pace, apply
from flyteplan.diff import digest
from flyteplan.errors import CatalogError, Position
from flyteplan.model.deployment import Deployment, Provenance
from flyteplan.model.plan import Change, Source, Submit
from flyteplan.model.settings import Selector
from flyteplan.model.task import TaskName, TaskVersion, Template
from flyteplan.render.applied import event_line, total_line
from flyteplan.render.style import text_of

NAMES = ("a", "b", "c")


def key(name: str, version: str) -> TaskVersion:
    return TaskVersion(TASK._replace(name=name), version)


BASES = [Template(key=key(name, "v1"), spec=spec("v1"), deployed_at=1) for name in NAMES]


def change(name: str, cpu: str = "2") -> Change:
    base, desired = spec("v1"), spec("v1", cpu=cpu)
    return Change(
        org="",
        task=key(name, "v1"),
        live_version="v1",
        selector=Selector(auto_version="latest"),
        strategy="merge",
        action="update",
        manifests=(Source(name=name, position=Position("a.yaml", 3, 1)),),
        fields=(),
        base_digest=digest(base),
        live_digest=digest(base),
        desired_digest=digest(desired),
        submit=Submit(kind="version", name="v1.x.flyteplan", state="new"),
        desired=desired,
    )


CHANGES = [change(name) for name in NAMES]


def outcomes(controller: MemoryController, *, fail_fast: bool = False, parallelism: int = 1) -> list[str]:
    pace = Pace(fail_fast=fail_fast, parallelism=parallelism)
    return [event.outcome for event in apply(CHANGES, controller, Provenance(), pace)]


@pytest.mark.parametrize("parallelism", [1, 2, 3, 10])
@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        (lambda number: "", ["submitted", "submitted", "submitted"]),
        (lambda number: "lost" if number == 2 else "", ["submitted", "failed", "submitted"]),
        (lambda number: "unanswered", ["submitted", "submitted", "submitted"]),
        (lambda number: "gone", ["failed", "failed", "failed"]),
    ],
    ids=["all is well", "one is lost", "none is answered", "nothing can be sent"],
)
def test_what_counts_is_what_is_there_afterwards(fate: Fate, parallelism: int, expected: list[str]) -> None:
    assert outcomes(MemoryController(BASES, fate), parallelism=parallelism) == expected


@pytest.mark.parametrize(
    ("lost", "parallelism", "expected"),
    [
        (2, 1, ["submitted", "failed", "not tried"]),
        (1, 1, ["failed", "not tried", "not tried"]),
        (1, 2, ["failed", "submitted", "not tried"]),
        (1, 3, ["failed", "submitted", "submitted"]),
    ],
)
def test_what_is_on_its_way_beside_a_failure_ends(lost: int, parallelism: int, expected: list[str]) -> None:
    where = MemoryController(BASES, lambda number: "lost" if number == lost else "")
    assert outcomes(where, fail_fast=True, parallelism=parallelism) == expected


def test_the_rest_is_not_tried_once_it_is_stopped() -> None:
    controller = MemoryController(BASES)
    events = apply(CHANGES, controller, Provenance(), Pace(stopped=lambda: bool(controller.sent)))
    assert [event.outcome for event in events] == ["submitted", "not tried", "not tried"]


def test_what_moves_on_the_way_is_not_overwritten() -> None:
    controller = MemoryController(BASES)
    events = apply(CHANGES, controller, Provenance(), Pace())
    next(events)
    newer = Template(key=key("b", "v2"), spec=spec("v2"), deployed_at=5)
    controller.templates[newer.key] = newer
    event = next(events)
    assert (event.outcome, event.stale) == ("failed", True)
    assert "the newest version is v2, and was v1" in event.message
    assert len(controller.sent) == 1


def test_what_moves_while_the_batch_before_is_sent_is_not_overwritten() -> None:
    """The next batch is looked at once this one has been sent, not before."""

    def fate(number: int) -> str:
        if number == 2:
            newer = Template(key=key("c", "v2"), spec=spec("v2"), deployed_at=5)
            controller.templates[newer.key] = newer
        return ""

    controller = MemoryController(BASES, fate)
    assert outcomes(controller, parallelism=2) == ["submitted", "submitted", "failed"]
    assert len(controller.sent) == 2


class Forgetful(MemoryController):
    """A server that keeps not quite what it is sent."""

    def __init__(self, forget: Callable[[Deployment], Deployment]) -> None:
        super().__init__(BASES)
        self._forget = forget

    def deploy(self, deployments: Sequence[Deployment]) -> Mapping[TaskVersion, str]:
        return super().deploy([self._forget(sent) for sent in deployments])


def without_tags(sent: Deployment) -> Deployment:
    kept = type(sent.spec)()
    kept.CopyFrom(sent.spec)
    del kept.task_template.metadata.tags["flyteplan/base"]
    return replace(sent, spec=kept)


@pytest.mark.parametrize(
    ("forget", "message"),
    [
        (lambda sent: replace(sent, spec=spec("v1", cpu="8")), "its spec is not the one that was sent"),
        (without_tags, "the tags that say where it comes from are not those that were sent"),
        (lambda sent: replace(sent, key=TaskVersion(sent.key.task, "v0")), "v1.x.flyteplan was sent, and is not there"),
    ],
)
def test_what_the_server_stored_is_read_back(forget: Callable[[Deployment], Deployment], message: str) -> None:
    (event,) = apply(CHANGES[:1], Forgetful(forget), Provenance(), Pace())
    assert event.outcome == "failed"
    assert message in event.message


def test_a_server_whose_clock_is_behind_is_told() -> None:
    old = MemoryController(BASES)
    old._clock = -1
    (event,) = apply(CHANGES[:1], old, Provenance(), Pace())
    assert event.message == "v1.x.flyteplan is there, but the newest version is v1"


def test_a_catalog_that_can_not_be_read_fails_one_change() -> None:
    controller = MemoryController(BASES)
    asked: list[int] = []

    def now() -> object:
        asked.append(1)
        if len(asked) == 1:
            raise CatalogError("gone")
        return MemoryController.now(controller)

    controller.now = now  # type: ignore[assignment,method-assign]
    assert outcomes(controller) == ["failed", "submitted", "submitted"]
    asked.clear()
    controller.templates = {one.key: one for one in BASES}
    assert outcomes(controller, parallelism=3) == ["submitted", "submitted", "submitted"]


def test_an_event_is_one_line_and_so_is_the_total() -> None:
    from flyteplan.model.plan import Plan

    scope = TaskName("flytesnacks", "development", "")
    plan = Plan(target="", catalog="", org="", project=scope.project, domain=scope.domain, changes=tuple(CHANGES))
    controller = MemoryController(BASES, lambda number: "lost" if number == 2 else "")
    events = list(apply(CHANGES, controller, Provenance(), Pace()))
    assert [text_of(event_line(event, plan)) for event in events] == [
        "submitted  a  v1.x.flyteplan",
        "failed     b  the call was lost",
        "submitted  c  v1.x.flyteplan",
    ]
    assert text_of(total_line(events)) == "Applied: 2 submitted, 1 failed, 0 not tried."
