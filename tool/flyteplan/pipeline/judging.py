"""Policy files -> a rulebook; a plan and a rulebook -> what may be applied of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flyteplan.errors import Problem, ordered
from flyteplan.model.guards import Guards
from flyteplan.model.plan import Change, Plan
from flyteplan.pipeline.reading import documents, read_policy
from flyteplan.ports import Content
from flyteplan.record import dataclass, field, replace
from flyteplan.validate import Validator

if TYPE_CHECKING:
    from flyteplan.model.decision import Decision
    from flyteplan.model.policy import Policy
    from flyteplan.policy import Guarded

_SOON_DAYS = 14
_MINUTE = "%Y-%m-%dT%H:%MZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The policies of one target, and all that is wrong with them."""

    policies: tuple[Policy, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """What a target is held to. `revision`: where in Git it was read, "" for the checkout.

    `problems` are exceptions that have ended or soon do, and warnings.
    """

    policies: tuple[Policy, ...] = ()
    guards: Guards = field(default=Guards())
    revision: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def says_nothing(self) -> bool:
        return not self.policies and not self.guards and not self.problems


def read_policies(found: Iterable[tuple[int, str, Content]], validator: Validator) -> Policies:
    """Files of policies -> policies."""
    from flyteplan.model.policy import Policy
    from flyteplan.policy import wrong_among

    policies: list[Policy] = []
    problems: list[Problem] = []
    for _, path, content in found:
        for item in documents(path, content, "policy"):
            if isinstance(item, Problem):
                problems.append(item)
            elif item.value is not None:
                said = list(read_policy(item, validator))
                problems += [one for one in said if isinstance(one, Problem)]
                policies += [one for one in said if isinstance(one, Policy)]
    return Policies(policies=tuple(policies), problems=ordered([*problems, *wrong_among(policies)]))


def check_policies(policies: Sequence[Policy], now: str) -> tuple[Problem, ...]:
    """What is wrong among policies that are each valid, the exceptions that have ended at *now* included."""
    from flyteplan.policy import wrong_among

    return ordered([*wrong_among(policies), *outdated(policies, now)])


def outdated(policies: Iterable[Policy], now: str) -> tuple[Problem, ...]:
    """Exceptions that have ended at *now*, a minute in UTC, as errors; as warnings those that end within two weeks."""
    from datetime import datetime, timedelta

    from flyteplan.policy import ended

    soon = (datetime.strptime(now, _MINUTE) + timedelta(days=_SOON_DAYS)).strftime(_MINUTE)  # noqa: DTZ007 - in UTC

    return ordered(ended(policies, now, soon))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What some changes of a plan are judged by: the rules that they break, and what guards look at."""

    decisions: tuple[Decision, ...] = ()
    guarded: tuple[Guarded, ...] = ()


def judge(plan: Plan, changes: Sequence[Change], rulebook: Rulebook, now: str) -> Plan:
    """*plan* with what *rulebook* says of its *changes* at *now*; as it is where there is nothing to hold it to."""
    return judged(plan, [heard(plan.target, changes, rulebook, now)], rulebook, now)


def heard(target: str, changes: Sequence[Change], rulebook: Rulebook, now: str) -> Heard:
    """Of some of the changes of a plan: each rule looks at one of them at a time."""
    if rulebook.says_nothing:
        return Heard()
    from flyteplan.policy import decisions, guarded

    return Heard(decisions=decisions(rulebook.policies, target, changes, now), guarded=guarded(changes))


def judged(plan: Plan, parts: Sequence[Heard], rulebook: Rulebook, now: str) -> Plan:
    """As `judge`, of what was `heard` of all changes; *plan* itself needs none."""
    if rulebook.says_nothing:
        return plan
    from flyteplan.model.decision import Judgement
    from flyteplan.policy import breaches, in_order

    judgement = Judgement(
        rules=sum(len(policy.rules) for policy in rulebook.policies),
        revision=rulebook.revision,
        decisions=in_order(decision for part in parts for decision in part.decisions),
        breaches=breaches(rulebook.guards, (one for part in parts for one in part.guarded), plan.left_out, now),
        problems=rulebook.problems,
    )
    return replace(plan, judgement=judgement)
