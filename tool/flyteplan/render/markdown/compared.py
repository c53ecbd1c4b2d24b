"""Two plans side by side, as a comment that fits whatever they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from flyteplan.model.comparison import REVISIONS, TARGETS, Comparison
from flyteplan.model.rulechange import RuleChange
from flyteplan.record import dataclass
from flyteplan.render.attention import Told
from flyteplan.render.compared import compared
from flyteplan.render.contrast import DIGESTS, groups, left_out, same, sides, summary, told
from flyteplan.render.judged import judged_summary, verdicts
from flyteplan.render.markdown import alerts, policy
from flyteplan.render.markdown.contrasts import kinds, names, table
from flyteplan.render.markdown.escape import code, fenced, prose
from flyteplan.render.markdown.ladder import Ladder, Part
from flyteplan.render.markdown.page import Page, size
from flyteplan.render.markdown.rows import linked, located
from flyteplan.render.rulechanges import at, bearing, what
from flyteplan.render.rulechanges import summary as rules_summary
from flyteplan.render.style import escaped, plain
from flyteplan.render.values import shortened
from flyteplan.render.wording import counted

# What it goes without where it does not fit, one after the other. Alerts, rules that changed, what policies say, counts
# and digests are never dropped: the last three tell them in fewer words.
STEPS = (
    "the diff",
    "links",
    "all names of tasks that differ alike",
    "the fields of each task",
    "what differs",
    "which tasks and lines alerts, rules and policies are about",
    "the words of alerts, rules and policies",
    "the kinds of alerts, rules and policies",
)
_NAMED_RULES = 10
_DIFF, _LINKS, _NAMES, _FIELDS, _KINDS, _WHICH, _WORDS, _COUNTS = range(1, len(STEPS) + 1)
_NAME, _DETAIL = 80, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Digested:
    """A comparison with the digests of its plans, and where it is read."""

    comparison: Comparison
    digests: tuple[str, str]
    page: Page

    @property
    def alerts(self) -> Sequence[Told]:
        return told(self.comparison)


def comparison(of: Comparison, digests: tuple[str, str], page: Page) -> str:
    """In full, or in as little as there is room for."""
    material = Digested(comparison=of, digests=digests, page=page)
    ladder, cut = Ladder(material, _parts(page), page.room), list[str]()
    text = _text(material, ladder.body(0), cut)
    for step, words in enumerate(STEPS, 1):
        if size(text) <= page.room:
            break
        cut += [words] if ladder.differs(step) else []
        text = _text(material, ladder.body(step), cut)
    return text


def _text(of: Digested, body: str, cut: Sequence[str]) -> str:
    whole = "`flyteplan diff` shows" if not of.page.job else f"[The job]({of.page.job}) has"
    said = f"*Left out to fit {of.page.room:,} bytes: {', '.join(cut)}. {whole} them.*" if cut else ""
    digests = f"Digests {code(of.digests[0])} -> {code(of.digests[1])} ({prose(DIGESTS)})"
    rest = prose(left_out(of.comparison))
    return "\n\n".join(filter(None, ("### flyteplan", _head(of.comparison), body, said, digests, rest))) + "\n"


def _head(of: Comparison) -> str:
    if of.kind == REVISIONS:
        base = _name(of.base)
        about = f"{_name(of.after.target)} against {base}" if of.after.target else f"Against {base}"
        return f"{about}. **{_counts(of)}**"
    left, right = map(_name, sides(of))
    if of.kind == TARGETS:
        return f"{left} -> {right}. **{_counts(of)}**"
    where = f" ({left} -> {right})" if left != right else ""
    return f"**{_counts(of)}** Two plans{where}." if of.entries or where else same(of)


def _name(text: str) -> str:
    return code(shortened(escaped(text), _NAME))


def _counts(of: Comparison) -> str:
    return prose(summary(of))


def _rules(of: Digested, step: int) -> Iterable[str]:
    found = of.comparison.rules
    if not found:
        return ()
    lines = [f"**Rules** {prose(rules_summary(found))}", *_rule_list(found, of.page, step)]
    return of.page.warned(lines, kind="CAUTION" if any(one.alerts for one in found) else "IMPORTANT", title="Rules")


def _rule_list(found: Sequence[RuleChange], page: Page, step: int) -> list[str]:
    if step >= _COUNTS:
        return []
    if step >= _WORDS:
        # Among many rules that came, the one that went must not be lost.
        named = [one for one in found if one.alerts][:_NAMED_RULES]
        counts = Counter((one.what, bearing(one)) for one in found if one not in named)
        counts_of_others = [f"- **{how}**: {counted(count, kind)}" for (kind, how), count in counts.items()]
        return [*(_rule(one, page, links=False, where=False) for one in named), *counts_of_others]
    return [_rule(one, page, links=step < _LINKS, where=step < _WHICH) for one in found]


def _rule(one: RuleChange, page: Page, *, links: bool, where: bool) -> str:
    head = f"- **{bearing(one)}**: {what(one)} {code(shortened(one.name, _NAME))}"
    if not where:
        return head
    position = at(one)
    # What is gone was in the base, whose lines have no page here.
    place = (linked(position, page) if links and one.at else located(position)) if position else ""
    details = "; ".join(prose(shortened(detail, _DETAIL)) for detail in one.details)
    return " ".join(filter(None, (f"{head}:" if details else head, details, place)))


def _policies(of: Digested, step: int) -> Iterable[str]:
    plan = of.comparison.after
    said = "" if of.comparison.kind == TARGETS else judged_summary(plan.judgement)
    if not said:
        return ()
    denied = plan.judgement is not None and plan.judgement.denied
    lines = chain([f"**Policy** {prose(said)}"], _policy_lines(of, step))
    return of.page.warned(lines, kind="CAUTION" if denied else "IMPORTANT", title="Denied" if denied else "Policy")


def _policy_lines(of: Digested, step: int) -> Iterable[str]:
    found = verdicts(of.comparison.after.judgement)
    if step < _WHICH:
        return policy.in_full(found, of.comparison.after, of.page, links=step < _LINKS)
    if step < _WORDS:
        return policy.by_message(found)
    return policy.by_rule(found) if step < _COUNTS else []


def _alerts(of: Digested, step: int) -> Iterable[str]:
    found = of.alerts
    if not found:
        return ()
    if step < _WHICH:
        return of.page.warned(alerts.in_full(found, of.page, links=step < _LINKS))
    if step < _WORDS:
        return of.page.warned(alerts.by_message(found))
    return of.page.warned(alerts.by_code(found) if step < _COUNTS else alerts.as_number(found))


def _manifests(of: Digested, step: int) -> Iterable[str]:
    """Only the counts, which the first line has, where there is no room for names."""
    names = of.comparison.names
    if not names or step >= _FIELDS:
        return ()
    told = [f"- removed {code(name)}" for name in names.removed] + [f"- added {code(name)}" for name in names.added]
    told += [f"- renamed {code(old)} -> {code(new)}" for old, new in names.renamed]
    return ["**Manifests**", *told]


def _tasks(of: Digested, step: int) -> Iterable[str]:
    found = groups(of.comparison, expand=of.page.expand and step < _NAMES)
    if not found or step >= _KINDS:
        return ()
    return table(found, of.comparison, of.page, links=step < _LINKS) if step < _FIELDS else [kinds(of.comparison)]


def _names(of: Digested, step: int) -> Iterable[str]:
    found = names(groups(of.comparison, expand=of.page.expand), of.comparison) if step < _NAMES else ""
    return [of.page.folded("Tasks that differ alike", found)] if found else ()


def _diff(of: Digested, step: int) -> Iterable[str]:
    if step >= _DIFF or not of.comparison.differs:
        return ()
    return [of.page.folded("Diff", fenced(plain(compared(of.comparison, expand=of.page.expand)), "diff"))]


def _parts(page: Page) -> Sequence[Part[Digested]]:
    """From top to bottom, each with the steps at which it is told in fewer words, or not any more."""
    told = (_LINKS, _WHICH, _WORDS, _COUNTS)
    return (
        Part(lines=_policies, steps=told),
        Part(lines=_rules, steps=told),
        Part(lines=_alerts, steps=told),
        Part(lines=_tasks, steps=(_LINKS, *([_NAMES] if page.expand else []), _FIELDS, _KINDS)),
        Part(lines=_manifests, steps=(_FIELDS,)),
        Part(lines=_names, steps=(_NAMES,)),
        Part(lines=_diff, steps=(_DIFF,)),
    )
