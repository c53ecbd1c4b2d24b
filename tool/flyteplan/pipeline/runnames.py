"""Whether the runs of a plan have a name each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

from flyteplan.errors import Position, Problem
from flyteplan.model.part import Started
from flyteplan.model.plan import Change
from flyteplan.model.run import RunName


def started(changes: Iterable[Change]) -> tuple[Started, ...]:
    """The runs among *changes*, in order."""
    runs = (one for one in changes if one.submit.kind == "run")
    return tuple(Started(one.task.task, one.run, _asked_for(one)) for one in runs)


def _asked_for(change: Change) -> Position:
    """In a manifest of its own, which is the one that has the name; a select may take part in many runs."""
    own = (source for source in change.manifests if not source.selects)
    return next(own, change.manifests[0]).position


def same_runs(runs: Iterable[Started]) -> Iterator[Problem]:
    """A run's name is one run's: of two with one name the second would be taken for the first. Task by task."""
    first: dict[RunName, Started] = {}
    for one in sorted(runs, key=attrgetter("task")):
        other = first.setdefault(one.run, one)
        if other is not one:
            yield Problem(
                code="FP1307",
                position=one.position,
                message=f"this run has the name of another one, {one.run.name}: only one of them would start",
                hint=f"the other is {other.position}; remove one, or give both a submit.run.name",
            )
