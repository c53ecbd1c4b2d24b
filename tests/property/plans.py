"""Plans whose every text may be what somebody wrote to break the page that shows it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from tests.property.templates import Draw

from flyteplan.errors import CODES, Position, Problem
from flyteplan.model.decision import EXCUSED, OUTCOMES, Breach, Decision, Judgement
from flyteplan.model.effects import EFFECTS
from flyteplan.model.plan import Change, Field, Loser, Note, Plan, Source, Submit
from flyteplan.model.policy import Match, Waiver
from flyteplan.model.settings import Selector, Setting
from flyteplan.model.task import TaskName, TaskVersion, Trigger

_FRAGMENTS = (
    *("`", "``", "```", "~~~", "|", "\\", "\\|", "||", "-", "--", "-->", "<!--", ">", "<", "&", "&amp;", "&#64;"),
    *("@octocat", "@acme/team", "#12", "acme/ml#3", "GH-4", "!5", "%6", "~bug", "$7", ":tada:", "deadbeefcafe"),
    *("<script>alert(1)</script>", "<details>", "</details>", "</summary>", "<img src=x onerror=y>", "</code>"),
    *("[x](https://evil.example)", "![x](https://evil.example/y.png)", "[x]: https://evil.example", "[x][y]"),
    *("https://evil.example", "www.evil.example", "mailto:a@evil.example", "a@evil.example", "<https://evil.example>"),
    *("::error::x", "::set-output name=a::b", "::stop-commands::x", "##[error]x", "##vso[task.complete]", "%0A", "%"),
    *("\n", "\r\n", "\n\n", "\t", "\x00", "\x1b[31m", "\x7f", "\x85", "\u200b", "\u2028", "\u202e", "\u2066", "\ufeff"),
    *("\ud800", "\uffff", "é", "漢字", "\U0001f600", " ", "  ", "\xa0", "a", "train", "v3", "1", "**", "__", "*", "_"),
    *("# ", "- ", "1. ", "> ", "---", "===", "    ", "$$", "$`x`$", "(", ")", "[", "]", "{", "}", '"', "'", ",", ";"),
)
texts = st.lists(st.sampled_from(_FRAGMENTS), max_size=6).map("".join)
names = texts.filter(bool)
_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 10**9), texts, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=4,
)
_long = st.integers(50, 3000).flatmap(lambda count: names.map(lambda text: (text * count)[:4000]))
positions = st.builds(
    Position,
    st.one_of(names, names.map(lambda name: f"manifests/{name}.yaml")),
    st.integers(0, 999),
    st.integers(0, 99),
)
problems = st.lists(
    st.builds(
        Problem,
        code=st.sampled_from(sorted(CODES)),
        position=positions,
        message=texts,
        hint=texts,
        severity=st.sampled_from(("error", "warning")),
    ),
    max_size=6,
)
_paths = st.one_of(
    st.sampled_from(("resources.requests.gpu", "resources.requests.cpu", "retries.count", "custom.version", "image")),
    names.map(lambda name: f"env_vars.{name}"),
    names,
)


@st.composite
def fields(draw: Draw) -> Field:
    values = st.one_of(_values, st.sampled_from(("1", "2", "500m")), _long)
    losers = st.lists(st.builds(Loser, position=positions, value=_values), max_size=2).map(tuple)
    collateral, by = draw(st.booleans()), draw(st.one_of(st.none(), positions))
    return Field(
        path=draw(_paths),
        base=None,
        live=draw(values),
        desired=draw(values),
        set_by=by,
        overridden=draw(losers) if by else (),
        collateral=collateral,
        effects=tuple(draw(st.lists(st.sampled_from(EFFECTS), max_size=2, unique=True))),
    )


@st.composite
def changes(draw: Draw) -> Change:
    action = draw(st.sampled_from(("update", "update", "run", "resolve", "unchanged")))
    kind = {"update": "version", "unchanged": "version", "run": "run", "resolve": "none"}[action]
    call = tuple(sorted(draw(st.dictionaries(names, _values, max_size=2)).items())) if action == "run" else ()
    submit = Submit(kind=kind, name=draw(names), triggers=draw(st.sampled_from(("keep", "retarget"))), call=call)
    triggers = st.lists(st.builds(Trigger, name=names, active=st.booleans()), max_size=2).map(tuple)
    found = st.lists(st.builds(Note, code=names, message=texts, attention=st.booleans()), max_size=3).map(tuple)
    selector = st.one_of(st.builds(Selector, version=names), st.just(Selector(auto_version="latest")))
    return Change(
        org=draw(st.one_of(st.just(""), names)),
        task=TaskVersion(TaskName("p", "d", draw(st.one_of(names, st.sampled_from(("etl.a", "etl.b"))))), draw(names)),
        live_version=draw(texts),
        selector=draw(selector),
        strategy=draw(st.sampled_from(("merge", "replace"))),
        action=action,
        manifests=tuple(draw(st.lists(st.builds(Source, name=names, position=positions), max_size=2))),
        fields=tuple(draw(st.lists(fields(), max_size=3))),
        base_digest="sha256:1",
        live_digest="sha256:1",
        desired_digest="sha256:2",
        submit=submit,
        settings=(Setting(path=("submit", "triggers"), value="keep", position=draw(positions)),),
        triggers=draw(triggers),
        other_triggers=draw(st.integers(0, 2)),
        notes=draw(found),
        attempts=(1, draw(st.integers(1, 3))),
        requests={"cpu": (draw(st.integers(0, 10**12)), 10**9)},
    )


@st.composite
def decisions(draw: Draw) -> Decision:
    effect = draw(st.sampled_from(OUTCOMES))
    waiver = Waiver(
        rule="", match=Match(), reason=draw(texts), owner=draw(texts), until="2026-12-31", position=draw(positions)
    )
    return Decision(
        effect=effect,
        policy=draw(names),
        rule=draw(names),
        rule_at=draw(positions),
        task=TaskName("p", "d", draw(st.one_of(names, st.sampled_from(("etl.a", "etl.b"))))),
        field=draw(texts),
        message=draw(st.one_of(texts, _long)),
        reason=draw(texts),
        set_by=draw(positions),
        waiver=waiver if effect == EXCUSED else None,
    )


judgements = st.builds(
    Judgement,
    rules=st.integers(1, 9),
    revision=texts,
    decisions=st.lists(decisions(), max_size=3).map(tuple),
    breaches=st.lists(st.builds(Breach, name=names, message=texts, position=positions), max_size=1).map(tuple),
    problems=problems.map(lambda found: tuple(found[:1])),
)


@st.composite
def plans(draw: Draw) -> Plan:
    return Plan(
        target=draw(texts),
        catalog="",
        org=draw(st.one_of(st.just(""), names)),
        project=draw(names),
        domain=draw(names),
        changes=tuple(draw(st.lists(changes(), max_size=4))),
        judgement=draw(st.one_of(st.none(), judgements)),
    )
