"""Laws of apply: nothing is left to do after it, and whatever fails on the way, the next one does just the rest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.memory_controller import MemoryController
from tests.property.strategies import SHIPPED
from tests.property.test_plan_laws import File, files, planned

from flyteplan.apply import Pace
from flyteplan.model.deployment import Deployment, Provenance
from flyteplan.model.event import ALREADY, FAILED, SUBMITTED, Event
from flyteplan.model.plan import Change, Plan
from flyteplan.pipeline import restored, submit
from flyteplan.ports import Controller

NOBODY = Provenance(owner="acme", revision="abc")
FATES = st.lists(st.sampled_from(("", "lost", "unanswered", "gone")), max_size=8)


def controller(fates: Sequence[str] = ()) -> MemoryController:
    following = chain(fates, repeat(""))
    return MemoryController(SHIPPED, lambda _: next(following))


PARALLELISM = st.sampled_from((1, 2, 10))


def applied(changes: Sequence[Change], where: Controller, parallelism: int = 1) -> list[Event]:
    return list(submit(changes, where, NOBODY, Pace(parallelism=parallelism)))


def to_do(plan: Plan | None) -> list[Change]:
    return [change for change in plan.changes if change.action in ("update", "run")] if plan else []


@given(files(), PARALLELISM)
def test_after_an_apply_there_is_nothing_to_do(files: list[File], parallelism: int) -> None:
    where = controller()
    before = planned(files, where.now())
    wanted = to_do(before)
    assume(wanted)
    events = applied(wanted, where, parallelism)
    assert [event.outcome for event in events] == [SUBMITTED] * len(wanted)
    assert to_do(planned(files, where.now())) == []


@given(files(), FATES, PARALLELISM)
def test_planning_and_applying_again_does_just_the_rest(files: list[File], fates: list[str], parallelism: int) -> None:
    where = controller(fates)
    wanted = to_do(planned(files, where.now()))
    assume(wanted)
    for _ in range(len(fates) + 1):
        applied(to_do(planned(files, where.now())), where, parallelism)
    assert to_do(planned(files, where.now())) == []
    versions = {sent.key for sent in where.sent if isinstance(sent, Deployment)}
    assert set(where.templates) == {one.key for one in SHIPPED} | versions
    assert len(versions) + len(where.runs) == len(wanted)


@given(files(), FATES, PARALLELISM)
def test_a_saved_plan_that_was_cut_off_is_finished_by_applying_it_again(
    files: list[File], fates: list[str], parallelism: int
) -> None:
    where = controller(fates)
    plan = planned(files, where.now())
    assume(to_do(plan))
    assert plan
    for _ in range(len(fates) + 1):
        events = applied(restored(plan, where.now()), where, parallelism)
    assert FAILED not in {event.outcome for event in events}
    assert to_do(planned(files, where.now())) == []
    events = applied(restored(plan, where.now()), where, parallelism)
    assert {event.outcome for event in events} == {ALREADY}
