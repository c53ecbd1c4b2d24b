"""Comparisons of plans whose every text may be what somebody wrote to break the page that shows it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from tests.property.plans import changes, fields, names, plans, positions, texts
from tests.property.templates import Draw

from flyteplan.model.comparison import PLANS, REVISIONS, TARGETS, Comparison, Names
from flyteplan.model.plan import Change, Plan
from flyteplan.model.rulechange import ADDED, BEARINGS, REMOVED, STATES, WHATS, RuleChange
from flyteplan.plan.comparison import comparison

_found_names = st.lists(names, max_size=2).map(tuple)
_names = st.builds(
    Names,
    added=_found_names,
    removed=_found_names,
    renamed=st.lists(st.tuples(names, names), max_size=2).map(tuple),
)


@st.composite
def rule_changes(draw: Draw) -> RuleChange:
    state = draw(st.sampled_from(STATES))
    return RuleChange(
        what=draw(st.sampled_from(WHATS)),
        name=draw(names),
        state=state,
        bearing=draw(st.sampled_from(BEARINGS)),
        was_at=None if state == ADDED else draw(positions),
        at=None if state == REMOVED else draw(positions),
        details=tuple(draw(st.lists(texts, max_size=2))),
    )


@st.composite
def _edited(draw: Draw, change: Change) -> Change:
    """The same task or run with other fields, or as it was."""
    found = draw(st.one_of(st.just(change.fields), st.lists(fields(), max_size=3).map(tuple)))
    return replace(
        change,
        fields=found,
        action=draw(st.sampled_from((change.action, "update"))),
        live_digest=draw(st.sampled_from(("sha256:1", "sha256:3"))),
        base_digest=draw(st.sampled_from(("sha256:1", "sha256:4"))),
    )


@st.composite
def newer(draw: Draw, before: Plan) -> Plan:
    """A plan that has some of the tasks of *before*, and others."""
    kept = [draw(_edited(change)) for change in before.changes if draw(st.booleans())]
    made = (*kept, *draw(st.lists(changes(), max_size=2)))
    other: Plan = draw(st.one_of(st.just(before), plans()))
    return replace(other, changes=made)


@st.composite
def comparisons(draw: Draw) -> Comparison:
    before = draw(plans())
    kind = draw(st.sampled_from((REVISIONS, REVISIONS, PLANS, TARGETS)))
    revisions = kind == REVISIONS
    return comparison(
        before,
        draw(newer(before)),
        kind=kind,
        base=draw(texts) if revisions else "",
        label=draw(texts) if revisions else "",
        names=draw(_names) if revisions else None,
        rules=tuple(draw(st.lists(rule_changes(), max_size=3))) if revisions else (),
    )
