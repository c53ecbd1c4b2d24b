"""What became of one change of a plan that is applied."""

from __future__ import annotations

from flyteplan.model.plan import Change
from flyteplan.record import dataclass

SUBMITTED = "submitted"
ALREADY = "already"
FAILED = "failed"
NOT_TRIED = "not tried"
OUTCOMES = (SUBMITTED, ALREADY, FAILED, NOT_TRIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`outcome` is one of OUTCOMES, `message` says why where that is not plain.

    `stale`: it failed because what the plan saw has moved.
    """

    change: Change
    outcome: str
    message: str = ""
    stale: bool = False
