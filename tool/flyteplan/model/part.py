"""A part of a plan: what one of several machines has made of it."""

from __future__ import annotations

from flyteplan.errors import Position, Problem
from flyteplan.model.guards import Guards
from flyteplan.model.plan import Plan
from flyteplan.model.run import RunName
from flyteplan.model.sharing import share_of
from flyteplan.model.task import TaskName
from flyteplan.record import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """The tasks of one of *count* machines, whose *number* is from 1. Each task is in one share, wherever it is asked.

    A task is planned as a whole: its version and all of its runs are in the share of its name.
    """

    number: int
    count: int

    def has(self, task: TaskName) -> bool:
        return share_of(str(task), self.count) == self.number - 1

    def __str__(self) -> str:
        return f"{self.number} of {self.count}"


@dataclass(frozen=True, slots=True)
class Started:
    """A run that a part has, and where it is asked for."""

    task: TaskName
    run: RunName
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The changes of one share, as far as they are a matter of their tasks alone.

    `made_of` are the names and the values of all that must be the same for all parts of one plan: what was read, and
    what was asked for, at the minute `now`. `checked` are the warnings of the manifests, `problems` those of this part;
    there is no `plan` when one of them is an error. What `guards` say of the plan is found when all parts are there.
    """

    share: Share
    made_of: tuple[tuple[str, str], ...]
    now: str
    checked: tuple[Problem, ...]
    problems: tuple[Problem, ...]
    runs: tuple[Started, ...]
    guards: Guards
    plan: Plan | None
