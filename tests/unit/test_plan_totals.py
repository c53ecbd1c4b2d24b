"""Totals: replicas count, and a pool that tasks share counts once."""

from __future__ import annotations

from flyteplan.model.plan import Change, Submit, asked, totals
from flyteplan.model.settings import Selector
from flyteplan.model.task import TaskName, TaskVersion


def change(
    name: str,
    live: int,
    desired: int,
    pools: tuple[str, str] = ("", ""),
    *,
    kind: str = "version",
    attempts: tuple[int, int] = (1, 1),
) -> Change:
    return Change(
        org="",
        task=TaskVersion(TaskName("p", "d", name), "v1"),
        live_version="v1",
        selector=Selector(version="v1"),
        strategy="merge",
        action="update",
        manifests=(),
        fields=(),
        base_digest="",
        live_digest="",
        desired_digest="",
        submit=Submit(kind=kind),
        requests={"gpu": (live, desired)},
        pools=pools,
        attempts=attempts,
    )


def test_tasks_are_added_up() -> None:
    assert totals(asked([change("a", 1, 2), change("b", 3, 5)])) == {"gpu": (4, 7)}


def test_a_pool_that_tasks_share_counts_once_on_each_side() -> None:
    shared = [change("a", 4, 8, ("p 1", "p 2")), change("b", 4, 8, ("p 1", "p 3"))]
    assert totals(asked(shared)) == {"gpu": (4, 16)}


def test_a_run_is_no_version() -> None:
    assert totals(asked([change("a", 1, 2, kind="run")])) == {}


def test_in_the_worst_case_each_attempt_asks_again() -> None:
    extract, build = change("extract", 4, 8, attempts=(2, 4)), change("build", 16, 24)
    assert totals(asked([extract, build])) == {"gpu": (20, 32)}
    assert totals(asked([extract, build]), retried=True) == {"gpu": (2 * 4 + 16, 4 * 8 + 24)}


def test_a_pool_is_there_once_however_often_its_tasks_are_tried() -> None:
    shared = [change(name, 4, 8, ("", "p 1"), attempts=(3, 3)) for name in "ab"]
    assert totals(asked(shared), retried=True) == {"gpu": (24, 8)}
