"""Totals: replicas count, and a pool that tasks share counts once."""

from __future__ import annotations

from flyteplan.model.plan import Change, Submit, totals
from flyteplan.model.settings import Selector
from flyteplan.model.task import TaskName, TaskVersion


def change(name: str, live: int, desired: int, pools: tuple[str, str] = ("", ""), kind: str = "version") -> Change:
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
    )


def test_tasks_are_added_up() -> None:
    assert totals([change("a", 1, 2), change("b", 3, 5)]) == {"gpu": (4, 7)}


def test_a_pool_that_tasks_share_counts_once_on_each_side() -> None:
    shared = [change("a", 4, 8, ("p 1", "p 2")), change("b", 4, 8, ("p 1", "p 3"))]
    assert totals(shared) == {"gpu": (4, 16)}


def test_a_run_is_no_version() -> None:
    assert totals([change("a", 1, 2, kind="run")]) == {}
