"""What policies and guards say, as problems and as lines of a plan."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from flyteplan.errors import Position, Problem, ordered
from flyteplan.model.decision import EXCUSED, Breach, Decision, Judgement
from flyteplan.model.listed import listed
from flyteplan.model.policy import DENY, WARN
from flyteplan.model.task import TaskName
from flyteplan.record import dataclass, replace
from flyteplan.render.fields import paragraph
from flyteplan.render.style import Line, Span
from flyteplan.render.wording import counted

_SHOWN = 3
# What is neither denied, warned of nor excused: a guard, and an exception that has ended or ends soon.
STOPPED, EXCEPTION = "stopped by a guard", "exception to settle"
_WORDS = {DENY: "denied", WARN: "warned of", EXCUSED: "excused"}


def decision_problems(decisions: Iterable[Decision]) -> list[Problem]:
    """At the line of the manifest; the line of the policy is the hint. None of what is excused."""
    return [_problem(group) for group in _alike(one for one in decisions if one.waiver is None)]


def _alike(decisions: Iterable[Decision]) -> list[list[Decision]]:
    """One line of a manifest may be about many tasks: what is said of all of them is said once."""
    groups: dict[object, list[Decision]] = {}
    for one in decisions:
        groups.setdefault((one.effect, one.set_by, one.rule_at, one.message, one.waiver), []).append(one)
    return list(groups.values())


def _problem(group: Sequence[Decision]) -> Problem:
    first = group[0]
    code, severity = ("FP2501", "error") if first.effect == DENY else ("FP2502", "warning")
    message = f"{_tasks(group)}: {first.message}: {first.reason}"
    hint = f"rule {first.rule}, {first.rule_at}"
    return Problem(code=code, position=first.set_by, message=message, hint=hint, severity=severity)


def _tasks(group: Sequence[Decision]) -> str:
    return _listed(one.task for one in group)


def _listed(tasks: Iterable[TaskName]) -> str:
    return listed(list(dict.fromkeys(task.name for task in tasks)), _SHOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a policy or a guard says, once for all the tasks that it says it of.

    `outcome` in our words; `name` is the rule's or the guard's. `cause` is the line of a manifest, `rule_at` that of
    the policy or the guard; one of them is there.
    """

    outcome: str
    name: str
    message: str
    tasks: tuple[TaskName, ...] = ()
    cause: Position | None = None
    rule_at: Position | None = None


def verdicts(judgement: Judgement | None) -> list[Verdict]:
    """What keeps the plan from being applied first."""
    if judgement is None:
        return []
    found = {effect: [_verdict(group) for group in _alike(_of(effect, judgement))] for effect in _WORDS}
    guards = [
        Verdict(outcome=STOPPED, name=one.name, message=one.message, rule_at=one.position) for one in judgement.breaches
    ]
    ended = [
        Verdict(outcome=EXCEPTION, name=one.code, message=one.message, rule_at=one.position)
        for one in judgement.problems
    ]
    return [*found[DENY], *guards, *ended, *found[WARN], *found[EXCUSED]]


def _of(effect: str, judgement: Judgement) -> Iterator[Decision]:
    return (one for one in judgement.decisions if one.effect == effect)


def _verdict(group: Sequence[Decision]) -> Verdict:
    first = group[0]
    return Verdict(
        outcome=_WORDS[first.effect],
        name=first.rule,
        message=f"{first.message}{_because(first)}",
        tasks=tuple(dict.fromkeys(one.task for one in group)),
        cause=first.set_by,
        rule_at=first.rule_at,
    )


def _because(one: Decision) -> str:
    if one.waiver is None:
        return f": {one.reason}"
    return f", until {one.waiver.until}: {one.waiver.reason} ({one.waiver.owner})"


def judged_problems(judgement: Judgement | None) -> list[Problem]:
    """All of it where nothing is applied, and guards are warnings for that."""
    if judgement is None:
        return []
    breaches = [replace(breach_problem(one), severity="warning") for one in judgement.breaches]
    return [*ordered([*judgement.problems, *decision_problems(judgement.decisions), *breaches])]


def breach_problem(one: Breach) -> Problem:
    hint = f"--dangerous-allow {shlex.quote(one.name)} applies it all the same"
    return Problem(code="FP2506", position=one.position, message=one.message, hint=hint)


def judged_lines(judgement: Judgement | None, width: int) -> list[Line]:
    """`Policy  6 rules: 1 denied, 1 excused`, and what is excused and by whom; nothing where no rule spoke up."""
    told = judged_summary(judgement)
    if judgement is None or not told:
        return []
    first: Line = (Span("Policy", "bold"), Span(f"  {told}"))
    excused = _alike(one for one in judgement.decisions if one.waiver)
    return [first, *(line for group in excused for line in _excused(group, width))]


def verdict_lines(judgement: Judgement | None, width: int) -> list[Line]:
    """All but what is excused, which `judged_lines` has, with the line of the policy or the guard."""
    return [line for one in verdicts(judgement) if one.outcome != EXCUSED for line in _verdict_lines(one, width)]


def _verdict_lines(one: Verdict, width: int) -> Iterator[Line]:
    about = f"{_listed(one.tasks)}: " if one.tasks else ""
    at = f" ({one.name}, {one.rule_at})" if one.rule_at else f" ({one.name})"
    return paragraph(f"{one.outcome}: {about}{one.message}{at}".split(), width, mark="  ")


def judged_summary(judgement: Judgement | None) -> str:
    """`6 rules: 1 denied, 1 excused`, "" where nothing was said."""
    told = said(judgement)
    if judgement is None or not told:
        return ""
    where = f" of {judgement.revision}" if judgement.revision else ""
    return f"{counted(judgement.rules, 'rule')}{where}: {told}"


def said(judgement: Judgement | None) -> str:
    """`1 denied, 1 excused`, "" where nothing was said."""
    if judgement is None:
        return ""
    told = [f"{judgement.counts[effect]} {word}" for effect, word in _WORDS.items() if judgement.counts[effect]]
    told += [f"stopped by {counted(len(judgement.breaches), 'guard')}"] if judgement.breaches else []
    told += [f"{counted(len(judgement.problems), 'exception')} to settle"] if judgement.problems else []
    return ", ".join(told)


def _excused(group: Sequence[Decision], width: int) -> Iterator[Line]:
    one = group[0]
    assert one.waiver is not None
    because = f"until {one.waiver.until}: {one.waiver.reason} ({one.waiver.owner})"
    words = f"{_tasks(group)}: {one.message} [{one.rule}], excused {because}".split()
    return paragraph(words, width, mark="  ", style="dim")
