"""Laws of the page: whatever a plan holds, the page has the structure that is ours, and shows it all as text."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.htmlpages import ASSETS, change, drawn, plan
from tests.htmlpages import field as field_of
from tests.markup import shape, texts
from tests.property.plans import judgements

from flyteplan.errors import Position
from flyteplan.model.plan import Change, Field, Loser, Note, Plan, Source, Submit
from flyteplan.model.settings import Selector
from flyteplan.model.task import TaskName, TaskVersion, Trigger
from flyteplan.plan.document import digest, document
from flyteplan.render.html.ofplan import page
from flyteplan.render.html.template import rendered
from flyteplan.render.style import escaped

_FRAGMENTS = (
    *("<script>alert(1)</script>", "</script>", "<!--", "-->", "<!--<script>", "]]>", "<![CDATA[", "<?php"),
    *("</style>", "</title>", "</textarea>", "</table>", "<td>", "</td>", "</details>", "<summary>", "</main>"),
    *("<plaintext>", "<p", "<img src=x onerror=y>", "<svg/onload=x>", "<base href=//evil.example>", "/>"),
    *('" onclick="x', "' onclick='x", "`", "javascript:alert(1)", "https://evil.example/", "//evil.example"),
    *("{{ 7*7 }}", "{% raw %}", "{#", "#}", "${x}", "&", "&amp;", "&lt;", "&#x3c;", "&#60", "&notin;", "<", ">"),
    *('"', "'", "=", "/", "\\", "%3C", "#", "?", " ", "  ", "\n", "\r\n", "\t", "\x00", "\x0c", "\x1b[31m", "\x7f"),
    *("\x85", "\u2028", "\u202e", "\ufeff", "\ud800", "\uffff", "a", "A", "é", "漢字", "\U0001f600", "v3", "1"),
    *("(unset)", "merge", "train", "."),
)
texts_of = st.lists(st.sampled_from(_FRAGMENTS), max_size=5).map("".join)
names = texts_of.filter(bool)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 10**9), texts_of, names.map(lambda text: text * 60)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts_of, inner, max_size=3)),
    max_leaves=4,
)
positions = st.builds(Position, st.one_of(names, names.map(lambda name: f"manifests/{name}.yaml")), st.integers(0, 99))
links = st.one_of(st.just(""), names, names.map(lambda name: f"https://forge.example/{name}"))
_paths = st.one_of(st.sampled_from(("resources.requests.gpu", "retries.count", "custom.version")), names)
_effects = st.lists(st.sampled_from(("recompute", "identity", "capacity", "<b>")), max_size=3, unique=True)


@st.composite
def changed_fields(draw: Any) -> Field:
    return field_of(
        draw(_paths),
        draw(values),
        draw(values),
        "",
        base=draw(values),
        set_by=draw(st.one_of(st.none(), positions)),
        overridden=tuple(draw(st.lists(st.builds(Loser, position=positions, value=values), max_size=2))),
        collateral=draw(st.booleans()),
        effects=tuple(draw(_effects)),
    )


@st.composite
def changes(draw: Any) -> Change:
    action = draw(st.sampled_from(("update", "update", "run", "resolve", "unchanged")))
    kind = {"update": "version", "unchanged": "version", "run": "run", "resolve": "none"}[action]
    call = tuple(sorted(draw(st.dictionaries(names, values, max_size=2)).items())) if action == "run" else ()
    moved = draw(st.sampled_from(("keep", "retarget")))
    return change(
        draw(names),
        *draw(st.lists(changed_fields(), max_size=3, unique_by=lambda field: field.path)),
        org=draw(st.one_of(st.just(""), names)),
        task=TaskVersion(TaskName(draw(names), "d", draw(names)), draw(names)),
        live_version=draw(texts_of),
        selector=draw(st.one_of(st.builds(Selector, version=names), st.just(Selector(auto_version="latest")))),
        strategy=draw(st.sampled_from(("merge", "replace"))),
        action=action,
        manifests=tuple(draw(st.lists(st.builds(Source, name=names, position=positions), max_size=2))),
        submit=Submit(kind=kind, name=draw(names), triggers=moved, call=call),
        triggers=tuple(draw(st.lists(st.builds(Trigger, name=names, active=st.booleans()), max_size=2))),
        notes=tuple(draw(st.lists(st.builds(Note, code=names, message=texts_of, attention=st.booleans()), max_size=3))),
        requests={"cpu": (draw(st.integers(0, 10**12)), 10**9)},
        unchanged=draw(st.integers(0, 2)),
    )


plans = st.builds(
    lambda found, judgement: replace(plan(found), judgement=judgement),
    st.lists(changes(), max_size=4),
    st.one_of(st.none(), judgements),
)


@given(plans, links, st.booleans(), texts_of)
def test_nothing_that_a_plan_holds_is_markup(made: Plan, link: str, expand: bool, spec: str) -> None:
    told = dict(document(made))
    for one in told["changes"][:1]:
        one["desired"] = {spec: spec}
    found = page(made, told, link=lambda position: link, expand=expand)
    assert shape(rendered(found, ASSETS)) == shape(rendered(tamed(found, {}), ASSETS))


# What the template looks at; it writes none of it as markup.
_KNOWN = {"", "merge", "exists", "update", "run", "resolve", "unchanged", "(unset)", "Live", "Desired", "plan", "sides"}


def tamed(value: Any, words: dict[str, str]) -> Any:
    """*value* with a word of letters alone in the place of every text that is not known, one for each."""
    if isinstance(value, str):
        return value if value in _KNOWN else words.setdefault(value, f"word{len(words)}")
    if isinstance(value, tuple):
        return tuple(tamed(one, words) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: tamed(getattr(value, one.name), words) for one in fields(value)})
    return value


@given(plans)
def test_names_places_and_the_digest_are_read_back_as_text(made: Plan) -> None:
    told = texts(drawn(made))
    assert digest(made) in told
    for one in made.changes:
        assert escaped(one.task.task.name) in told
        for field in one.fields:
            assert field.set_by is None or escaped(field.set_by.path) in told
