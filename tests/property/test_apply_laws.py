"""Laws of apply: nothing is left to do after it, and whatever fails on the way, the next one does just the rest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.memory_controller import MemoryController
from tests.property.strategies import SHIPPED
from tests.property.test_plan_laws import File, files, planned

from flyteplan.model.deployment import Provenance
from flyteplan.model.event import ALREADY, FAILED, SUBMITTED, Event
from flyteplan.model.plan import Change, Plan
from flyteplan.pipeline import restored, submit

NOBODY = Provenance(owner="acme", revision="abc")
FATES = st.lists(st.sampled_from(("", "lost", "unanswered")), max_size=8)


def controller(fates: Sequence[str] = ()) -> MemoryController:
    following = chain(fates, repeat(""))
    return MemoryController(SHIPPED, lambda _: next(following))


def applied(changes: Sequence[Change], where: MemoryController) -> list[Event]:
    changing = [change for change in changes if change.action in ("update", "run")]
    return list(submit(changing, where, NOBODY, fail_fast=False, stopped=lambda: False))


def updates(plan: Plan | None) -> list[Change]:
    return [change for change in plan.changes if change.action == "update"] if plan else []


@given(files())
def test_after_an_apply_there_is_nothing_to_do(files: list[File]) -> None:
    where = controller()
    before = planned(files, where.now())
    assume(updates(before))
    assert before
    events = applied(before.changes, where)
    assert [event.outcome for event in events if event.change.action == "update"] == [SUBMITTED] * len(updates(before))
    assert updates(planned(files, where.now())) == []


@given(files(), FATES)
def test_planning_and_applying_again_does_just_the_rest(files: list[File], fates: list[str]) -> None:
    where = controller(fates)
    wanted = updates(planned(files, where.now()))
    assume(wanted)
    for _ in range(len(fates) + 1):
        again = planned(files, where.now())
        assert again
        applied(again.changes, where)
    assert updates(planned(files, where.now())) == []
    assert set(where.templates) == {one.key for one in SHIPPED} | {sent.key for sent in where.deployed}
    assert len({sent.key for sent in where.deployed}) == len(wanted)


@given(files(), FATES)
def test_a_saved_plan_that_was_cut_off_is_finished_by_applying_it_again(files: list[File], fates: list[str]) -> None:
    where = controller(fates)
    plan = planned(files, where.now())
    assume(updates(plan))
    assert plan
    for _ in range(len(fates) + 1):
        events = applied(restored(plan, where.now()), where)
    assert FAILED not in {event.outcome for event in events}
    assert updates(planned(files, where.now())) == []
    events = applied(restored(plan, where.now()), where)
    assert {event.outcome for event in events if event.change.action == "update"} == {ALREADY}
