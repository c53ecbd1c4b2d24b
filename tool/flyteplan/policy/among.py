"""Rules among the policies of one target, and exceptions that have had their time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flyteplan.errors import Position, Problem
from flyteplan.model.moment import has_ended
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.policy import Policy


def wrong_among(policies: Sequence[Policy]) -> Iterator[Problem]:
    """Names that stand twice, and exceptions from rules that are not there."""
    yield from _twice("policy", ((one.name, one.position) for one in policies))
    rules = [rule for policy in policies for rule in policy.rules]
    yield from _twice("rule", ((one.name, one.position) for one in rules))
    names = {rule.name for rule in rules}
    for waiver in (one for policy in policies for one in policy.waivers):
        if waiver.rule not in names:
            message = f"an exception from the rule {waiver.rule}, which is not there"
            hint = did_you_mean(waiver.rule, names, "the rules are")
            yield Problem(code="FP2504", position=waiver.position, message=message, hint=hint)


def _twice(what: str, named: Iterable[tuple[str, Position]]) -> Iterator[Problem]:
    first: dict[str, Position] = {}
    for name, position in named:
        other = first.setdefault(name, position)
        if other != position:
            message = f"{name} is the name of another {what} of this target"
            yield Problem(code="FP2505", position=position, message=message, hint=f"rename it, or the one at {other}")


def ended(policies: Iterable[Policy], now: str, soon: str) -> Iterator[Problem]:
    """An error for every exception that ended before *now*, a warning for one that ends before *soon*."""
    for waiver in (one for policy in policies for one in policy.waivers):
        what = f"the exception of {waiver.owner} from {waiver.rule}"
        if has_ended(waiver.until, now):
            hint = "remove it, or agree on a new date"
            message = f"{what} ended on {waiver.until}"
            yield Problem(code="FP2503", position=waiver.position, message=message, hint=hint)
        elif has_ended(waiver.until, soon):
            message, hint = f"{what} ends on {waiver.until}", "mend what it excuses, or agree on a new date"
            yield Problem(code="FP2503", position=waiver.position, message=message, hint=hint, severity="warning")
