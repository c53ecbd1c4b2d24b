"""Guards: what an apply may not do to a target, at which numbers and when."""

from __future__ import annotations

import pytest
from tests.unit.test_render_text import change, field

from flyteplan.errors import Position
from flyteplan.model.guards import Freeze, Guards, Most, Protected
from flyteplan.model.plan import Change
from flyteplan.policy import breaches, guarded

HERE = Position("flyteplan.yaml", 9, 3)
NOW = "2026-11-01T12:00Z"


def tasks(changed: int, unchanged: int = 0) -> list[Change]:
    found = [change(f"etl.t{number}", field("retries.count", 1, 2)) for number in range(changed)]
    return [*found, *(change(f"etl.u{number}") for number in range(unchanged))]


def said(guards: Guards, changes: list[Change], left_out: int = 0, now: str = NOW) -> list[tuple[str, str]]:
    return [(one.name, one.message) for one in breaches(guards, guarded(changes), left_out, now)]


@pytest.mark.parametrize(("most", "changed", "stopped"), [(3, 3, False), (3, 4, True), (0, 1, True), (0, 0, False)])
def test_at_most_so_many_tasks_change(most: int, changed: int, stopped: bool) -> None:
    found = said(Guards(max_changed=Most(most, HERE)), tasks(changed, 40))
    assert bool(found) == stopped


def test_the_numbers_are_said() -> None:
    guards = Guards(max_changed=Most(3, HERE), max_changed_percent=Most(7.5, HERE))
    assert said(guards, tasks(4, 38)) == [
        ("max_changed", "4 tasks would change (4 to update), and one apply may change 3"),
        ("max_changed_percent", "4 of 42 tasks would change (9.5 %: 4 to update), and one apply may change 7.5 %"),
    ]


@pytest.mark.parametrize(
    ("percent", "changed", "unchanged", "left_out", "stopped"),
    [
        (30, 3, 7, 0, False),
        (30, 4, 6, 0, True),
        (29, 29, 71, 0, False),  # 29 / 100 * 100 is less than 29 in floating point
        (10, 1, 0, 0, False),  # of one task each part is the whole
        (10, 2, 0, 0, True),
        (10, 2, 0, 40, False),  # the tasks that were not chosen count as tasks of the target
        (0, 1, 99, 0, True),
        (100, 5, 0, 0, False),
    ],
)
def test_at_most_such_a_part_changes(
    percent: float, changed: int, unchanged: int, left_out: int, stopped: bool
) -> None:
    found = said(Guards(max_changed_percent=Most(percent, HERE)), tasks(changed, unchanged), left_out)
    assert bool(found) == stopped


def test_what_is_counted_is_told_in_the_words_of_the_plan() -> None:
    run = change("etl.r", action="run")
    assert said(Guards(max_changed=Most(3, HERE)), [*tasks(9, 3), run]) == [
        ("max_changed", "10 tasks would change (9 to update, 1 to run), and one apply may change 3")
    ]


def test_a_task_counts_once_however_often_it_is_run() -> None:
    twice = [change("etl.a", field("x", 1, 2)), change("etl.a", action="run")]
    assert said(Guards(max_changed=Most(1, HERE)), twice) == []


def test_protected_tasks_do_not_change_and_may_be_looked_at() -> None:
    guards = Guards(protected=(Protected(glob="etl.t*", position=HERE), Protected(glob="other", position=HERE)))
    assert said(guards, tasks(5)) == [
        ("protected:etl.t*", "etl.t* is protected (5 tasks would change: etl.t0, etl.t1, etl.t2 and 2 more)")
    ]
    assert said(guards, tasks(4)) == [
        ("protected:etl.t*", "etl.t* is protected (4 tasks would change: etl.t0, etl.t1, etl.t2, etl.t3)")
    ]
    assert said(guards, tasks(0, 3)) == []


@pytest.mark.parametrize(
    ("start", "end", "now", "stopped"),
    [
        ("2026-11-01", "2026-11-01", "2026-10-31T23:59Z", False),
        ("2026-11-01", "2026-11-01", "2026-11-01T00:00Z", True),
        ("2026-11-01", "2026-11-01", "2026-11-01T23:59Z", True),
        ("2026-11-01", "2026-11-01", "2026-11-02T00:00Z", False),
        ("2026-10-30T18:00Z", "2026-11-02T06:00Z", "2026-10-30T17:59Z", False),
        ("2026-10-30T18:00Z", "2026-11-02T06:00Z", "2026-10-30T18:00Z", True),
        ("2026-10-30T18:00Z", "2026-11-02T06:00Z", "2026-11-02T06:00Z", True),
        ("2026-10-30T18:00Z", "2026-11-02T06:00Z", "2026-11-02T06:01Z", False),
    ],
)
def test_a_freeze_holds_from_its_first_to_its_last_minute(start: str, end: str, now: str, stopped: bool) -> None:
    freeze = Freeze(name="f", start=start, end=end, reason="holidays", position=HERE)
    assert bool(said(Guards(freezes=(freeze,)), tasks(1), now=now)) == stopped


def test_a_freeze_is_about_its_tasks() -> None:
    def frozen(**about: tuple[str, ...]) -> list[tuple[str, str]]:
        freeze = Freeze(name="f", start="2026-01-01", end="2026-12-31", reason="why", position=HERE, **about)
        return said(Guards(freezes=(freeze,)), tasks(2))

    assert frozen() == [
        ("freeze:f", "frozen from 2026-01-01 to 2026-12-31: why (2 tasks would change: etl.t0, etl.t1)")
    ]
    assert frozen(tasks=("training.*",)) == []
    assert frozen(exclude=("etl.t0",))[0][1].endswith("(1 task would change: etl.t1)")
