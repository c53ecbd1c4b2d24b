"""What two plans do otherwise, as values: what is wanted on either side, and where that can not be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.growth import grows_evenly
from tests.unit.test_render_difftext import change, field, plan

from flyteplan.errors import Position
from flyteplan.model.comparison import ADDED, CHANGED, REMOVED, Comparison, Entry, Row
from flyteplan.model.plan import Change, Note, Source, Submit
from flyteplan.model.settings import Setting
from flyteplan.plan.comparison import comparison
from flyteplan.render.compared import compared
from flyteplan.render.contrast import came, groups
from flyteplan.render.style import plain

CPU = field("resources.requests.cpu", "2", "4")
AT = Position("a.yaml", 7)


def entry(old: Change, new: Change) -> Entry:
    (only,) = comparison(plan(old), plan(new)).entries
    return only


def row(old: Change, new: Change) -> Row:
    (only,) = entry(old, new).rows
    return only


def test_what_one_side_leaves_alone_is_what_is_live() -> None:
    found = row(change("a"), change("a", CPU, action="unchanged"))
    assert (found.was, found.now, found.known) == ("2", "4", True)
    back = row(change("a", CPU, action="unchanged"), change("a"))
    assert (back.was, back.now) == ("4", "2")


def test_who_wants_what_is_live_already_is_told_by_the_settings() -> None:
    """A plan has no field of it, and the same manifest has one as soon as something else is live."""
    cpu = Setting(path=("overrides", "resources", "cpu", "request"), value="2", position=Position("cpu.yaml", 7))
    wanting, found = change("a", settings=(cpu,)), change("a", CPU)
    assert row(wanting, found).was_set_by == cpu.position
    assert row(found, wanting).set_by == cpu.position
    assert row(change("a"), found).was_set_by is None


def test_many_fields_that_one_side_leaves_alone_take_time_by_their_number() -> None:
    def both(number: int) -> Callable[[], object]:
        names = [f"V{one}_{number}" for one in range(number)]
        settings = tuple(Setting(("overrides", "env_vars", name), "2", AT) for name in names)
        old = plan(change("a", settings=settings))
        new = plan(change("a", *(field(f"env_vars.{name}", "2", "4") for name in names)))
        return lambda: comparison(old, new)

    assert grows_evenly(both)


def test_with_another_base_and_another_live_it_is_not_known() -> None:
    other = change("a", action="update", base_digest="sha256:7", live_digest="sha256:8")
    found = row(other, change("a", CPU))
    assert (found.was, found.now, found.known) == (None, "4", False)
    assert "resources.requests.cpu  (not known) -> 4" in plain(
        compared(comparison(plan(other), plan(change("a", CPU))))
    )


def test_what_is_new_leads_from_the_base_whatever_is_live_and_what_is_gone_back_to_it() -> None:
    applied = field("retries.count", 5, 5, base=1)
    (new,) = comparison(plan(), plan(change("a", CPU, applied))).entries
    (gone,) = comparison(plan(change("a", CPU, applied)), plan()).entries
    assert (new.kind, [(one.path, one.was, one.now) for one in new.rows]) == (
        ADDED,
        [(CPU.path, "2", "4"), ("retries.count", 1, 5)],
    )
    assert gone.kind == REMOVED
    assert [(one.path, one.was, one.now) for one in gone.rows] == [(CPU.path, "4", "2"), ("retries.count", 5, 1)]


def test_of_versions_that_are_known_in_a_task_only_the_settings_tell() -> None:
    """Of these a plan has no fields, and a manifest that changes them is no less to be looked at."""

    def deferred(*values: tuple[str, Any]) -> Change:
        found = [Setting(path=("overrides", *name.split(".")), value=value, position=AT) for name, value in values]
        return change("a", action="resolve", deferred=True, desired=None, settings=tuple(found))

    old = deferred(("resources.cpu.request", "1"), ("labels.team", "a"), ("retries.count", 2))
    new = deferred(("resources.cpu.request", "2"), ("retries.count", 2), ("image", None))
    rows = [(one.path, one.was, one.now, one.was_set_by, one.set_by) for one in entry(old, new).rows]
    assert rows == [
        ("image", None, "null", None, AT),
        ("labels.team", "a", None, AT, None),
        ("resources.cpu.request", "1", "2", AT, AT),
    ]
    assert comparison(plan(old), plan(old)).entries == ()


def run(*fields: Any, day: str = "monday") -> Change:
    return change(
        "a",
        *fields,
        action="run",
        manifests=(Source(name="smoke", position=Position("smoke.yaml", 3)),),
        submit=Submit(kind="run", name="fp-1", call=(("inputs", {"day": day, "limit": 3}),)),
        settings=(Setting(path=("submit", "inputs", "day"), value=day, position=Position("smoke.yaml", 9)),),
    )


def test_inputs_of_a_run_are_told_one_by_one_with_their_lines_or_that_of_the_manifest() -> None:
    found = entry(run(), run(day="friday"))
    assert [(one.path, one.was, one.now) for one in found.rows] == [("call.inputs.day", "monday", "friday")]
    assert found.rows[0].set_by == Position("smoke.yaml", 9)
    (new,) = comparison(plan(), plan(run())).entries
    assert [(one.path, one.now, one.set_by) for one in new.rows] == [
        ("call.inputs.day", "monday", Position("smoke.yaml", 9)),
        ("call.inputs.limit", 3, Position("smoke.yaml", 3)),
    ]


def test_a_note_that_needs_attention_is_a_difference_by_itself() -> None:
    noted = change("a", CPU, notes=(Note(code="older-base", message="goes back", attention=True),))
    of = comparison(plan(change("a", CPU)), plan(noted))
    (only,) = of.entries
    assert (only.kind, only.rows, [alert.code for alert in came(only)]) == (CHANGED, (), ["older-base"])
    assert "  ! goes back" in plain(compared(of))
    assert "    no more: goes back" in plain(compared(comparison(of.after, of.before)))


def alike() -> Comparison:
    old = [change(name, CPU) for name in ("a", "b", "c")]
    return comparison(plan(*old), plan(*(replace(one, fields=(CPU._replace(desired="6"),)) for one in old)))


def test_tasks_that_differ_alike_are_told_once_or_one_by_one() -> None:
    assert [len(group) for group in groups(alike(), expand=False)] == [3]
    assert [len(group) for group in groups(alike(), expand=True)] == [1, 1, 1]
    text = plain(compared(alike()))
    assert text.count("4 -> 6") == 1
    assert "~ 3 tasks\n    a, b, c\n" in text


def test_what_was_live_when_they_were_made_is_no_difference() -> None:
    """An apply between the two: what is wanted is the same."""
    applied = change("a", CPU._replace(live="4"), action="unchanged", live_digest="sha256:2", live_version="v3.2")
    of = comparison(plan(change("a", CPU)), plan(applied))
    assert not of.differs
    assert "Both plans want the same; what was live when they were made is not.\n" in plain(compared(of))


def test_what_was_cached_before_is_computed_again_whatever_is_live() -> None:
    version = field("cache.version_override", "a1", "a2")
    for old, cached in ((change("a", cached=True), ("recompute", "identity")), (change("a"), ("identity",))):
        new = change("a", version._replace(live="a2"), action="unchanged", live_digest="sha256:9")
        found = entry(old, replace(new, desired_digest="sha256:3"))
        assert found.rows[0].effects == cached
        assert [alert.code for alert in came(found)] == list(cached)
    (new_task,) = comparison(plan(), plan(change("a", version._replace(live="a2"), cached=True))).entries
    assert [alert.code for alert in came(new_task)] == ["recompute", "identity"]
