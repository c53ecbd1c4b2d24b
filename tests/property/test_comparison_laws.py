"""Laws of comparisons: whatever two plans hold, each format shows it as it is, fits, and keeps what matters."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.htmlpages import ASSETS
from tests.markdown_page import by_commonmark, by_github
from tests.markup import shape
from tests.markup import texts as texts_of
from tests.property.comparisons import comparisons
from tests.property.plans import plans
from tests.property.test_html_laws import tamed
from tests.property.test_markdown_laws import ACTIVE, DIGEST, OTHER, URL, dialects, page

from flyteplan.model.comparison import REVISIONS, TARGETS, Comparison
from flyteplan.model.plan import Plan
from flyteplan.plan.comparison import comparison
from flyteplan.render.compared import compared
from flyteplan.render.comparedjson import compared_json
from flyteplan.render.contrast import told
from flyteplan.render.html.ofcomparison import page as page_of
from flyteplan.render.html.template import rendered
from flyteplan.render.markdown import DIALECTS
from flyteplan.render.markdown import comparison as markdown
from flyteplan.render.markdown.escape import line_of_code
from flyteplan.render.style import Span, escaped, plain

_SCHEMA = Path(__file__).parents[2] / "schema" / "comparison.v1.schema.json"


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(item) for name, item in node.items()}
    objects = node.get("type") in ("object", ["object", "null"]) and "properties" in node
    return {"additionalProperties": False, **closed} if objects else closed


SCHEMA = Draft202012Validator(_closed(json.loads(_SCHEMA.read_text("utf-8"))))
DIGESTS = (DIGEST, OTHER)
HEAD = ["", "Task", "Field", "Was", "Now", "Change", "Set in"]


@given(plans())
def test_a_plan_is_the_same_as_itself(plan: Plan) -> None:
    of = comparison(plan, plan)
    assert of.entries == ()
    assert of.same <= len(plan.changes)
    assert not of.differs


@given(comparisons())
def test_what_comes_one_way_goes_the_other_way(of: Comparison) -> None:
    back = comparison(of.after, of.before)
    kinds = {"added": "removed", "removed": "added"}
    assert [kinds.get(one.kind, one.kind) for one in back.entries] == [one.kind for one in of.entries]
    for there, here in zip(of.entries, back.entries, strict=True):
        if there.kind == "changed":
            assert [(row.path, row.now, row.was) for row in here.rows] == [
                (row.path, row.was, row.now) for row in there.rows
            ]


@given(dialect=dialects, of=comparisons(), limit=st.one_of(st.none(), st.integers(4000, 9000)))
def test_a_comment_fits_and_tells_alerts_rules_counts_and_digests(
    dialect: str, of: Comparison, limit: int | None
) -> None:
    text = markdown(of, DIGESTS, page(dialect, limit=limit))
    assert len(text.encode()) <= (limit or DIALECTS[dialect].limit)
    assert text.count(DIGEST) == text.count(OTHER) == 1
    assert bool(told(of)) == ("[!WARNING]" in text or "**Attention**" in text)
    assert ("**Rules** " in text) == bool(of.rules)
    judgement = of.after.judgement
    if judgement and judgement.counts["deny"] and of.kind != TARGETS:
        assert f"{judgement.counts['deny']} denied" in text
    if of.entries:
        assert "**Differs: " in text or "**Promotion: " in text


@given(dialect=dialects, of=comparisons(), limit=st.one_of(st.just(10**9), st.integers(4000, 9000)))
def test_nothing_is_active_outside_of_code_and_links_lead_to_manifests(
    dialect: str, of: Comparison, limit: int
) -> None:
    text = markdown(of, DIGESTS, page(dialect, limit=limit))
    for seen in (by_commonmark(text), by_github(text)):
        assert [part for part in seen.prose if ACTIVE.search(part)] == []
        assert all(link.startswith(f"{URL}/") for link in seen.links)
    for line in text.split("\n"):
        assert line.isprintable()
        assert not line.lstrip().startswith("::")


@given(dialect=dialects, of=comparisons())
def test_the_table_has_a_row_for_everything_that_differs(dialect: str, of: Comparison) -> None:
    whole = page(dialect)
    text = markdown(of, DIGESTS, replace(whole, expand=True))
    rows = sum(max(1, len(one.facts) + len(one.rows)) for one in of.entries)
    for seen in (by_commonmark(text), by_github(text)):
        assert seen.rows[:1] == ([HEAD] if of.entries else [])
        assert [len(cells) for cells in seen.rows[1:]] == [len(HEAD)] * rows
        assert set(seen.tags) <= {
            *("h3", "h4", "blockquote", "table", "details", "summary", "/details", "/summary", "p", "strong", "em"),
            *("code", "a", "li", "ul", "pre", "thead", "tbody", "tr", "th", "td"),
        }


@given(of=comparisons())
def test_the_diff_stands_in_one_block(of: Comparison) -> None:
    text = markdown(of, DIGESTS, page())
    lines = plain(compared(of)).splitlines() if of.differs else []
    block = "".join(f"{line_of_code(line)}\n" for line in lines)
    assert "".join(by_commonmark(text).code).rstrip() == block.rstrip()


@given(of=comparisons(), width=st.integers(60, 140), expand=st.booleans())
def test_text_is_safe_and_names_every_task_that_is_told_on_its_own(of: Comparison, width: int, expand: bool) -> None:
    text = plain(compared(of, expand=expand, width=width))
    assert text.replace("\n", "").isprintable()
    if expand:
        # What a runner would take for a command is written otherwise.
        names = [plain([(Span("x "), Span(one.change.task.task.name))])[2:-1] for one in of.entries]
        assert all(name in text for name in names)


@given(comparisons())
def test_json_has_every_row_with_both_values(of: Comparison) -> None:
    found = json.loads(compared_json(of))
    assert [one["name"] for one in found["tasks"]] == [
        json.loads(json.dumps(one.change.task.task.name)) for one in of.entries
    ]
    assert [len(one["fields"]) for one in found["tasks"]] == [len(one.rows) for one in of.entries]
    assert sum(found["summary"].values()) == len(of.entries) + (0 if of.kind == REVISIONS else of.same)


@given(comparisons())
def test_json_is_as_its_schema_says_and_has_no_key_that_it_does_not_name(of: Comparison) -> None:
    found = json.loads(compared_json(of, {} if of.kind == TARGETS else {"before": {}, "after": {}}))
    assert [error.message for error in SCHEMA.iter_errors(found)] == []


@given(comparisons(), st.booleans())
def test_nothing_that_plans_hold_is_markup(of: Comparison, expand: bool) -> None:
    made = page_of(of, DIGESTS, link=lambda position: f"https://forge.example/{position.path}", expand=expand)
    text = rendered(made, ASSETS)
    assert shape(text) == shape(rendered(tamed(made, {}), ASSETS))
    seen = texts_of(text)
    assert DIGEST in seen
    assert OTHER in seen
    assert all(escaped(one.change.task.task.name) in seen for one in of.entries)
