"""Laws of the text for people: what is found once for many, or by a shorter way, is what the long way finds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.property.plans import changes, fields, names, plans, texts
from tests.unit.test_render_text import change, field

from flyteplan.model.plan import Change, Field, Plan
from flyteplan.render import groups as grouping
from flyteplan.render.fields import INDENT, Entry, entries_of, entry_of
from flyteplan.render.fieldtable import entry_lines
from flyteplan.render.groups import changing, groups
from flyteplan.render.style import Span, columns, plain, text_of, without_commands
from flyteplan.render.table import Row, aligned, widths
from flyteplan.render.text import block, text
from flyteplan.render.values import UNSET, pair

VALUES = (None, "", "1", 1, True, 1.0, 0, False, 0.0, -0.0, "true", [1], [True], [1.0], {"a": 1})
# Wider than any table of theirs.
AMPLE = 100_000
# What takes no column has no place in one.
seen = names.filter(columns)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Of one field that nothing more is told of."""
    new, told = draw(seen), draw(st.sampled_from((("", ""), ("+4Gi", ""), ("-12", "x2"), ("(same value)", ""))))
    return Entry(field("a", 1, 2), draw(names), draw(st.one_of(seen, st.just(UNSET))), new, *told, draw(texts))


@st.composite
def likely_alike(draw: st.DrawFn) -> list[Change]:
    few = st.sampled_from(draw(st.lists(changes(), min_size=1, max_size=3)))
    return draw(st.lists(st.builds(replace, few, strategy=st.sampled_from(("merge", "replace"))), max_size=8))


@given(st.lists(entries(), min_size=1, max_size=5))
def test_a_table_that_fits_has_its_cells_in_columns(found: list[Entry]) -> None:
    measured: list[Row] = [[Span(one.new), Span(one.difference), Span(one.ratio)] for one in found if one.difference]
    measures = iter(aligned(measured, gaps=(0, 3, 2)))
    news = [next(measures) if one.difference else (Span(one.new),) for one in found]
    rows: list[Row] = [
        [Span(INDENT), Span(one.label), Span(one.old), Span("->"), new, Span(one.source)]
        for one, new in zip(found, news, strict=True)
    ]
    expected = plain(aligned(rows, gaps=(0, 0, 2, 1, 1, 3), right=(2,)))
    assert plain(entry_lines(found, change("a"), AMPLE)) == expected


@pytest.mark.parametrize("desired", VALUES)
@pytest.mark.parametrize("live", VALUES)
def test_values_that_are_equal_and_look_otherwise_are_told_apart(live: Any, desired: Any) -> None:
    for one, other in ((live, desired), (desired, live)):
        entry = entry_of(field("env_vars.A", one, other), change("a"))
        assert (entry.old, entry.new) == pair(one, other)


@given(st.lists(fields(), min_size=1, max_size=5))
def test_columns_of_entries_are_the_entries(found: list[Field]) -> None:
    of = change("a")
    assert list(map(Entry, *entries_of(found, of))) == [entry_of(one, of) for one in found]


@given(likely_alike())
def test_groups_are_those_of_all_that_is_shown(found: list[Change]) -> None:
    alike: dict[str, list[Change]] = {}
    for one in found:
        alike.setdefault(grouping._likeness(one), []).append(one)
    assert groups(found, expand=False) == [tuple(group) for group in alike.values()]


@given(plans(), st.booleans(), st.integers(60, 160))
def test_tasks_stand_in_the_text_as_they_are_told_alone(plan: Plan, expand: bool, width: int) -> None:
    blocks = [block(group, plan, width) for group in groups(changing(plan), expand=expand)]
    told = [line for one in blocks for line in ((), *one)]
    assert list(text(plan, expand=expand, width=width))[1 : 1 + len(told)] == told


@given(st.lists(st.lists(st.builds(Span, texts), max_size=3).map(tuple), max_size=5))
def test_no_line_of_a_text_is_a_command(lines: list[tuple[Span, ...]]) -> None:
    assert plain(lines) == "".join(f"{without_commands(text_of(line))}\n" for line in lines)


@given(st.lists(texts, max_size=5))
def test_widths_are_those_of_each_text(found: list[str]) -> None:
    assert widths(found) == list(map(columns, found))
