"""One plan in a comment: in full, or in as little as there is room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from flyteplan.model.plan import Plan
from flyteplan.record import dataclass, replace
from flyteplan.render.attention import Told, told
from flyteplan.render.difftext import difftext
from flyteplan.render.groups import Group, changing, groups
from flyteplan.render.judged import judged_summary, verdicts
from flyteplan.render.markdown import alerts, policy
from flyteplan.render.markdown.escape import code, fenced, prose
from flyteplan.render.markdown.ladder import Ladder, Part, styled_within
from flyteplan.render.markdown.page import Page
from flyteplan.render.markdown.rows import kinds, names, table
from flyteplan.render.style import plain
from flyteplan.render.tally import tally
from flyteplan.render.wording import notes, requests, worst_case

# What a plan goes without where it does not fit, one after the other. Alerts, what policies say, counts and digest are
# never dropped: the last three tell alerts and policies in fewer words.
STEPS = (
    "the diff",
    "links, and values that lost to others",
    "all names of tasks that change alike",
    "the fields of each task and the notes",
    "what changes",
    "which tasks and lines alerts and policies are about",
    "the words of alerts and policies",
    "the kinds of alerts and the rules of policies",
)
_DIFF, _LINKS, _NAMES, _FIELDS, _CHANGES, _WHICH, _WORDS, _KINDS = range(1, len(STEPS) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a section is made of."""

    plan: Plan
    digest: str
    page: Page
    alerts: Sequence[Told]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`step`: of how many of STEPS it goes without; `cut`: those of them that it had."""

    material: Material
    ladder: Ladder[Material]
    step: int = 0
    cut: tuple[str, ...] = ()

    @property
    def plan(self) -> Plan:
        return self.material.plan

    @property
    def digest(self) -> str:
        return self.material.digest

    @property
    def alerts(self) -> Sequence[Told]:
        return self.material.alerts

    @property
    def is_stopped(self) -> bool:
        """Whether a policy or a guard keeps it from being applied."""
        judgement = self.plan.judgement
        return judgement is not None and (judgement.denied or bool(judgement.breaches))

    @property
    def text(self) -> str:
        return "\n\n".join(filter(None, (self.ladder.body(self.step), _said(self), _footer(self))))

    @property
    def is_shortest(self) -> bool:
        return self.step == len(STEPS)

    def shorter(self) -> Section:
        step = self.step + 1
        cut = (*self.cut, STEPS[self.step]) if self.ladder.differs(step) else self.cut
        return replace(self, step=step, cut=cut)


def section(plan: Plan, digest: str, page: Page) -> Section:
    material = Material(plan=plan, digest=digest, page=page, alerts=told(plan))
    return Section(material=material, ladder=Ladder(material, _parts(page), page.room))


def _policies(of: Material, step: int) -> Iterable[str]:
    told = judged_summary(of.plan.judgement)
    if not told:
        return ()
    denied = of.plan.judgement is not None and of.plan.judgement.denied
    lines = chain([f"**Policy** {prose(told)}"], _policy_lines(of, step))
    return of.page.warned(lines, kind="CAUTION" if denied else "IMPORTANT", title="Denied" if denied else "Policy")


def _policy_lines(of: Material, step: int) -> Iterable[str]:
    found = verdicts(of.plan.judgement)
    if step < _WHICH:
        return policy.in_full(found, of.plan, of.page, links=step < _LINKS)
    if step < _WORDS:
        return policy.by_message(found)
    return policy.by_rule(found) if step < _KINDS else []


def _alerts(of: Material, step: int) -> Iterable[str]:
    return of.page.warned(_alert_lines(of, step)) if of.alerts else ()


def _alert_lines(of: Material, step: int) -> Iterable[str]:
    if step < _WHICH:
        return alerts.in_full(of.alerts, of.page, links=step < _LINKS)
    if step < _WORDS:
        return alerts.by_message(of.alerts)
    return alerts.by_code(of.alerts) if step < _KINDS else alerts.as_number(of.alerts)


def _changes(of: Material, step: int) -> Iterable[str]:
    if step >= _CHANGES or not changing(of.plan):
        return ()
    if step >= _FIELDS:
        return [kinds(of.plan)]
    return table(_groups(of, step), of.plan, of.page, links=step < _LINKS)


def _groups(of: Material, step: int) -> list[Group]:
    return groups(changing(of.plan), expand=of.page.expand and step < _NAMES)


def _requests(of: Material, _: int) -> Iterable[str]:
    every = tally(of.plan.changes)
    told = {"Requests": requests(every, ", "), "Worst case with retries": worst_case(every, ", ")}
    return ["\n\n".join(f"**{name}** {found}" for name, found in told.items() if found)]


def _notes(of: Material, step: int) -> Iterable[str]:
    if step >= _FIELDS:
        return ()
    found = notes(tally(of.plan.changes))
    return ["**Notes**", *(f"- {prose(message)} {count}" for message, count in found)] if found else ()


def _names(of: Material, step: int) -> Iterable[str]:
    found = names(_groups(of, step), of.plan) if step < _NAMES else ""
    return [of.page.folded("Tasks that change alike", found)] if found else ()


def _diff(of: Material, step: int) -> Iterable[str]:
    lines = styled_within(difftext(of.plan), of.page.room) if step < _DIFF else ()
    return [of.page.folded("Diff", fenced(plain(lines), "diff"))] if lines else ()


def _parts(page: Page) -> Sequence[Part[Material]]:
    """From top to bottom, each with the steps at which it is told in fewer words, or not any more."""
    told = (_LINKS, _WHICH, _WORDS, _KINDS)
    return (
        Part(lines=_policies, steps=told),
        Part(lines=_alerts, steps=told),
        Part(lines=_changes, steps=(_LINKS, *([_NAMES] if page.expand else []), _FIELDS, _CHANGES)),
        Part(lines=_requests),
        Part(lines=_notes, steps=(_FIELDS,)),
        Part(lines=_names, steps=(_NAMES,)),
        Part(lines=_diff, steps=(_DIFF,)),
    )


def _said(one: Section) -> str:
    if not one.cut:
        return ""
    page = one.material.page
    whole = f"[The job]({page.job}) has" if page.job else "`flyteplan plan -v` shows"
    return f"*Left out to fit {page.room:,} bytes: {', '.join(one.cut)}. {whole} them.*"


def _footer(one: Section) -> str:
    return f"Digest {code(one.digest)}, which `flyteplan apply --expect-digest` holds the plan to."
