"""What policies and guards say of a plan."""

from __future__ import annotations

from collections import Counter

from flyteplan.errors import Position, Problem
from flyteplan.model.policy import DENY, Waiver
from flyteplan.model.task import TaskName
from flyteplan.record import dataclass
from flyteplan.record import field as keep

EXCUSED = "excused"
OUTCOMES = (DENY, "warn", EXCUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One rule that one task breaks: `effect` is deny, warn, or excused, and then `waiver` says by what.

    `unexcused` is what it is without the exception; a plan does not say, a part of one does.
    `message` is what is wrong, `reason` the words of the rule. `rule_at` is the line of the policy that is broken,
    `set_by` that of the manifest: where the value is set, or where the manifest begins when its author did not set it.
    """

    effect: str
    policy: str
    rule: str
    rule_at: Position
    task: TaskName
    field: str
    message: str
    reason: str
    set_by: Position
    waiver: Waiver | None = None
    unexcused: str = keep(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A guard that an apply of the plan passes; `name` is what --dangerous-allow takes (`freeze:year-end`)."""

    name: str
    message: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All that was said, by so many `rules`. `revision`: where in Git the policies were read, "" for the checkout.

    `problems` are those of the policies themselves that do not keep them from judging: exceptions that have ended.
    """

    rules: int = 0
    revision: str = ""
    decisions: tuple[Decision, ...] = ()
    breaches: tuple[Breach, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def denied(self) -> bool:
        return any(one.effect == DENY for one in self.decisions) or any(
            one.severity == "error" for one in self.problems
        )

    @property
    def counts(self) -> Counter[str]:
        """How many decisions have each effect."""
        return Counter(one.effect for one in self.decisions)
