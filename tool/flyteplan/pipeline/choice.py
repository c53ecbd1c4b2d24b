"""Which of the tasks that manifests are about are wanted now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from flyteplan.errors import Position, Problem
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.task import TaskName
from flyteplan.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which tasks are wanted: any that a `select` glob matches (none given: all), and no `exclude` glob."""

    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def wants(self, name: str) -> bool:
        return (not self.select or matches(name, self.select)) and not matches(name, self.exclude)


def matches(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


def unmatched(flag: str, globs: Iterable[str], tasks: Iterable[TaskName]) -> Iterator[Problem]:
    """A glob of the command line that is misspelt would give an empty plan, which looks like a good one."""
    names = {task.name for task in tasks}
    for glob in globs:
        if not any(fnmatchcase(name, glob) for name in names):
            hint = did_you_mean(glob, names, "they override")
            position, message = Position(f"{flag} '{glob}'"), "the manifests override no task of this name"
            yield Problem(code="FP2003", position=position, message=message, hint=hint, severity="warning")
