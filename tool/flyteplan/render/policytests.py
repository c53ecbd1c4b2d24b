"""The results of policy tests, case by case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flyteplan.model.policytest import Result, Said
from flyteplan.render.fields import INDENT
from flyteplan.render.problems import problems
from flyteplan.render.style import Line, Span


def results(found: Sequence[Result]) -> list[Line]:
    """`ok  limits: larger than allowed`; of a case that failed what was expected, and what was said instead."""
    return [line for one in found for line in _result(one)]


def _result(one: Result) -> Iterator[Line]:
    name = f"{one.case.test}: {one.case.name}"
    if one.passed:
        yield (Span("ok      ", "add"), Span(name))
        return
    yield (Span("failed  ", "remove"), Span(f"{name}  "), Span(str(one.case.position), "dim"))
    if one.problems:
        yield from problems(one.problems)
        return
    yield (Span(f"{INDENT}expected {_told(one.case.expected)}, and found {_told(one.said)}"),)
    for decision in one.decisions:
        yield (Span(f"{INDENT}{decision.effect} {decision.rule}: {decision.message} ({decision.rule_at})", "dim"),)


def _told(said: Said) -> str:
    return ", ".join(f"{effect} {' '.join(rules)}" for effect, rules in said if rules) or "nothing"


def tested(found: Sequence[Result]) -> Line:
    """The last line: `Policy tests: 12 passed, 1 failed.`"""
    passed = sum(one.passed for one in found)
    return (Span(f"Policy tests: {passed} passed, {len(found) - passed} failed.", "bold"),)
