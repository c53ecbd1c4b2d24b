"""What an apply may not do to a target without being told to."""

from __future__ import annotations

from typing import NamedTuple

from flyteplan.errors import Position
from flyteplan.record import dataclass

MAX_CHANGED, MAX_CHANGED_PERCENT, PROTECTED, FREEZE = "max_changed", "max_changed_percent", "protected", "freeze"
GUARDS = (MAX_CHANGED, MAX_CHANGED_PERCENT, PROTECTED, FREEZE)


class Most(NamedTuple):
    """A bound, and where it is written."""

    value: float
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """Tasks that no apply changes, by a glob of names."""

    glob: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """From `start` through `end`, a day or a minute in UTC each, nothing is changed; empty `tasks` are all."""

    name: str
    start: str
    end: str
    reason: str
    tasks: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    position: Position

    def holds(self, task: str) -> bool:
        from flyteplan.model.policy import matches

        return (not self.tasks or matches(task, self.tasks)) and not matches(task, self.exclude)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """The guards of one target."""

    max_changed: Most | None = None
    max_changed_percent: Most | None = None
    protected: tuple[Protected, ...] = ()
    freezes: tuple[Freeze, ...] = ()

    def __bool__(self) -> bool:
        return self != Guards()
