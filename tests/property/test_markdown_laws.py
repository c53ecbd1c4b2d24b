"""Laws of Markdown: whatever a plan holds, its comment fits, shows it as it is, and has no structure but its own."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.markdown_page import by_commonmark, by_github
from tests.property.plans import plans, texts

from flyteplan.model.plan import Change, Plan
from flyteplan.render.attention import told
from flyteplan.render.difftext import difftext
from flyteplan.render.fields import entry_of, shown_fields
from flyteplan.render.groups import changing, full_name, groups
from flyteplan.render.judged import judged_summary
from flyteplan.render.markdown import DIALECTS, Page, comment
from flyteplan.render.markdown.escape import code, fenced, html_text, prose, row, visible
from flyteplan.render.markdown.section import STEPS, Section, section
from flyteplan.render.repository import Repository
from flyteplan.render.style import escaped, plain
from flyteplan.render.values import shortened, shortened_pair, shown
from flyteplan.render.wording import triggers

DIGEST = "sha256:" + "0123456789abcdef" * 4
OTHER = "sha256:" + "fedcba9876543210" * 4
URL = "https://git.example/acme/ml/blob/51ef0b7"
FREE = 10**9
HEAD = ["", "Task", "Field", "Before", "After", "Change", "Set in"]
# What a forge makes something of when it stands outside of code.
ACTIVE = re.compile(
    r"(?!\[!(?:WARNING|CAUTION|IMPORTANT)\]$)^.*(?:@\w|#\d|[!%~$&]\w|://|www\.|[<`|\\*_~]|:\w+:|\b[0-9a-f]{7,40}\b|\b[A-Z]+-\d)"
)
# Two plans take twice the time of one.
fewer = settings(max_examples=settings().max_examples // 3)
dialects = st.sampled_from(sorted(DIALECTS))


def page(dialect: str = "github", *, url: str = URL, limit: int | None = FREE) -> Page:
    return Page(dialect=DIALECTS[dialect], limit=limit, repository=Repository(folder="over/ml", url=url))


@given(dialect=dialects, plan=plans())
def test_the_cells_are_read_back_as_what_the_plan_holds(dialect: str, plan: Plan) -> None:
    text = comment([(plan, DIGEST)], page(dialect))
    expected = [cells for group in groups(changing(plan), expand=False) for cells in _cells(group[0])]
    for seen in (by_commonmark(text), by_github(text)):
        assert seen.rows[:1] == ([HEAD] if expected else [])
        assert [len(cells) for cells in seen.rows[1:]] == [len(HEAD)] * len(expected)
        assert [cells[2:5] for cells in seen.rows[1:]] == expected


def _cells(change: Change) -> list[list[str]]:
    """Field, before and after of all rows of a change."""
    found = [[f"call.{name}", "", shortened(shown(value), 60)] for name, value in change.submit.call]
    for field in shown_fields(change):
        one = entry_of(field, change)
        found.append([one.label, *shortened_pair(one.old, one.new, (60, 60))])
    if change.submit.triggers == "retarget" and triggers(change):
        found.append(["triggers", "", " ".join(visible(triggers(change)).split()[1:])])
    return [[visible(cell) for cell in cells] for cells in found] or [["(no field changes)", "", ""]]


@given(dialect=dialects, plan=plans())
def test_tasks_are_named_as_they_are(dialect: str, plan: Plan) -> None:
    seen = by_github(comment([(plan, DIGEST)], page(dialect)))
    subjects = [cells[1] for cells in seen.rows[1:] if cells[1]]
    for group, subject in zip(groups(changing(plan), expand=False), subjects, strict=True):
        name = visible(full_name(group[0], plan)) if len(group) == 1 else f"{len(group)} tasks: "
        assert subject.startswith(name)


@given(dialect=dialects, plan=plans())
def test_the_only_links_are_those_to_lines_of_manifests(dialect: str, plan: Plan) -> None:
    text = comment([(plan, DIGEST)], page(dialect))
    for seen in (by_commonmark(text), by_github(text)):
        assert all(link.startswith(f"{URL}/") for link in seen.links)
        assert all(".." not in unquote(link.removeprefix(URL)).split("/") for link in seen.links)
    without = comment([(plan, DIGEST)], page(dialect, url=""))
    assert by_commonmark(without).links == by_github(without).links == []


@given(dialect=dialects, plan=plans())
def test_the_only_tags_are_our_own(dialect: str, plan: Plan) -> None:
    text = comment([(plan, DIGEST)], page(dialect))
    changed, alerts, judged = bool(changing(plan)), bool(told(plan)), bool(judged_summary(plan.judgement))
    diff, html = any(difftext(plan)), DIALECTS[dialect].html
    names = "Tasks that change alike" in text
    folded = ["details", "summary", "/summary", "/details"] if html else ["h4"]
    own = [
        *["comment"] * html,
        "h3",
        *["blockquote"] * (judged + alerts),
        *["table"] * changed,
        *folded * (names + diff),
    ]
    assert by_commonmark(text).tags == own
    assert by_github(text).tags.count("details") == html * (names + diff)
    shown = {"p", "strong", "em", "code", "a", "li", "ul", "h3", "h4", "blockquote", "pre", "details", "summary"}
    assert set(by_github(text).tags) <= shown | {"table", "thead", "tbody", "tr", "th", "td"}


@given(dialect=dialects, plan=plans())
def test_nothing_is_active_outside_of_code(dialect: str, plan: Plan) -> None:
    text = comment([(plan, DIGEST)], page(dialect))
    for seen in (by_commonmark(text), by_github(text)):
        assert [part for part in seen.prose if ACTIVE.search(part)] == []


@given(dialect=dialects, plan=plans())
def test_the_diff_stands_in_one_block(dialect: str, plan: Plan) -> None:
    text = comment([(plan, DIGEST)], page(dialect))
    block = "".join(f"{visible(line)}\n" for line in plain(difftext(plan)).rstrip().splitlines())
    assert by_commonmark(text).code == ([block.rstrip() + "\n"] if block else [])
    assert "".join(by_github(text).code).rstrip() == block.rstrip()


@given(dialect=dialects, plan=plans(), limit=st.one_of(st.none(), st.integers(4000, 9000)))
def test_a_comment_fits_and_tells_its_alerts_its_counts_and_its_digest(
    dialect: str, plan: Plan, limit: int | None
) -> None:
    text = comment([(plan, DIGEST)], page(dialect, limit=limit))
    assert len(text.encode()) <= (limit or DIALECTS[dialect].limit)
    assert text.count(DIGEST) == 2
    assert "**Plan: " in text
    assert bool(told(plan)) == ("[!WARNING]" in text or "**Attention**" in text)
    denied = plan.judgement is not None and plan.judgement.denied
    assert denied == ("[!CAUTION]" in text or "**Denied**" in text)
    if plan.judgement and plan.judgement.counts["deny"]:
        assert f"{plan.judgement.counts['deny']} denied" in text


@given(plan=plans())
def test_every_step_of_the_ladder_is_shorter_or_the_same_and_reads_back(plan: Plan) -> None:
    one = section(plan, DIGEST, page())
    for step in range(len(STEPS)):
        less: Section = one.shorter()
        assert less.step == step + 1
        assert (less.cut == one.cut) == (STEPS[step] not in less.text)
        seen = by_commonmark(less.text)
        assert set(seen.tags) <= {"blockquote", "table", "details", "summary", "/details", "/summary"}
        assert [part for part in seen.prose if ACTIVE.search(part)] == []
        assert DIGEST in less.text
        one = less
    assert one.is_shortest


@fewer
@given(dialect=dialects, first=plans(), second=plans(), limit=st.one_of(st.none(), st.integers(6000, 12000)))
def test_several_plans_stand_below_one_table(dialect: str, first: Plan, second: Plan, limit: int | None) -> None:
    text = comment([(first, DIGEST), (second, OTHER)], page(dialect, limit=limit))
    assert len(text.encode()) <= (limit or DIALECTS[dialect].limit)
    assert text.count(DIGEST) == text.count(OTHER) == 2
    for seen in (by_commonmark(text), by_github(text)):
        assert [len(cells) for cells in seen.rows[:3]] == [8, 8, 8]
        assert [part for part in seen.prose if ACTIVE.search(part)] == []
        assert seen.rows[1][5] == str(len(told(first)))
    swapped = comment([(second, OTHER), (first, DIGEST)], page(dialect, limit=limit))
    assert swapped.split(" digest=")[0] == text.split(" digest=")[0]


@given(dialect=dialects, plan=plans())
def test_no_character_acts_on_a_terminal_or_a_log(dialect: str, plan: Plan) -> None:
    for line in comment([(plan, DIGEST)], page(dialect)).split("\n"):
        assert line.isprintable()
        assert not line.lstrip().startswith("::")
        assert not re.search(r"##\w*\[", line)


@given(texts)
def test_code_is_read_back_as_the_text(text: str) -> None:
    for parse in (by_commonmark, by_github):
        (cells,) = parse(f"{row(['', code(text)])}\n{row(['--', '--'])}\n").rows
        assert cells == ["", visible(text) or '""']


@pytest.mark.parametrize("length", [39, 40, 81, 400])
def test_a_long_run_of_backticks_opens_no_fence_that_nothing_closes(length: int) -> None:
    text = f"a {'`' * length} <b>b</b>"
    for seen in (by_commonmark(prose(text)), by_github(prose(text))):
        assert [part for part in seen.prose if ACTIVE.search(part)] == []
        assert [tag for tag in seen.tags if tag not in ("p", "code")] == []


@given(texts)
def test_prose_is_read_back_as_its_words(text: str) -> None:
    seen = by_commonmark(f"x {prose(text)}")
    assert "".join(seen.items) == " ".join(["x", *visible(text).split()])
    assert (seen.links, seen.tags) == ([], [])


@given(texts)
def test_a_block_and_a_tag_hold_the_text_and_end_where_they_should(text: str) -> None:
    line = f"+ {escaped(text)}"
    seen = by_commonmark(f"{fenced(line, 'diff')}\n\n<b>{html_text(text)}</b>\n\n*end*\n")
    assert seen.code[0].rstrip("\n") == visible(line).rstrip()
    assert seen.items[-1] == "end"
