"""What policies and guards say, as problems and as lines of a plan."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from flyteplan.errors import Problem
from flyteplan.model.decision import EXCUSED, Breach, Decision, Judgement
from flyteplan.model.policy import DENY, WARN
from flyteplan.render.fields import INDENT
from flyteplan.render.style import Line, Span
from flyteplan.render.table import wrapped

_SHOWN = 3
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
    names = list(dict.fromkeys(one.task.name for one in group))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def breach_problem(one: Breach) -> Problem:
    hint = f"--dangerous-allow {shlex.quote(one.name)} applies it all the same"
    return Problem(code="FP2506", position=one.position, message=one.message, hint=hint)


def judged_lines(judgement: Judgement | None, width: int) -> list[Line]:
    """`Policy  6 rules: 1 denied, 1 excused`, and what is excused and by whom; nothing where no rule spoke up."""
    if judgement is None or not (judgement.decisions or judgement.breaches):
        return []
    where = f" of {judgement.revision}" if judgement.revision else ""
    told = [f"{judgement.counts[effect]} {word}" for effect, word in _WORDS.items() if judgement.counts[effect]]
    told += [f"stopped by {_count(len(judgement.breaches), 'guard')}"] if judgement.breaches else []
    first: Line = (Span("Policy", "bold"), Span(f"  {_count(judgement.rules, 'rule')}{where}: {', '.join(told)}"))
    excused = _alike(one for one in judgement.decisions if one.waiver)
    return [first, *(line for group in excused for line in _excused(group, width))]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _excused(group: Sequence[Decision], width: int) -> Iterator[Line]:
    one = group[0]
    assert one.waiver is not None
    because = f"until {one.waiver.until}: {one.waiver.reason} ({one.waiver.owner})"
    words = f"{_tasks(group)}: {one.message} [{one.rule}], excused {because}".split()
    first, *rest = wrapped(words, width - len(INDENT))
    yield (Span(f"  {first}", "dim"),)
    yield from ((Span(f"{INDENT}{line}", "dim"),) for line in rest)
