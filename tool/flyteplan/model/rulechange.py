"""What became of a target and of the rules that hold it: its policies, exceptions and guards."""

from __future__ import annotations

from flyteplan.errors import Position
from flyteplan.record import dataclass

RULE, EXCEPTION, GUARD, TARGET = WHATS = ("rule", "exception", "guard", "target")
ADDED, REMOVED, CHANGED = STATES = ("added", "removed", "changed")
# What it lets through: more, less, one can not tell, or the same in other words.
LOOSENED, TIGHTENED, UNCLEAR, REWORDED = BEARINGS = ("loosened", "tightened", "changed", "reworded")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One rule, exception or guard, or the target itself.

    `was_at` and `at` are its lines, None on the side that does not have it.
    `details` say what of it changed, `resources.memory: max 64Gi -> 128Gi`.
    """

    what: str
    name: str
    state: str
    bearing: str
    was_at: Position | None = None
    at: Position | None = None
    details: tuple[str, ...] = ()

    @property
    def alerts(self) -> bool:
        """Whether it may let through what was held back before."""
        return self.bearing in (LOOSENED, UNCLEAR)


def together(bearings: set[str]) -> str:
    """Of all that changed in one rule: what is let through counts more than what is held back."""
    for one in (LOOSENED, UNCLEAR, TIGHTENED):
        if one in bearings:
            return one
    return REWORDED
