"""The arithmetic of the bench: what a ratio is, and when a goal is missed."""

from __future__ import annotations

import pytest
from tests.bench.machine import machine
from tests.bench.measuring import Compared, Counted, Finding, NotMeasured, Pair, in_turn
from tests.bench.report import cells, content, markdown, page, table, verdict


def compared(*ratios: float, goal: float | None = 1.0) -> Compared:
    pairs = tuple(Pair(ratio * 0.5, 0.5) for ratio in ratios)
    return Compared(row=1, what="validate", against="yaml", pairs=pairs, goal=goal)


def test_the_ratio_is_the_median_of_the_ratios_and_not_the_ratio_of_the_medians() -> None:
    slowing = Compared(row=1, what="a", against="b", pairs=(Pair(1, 1), Pair(2, 4), Pair(9, 3)))
    assert slowing.ratio == 1.0
    assert slowing.spread == (0.5, 3.0)


@pytest.mark.parametrize(("ratios", "missed"), [((0.5, 1.0, 9.0), False), ((0.5, 1.01, 1.02), True)])
def test_a_goal_is_missed_by_a_median_above_it(ratios: tuple[float, ...], missed: bool) -> None:
    assert compared(*ratios).missed is missed


def test_what_has_no_goal_misses_none() -> None:
    assert not compared(99, goal=None).missed


@pytest.mark.parametrize(
    ("found", "exact", "missed"),
    [
        ({"Get": 10, "List": 1}, True, False),
        ({"Get": 9, "List": 1}, True, True),
        ({"Get": 10, "List": 1, "More": 1}, True, True),
        ({"Get": 3, "List": 8}, False, False),
        ({"Get": 4, "List": 8}, False, True),
    ],
)
def test_calls_are_held_to_their_budget(found: dict[str, int], exact: bool, missed: bool) -> None:
    assert Counted(row=9, what="calls", found=found, budget={"Get": 10, "List": 1}, exact=exact).missed is missed


def test_both_sides_are_measured_in_turn_and_neither_is_always_the_first() -> None:
    order: list[str] = []

    def side(name: str, takes: float) -> float:
        order.append(name)
        return takes

    pairs = in_turn(lambda: side("A", 2), lambda: side("B", 4), 3)
    assert "".join(order) == "ABBAAB"
    assert pairs == (Pair(2, 4),) * 3


def test_a_table_has_every_finding_and_its_verdict() -> None:
    why = NotMeasured(row=4, what="validate", why="no kubeconform on the PATH")
    calls = Counted(row=9, what="calls", found={"Get": 1}, budget={"Get": 2})
    findings: list[Finding] = [compared(0.5), compared(2.0), why, calls]
    ends = [cells(finding)[-1] for finding in findings]
    assert ends == ["met", "MISSED", "not measured: no kubeconform on the PATH", "MISSED: 1 Get instead of 2 Get"]
    assert table(findings).count("\n") == len(markdown(findings).splitlines()) - 1 == 5
    assert cells(compared(0.25, 0.5, 1.0))[3:8] == ("0.5", "1", "0.25-1", "250 ms", "500 ms")


def test_the_last_line_names_the_rows_that_miss() -> None:
    late = Compared(row=12, what="a", against="b", pairs=(Pair(3, 1),), goal=2)
    assert verdict([compared(2.0), late, compared(3.0)]) == "Missed: rows 1, 12."
    assert verdict([compared(2.0)]) == "Missed: row 1."
    assert verdict([compared(1.0), NotMeasured(row=4, what="a", why="b")]) == "All goals are met."


def test_machines_read_the_same() -> None:
    (row,) = content([compared(2.0)], machine(), {"many": 3})["rows"]
    assert (row["ratio"], row["missed"], row["pairs"]) == (2.0, True, ({"ours": 1.0, "theirs": 0.5},))


def test_the_page_has_the_machine_the_table_and_the_verdict() -> None:
    where, findings = machine(), [compared(2.0)]
    text = page(findings, where)
    assert where.cpu in text
    assert f"{where.cores} cores" in text
    assert markdown(findings) in text
    assert "**Missed: row 1.**" in text
