"""What policies and guards say, as problems and as lines of a plan."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from flyteplan.errors import Problem
from flyteplan.model.decision import EXCUSED, Breach, Decision, Judgement
from flyteplan.model.policy import DENY, WARN
from flyteplan.render.fields import INDENT
from flyteplan.render.style import Line, Span
from flyteplan.render.table import wrapped

_WORDS = {DENY: "denied", WARN: "warned of", EXCUSED: "excused"}


def decision_problem(one: Decision) -> Problem:
    """At the line of the manifest; the line of the policy is the hint."""
    code, severity = ("FP2401", "error") if one.effect == DENY else ("FP2402", "warning")
    message = f"{one.task.name}: {one.message}: {one.reason}"
    hint = f"rule {one.rule}, {one.rule_at}"
    return Problem(code=code, position=one.set_by, message=message, hint=hint, severity=severity)


def breach_problem(one: Breach) -> Problem:
    hint = f"--dangerous-allow {shlex.quote(one.name)} applies it all the same"
    return Problem(code="FP2406", position=one.position, message=one.message, hint=hint)


def judged_lines(judgement: Judgement | None, width: int) -> list[Line]:
    """`Policy  6 rules: 1 denied, 1 excused`, and what is excused and by whom; nothing where no rule spoke up."""
    if judgement is None or not (judgement.decisions or judgement.breaches):
        return []
    where = f" of {judgement.revision}" if judgement.revision else ""
    told = [f"{judgement.counts[effect]} {word}" for effect, word in _WORDS.items() if judgement.counts[effect]]
    told += [f"stopped by {_count(len(judgement.breaches), 'guard')}"] if judgement.breaches else []
    first: Line = (Span("Policy", "bold"), Span(f"  {_count(judgement.rules, 'rule')}{where}: {', '.join(told)}"))
    return [first, *(line for one in judgement.decisions if one.waiver for line in _excused(one, width))]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _excused(one: Decision, width: int) -> Iterator[Line]:
    assert one.waiver is not None
    because = f"until {one.waiver.until}: {one.waiver.reason} ({one.waiver.owner})"
    words = f"{one.task.name}: {one.message} [{one.rule}], excused {because}".split()
    first, *rest = wrapped(words, width - len(INDENT))
    yield (Span(f"  {first}", "dim"),)
    yield from ((Span(f"{INDENT}{line}", "dim"),) for line in rest)
