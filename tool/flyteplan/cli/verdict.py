"""What policies and guards say of a plan, told to the user, and how a command ends because of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from flyteplan.cli.output import show_problems
from flyteplan.errors import Exit, Problem, RefusedError, ordered
from flyteplan.model.guards import FREEZE, GUARDS, PROTECTED
from flyteplan.model.plan import Plan

if TYPE_CHECKING:
    from flyteplan.model.decision import Judgement

_NAMED = (PROTECTED, FREEZE)


def told(plan: Plan, *, shown: bool = False) -> int:
    """3 when a policy denies it, else 0. Guards are warnings here: they are about an apply, and nothing is applied.

    *shown*: all of it has been said already.
    """
    if plan.judgement is None:
        return Exit.DONE
    from flyteplan.render.judged import judged_problems

    show_problems([] if shown else judged_problems(plan.judgement))
    return Exit.REFUSED if plan.judgement.denied else Exit.DONE


def hold(plan: Plan, allowed: Sequence[str]) -> None:
    """Raises RefusedError when a policy denies *plan*, or a guard that is not *allowed* does."""
    _check(allowed)
    if plan.judgement is None:
        return
    from flyteplan.render.judged import breach_problem

    passed = [one for one in plan.judgement.breaches if one.name not in allowed]
    problems = ordered([*_policies(plan.judgement), *map(breach_problem, passed)])
    if passed or plan.judgement.denied:
        raise RefusedError(problems)
    show_problems(problems)


def _policies(judgement: Judgement) -> Iterator[Problem]:
    from flyteplan.render.judged import decision_problems

    yield from judgement.problems
    yield from decision_problems(judgement.decisions)


def _check(allowed: Sequence[str]) -> None:
    """A guard that is misspelt would be one that holds after all, which is safe, but leaves the user guessing."""
    for one in allowed:
        kind, colon, name = one.partition(":")
        if kind not in GUARDS or (kind in _NAMED) != bool(colon and name):
            names = [f"{guard}:NAME" if guard in _NAMED else guard for guard in GUARDS]
            raise click.UsageError(f"--dangerous-allow {one}: the guards are {', '.join(names)}")
