"""Laws of the text: told in parts, by whatever processes, a plan reads as it does when it is told at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.property.plans import changes, plans
from tests.property.templates import Draw

from flyteplan.errors import Position
from flyteplan.model.plan import Change, Field, Note, Plan
from flyteplan.model.task import TaskName, TaskVersion
from flyteplan.render.style import ansi, plain
from flyteplan.render.tally import tally, together
from flyteplan.render.text import joined, part, text

NOTES = [Note(code=code, message=f"about {code}", attention=code == "d") for code in "abcd"]
writers = st.sampled_from((plain, ansi))


@st.composite
def alike(draw: Draw) -> list[Change]:
    """One change, of one task by its own manifest, or of several by one that selects them."""
    found, number = draw(changes()), draw(st.integers(0, 10**9))
    pools = draw(st.sampled_from((("", ""), ("", "p 1"), ("p 1", "p 1"))))
    noted = tuple(draw(st.lists(st.sampled_from(NOTES), unique=True)))
    fields = tuple(_of(number, one) for one in found.fields)
    found = replace(found, fields=fields, pools=pools, replicas=draw(st.integers(1, 2)), notes=noted)
    if draw(st.booleans()):
        return [_on(found, f"own.{number}")]
    selected = replace(found, manifests=tuple(replace(one, selects=True) for one in found.manifests or ()))
    names = draw(st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True))
    return [_on(selected, f"{found.task.task.name}.{name}") for name in names] if found.manifests else []


def _of(number: int, field: Field) -> Field:
    """Written in a manifest that no other change has."""
    by = field.set_by
    return field._replace(set_by=Position(f"{number}/{by.path}", by.line, by.column)) if by else field


def _on(change: Change, name: str) -> Change:
    return replace(change, task=TaskVersion(TaskName("p", "d", name), change.task.version))


@st.composite
def whole(draw: Draw) -> tuple[Plan, list[Plan]]:
    """A plan, and parts of it, each task in one of them."""
    every = [one for some in draw(st.lists(alike(), max_size=5)) for one in some]
    ordered = sorted({(one.task.task, one.submit.kind): one for one in every}.values(), key=attrgetter("order"))
    plan = replace(draw(plans()), changes=tuple(ordered))
    parts = draw(st.integers(1, 4))
    chosen = {one.task.task: draw(st.integers(0, parts - 1)) for one in ordered}
    return plan, [_only(plan, (one for one in ordered if chosen[one.task.task] == number)) for number in range(parts)]


def _only(plan: Plan, changes: Iterable[Change]) -> Plan:
    return replace(plan, changes=tuple(changes), judgement=None)


@given(made=whole(), written=writers, expand=st.booleans(), width=st.sampled_from((60, 100, 200)))
def test_parts_are_joined_to_the_same_text(
    made: tuple[Plan, list[Plan]], written: Any, expand: Any, width: int
) -> None:
    plan, parts = made
    told = [part(one, written=written, expand=expand, width=width) for one in parts]
    found = "".join(joined(replace(plan, changes=()), told, written=written, width=width))
    assert found == written(text(plan, expand=expand, width=width))


@given(made=whole())
def test_tallies_are_added_up(made: tuple[Plan, list[Plan]]) -> None:
    plan, parts = made
    found, once = together([tally(one.changes) for one in parts]), tally(plan.changes)
    assert (found.requests, found.worst_case) == (once.requests, once.worst_case)
    assert list(found.notes.items()) == list(once.notes.items())
    assert (found.tasks, found.sources, found.actions) == (once.tasks, once.sources, once.actions)
