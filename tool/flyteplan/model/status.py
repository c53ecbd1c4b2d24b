"""How what is deployed stands to what Git says."""

from __future__ import annotations

from flyteplan.model.plan import Change, Plan
from flyteplan.record import dataclass

IN_STEP = "in step"
NEVER_APPLIED = "never applied"
CHANGED = "changed in Git"
NEWER_BASE = "newer base deployed"
REDEPLOYED = "same version, other spec"
EDITED = "edited by hand"
NO_MANIFEST = "no manifest"
# In the order in which they are counted; of several reasons the last of them is the state.
STATES = (IN_STEP, NEVER_APPLIED, CHANGED, NEWER_BASE, REDEPLOYED, EDITED, NO_MANIFEST)


@dataclass(frozen=True, slots=True)
class Reason:
    """One way in which a task is not in step: a state, and what there is to see of it."""

    state: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStatus:
    """One task: the change that would bring it in step, and why it is not, the first reason being its state.

    `next` is the command that goes on from here, "" in step.
    """

    change: Change
    reasons: tuple[Reason, ...] = ()
    next: str = ""

    @property
    def state(self) -> str:
        return self.reasons[0].state if self.reasons else IN_STEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The tasks of a target, in the order of its plan."""

    plan: Plan
    tasks: tuple[TaskStatus, ...]
