"""Runs, polled until they have ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from flyteplan.errors import CatalogError
from flyteplan.model.run import Run, RunName
from flyteplan.ports import Controller

_FIRST_SECONDS = 1.0
_LONGEST_SECONDS = 15.0
_GROWTH = 1.3


def follow(names: Sequence[RunName], controller: Controller, pause: Callable[[float], bool]) -> Iterator[Run]:
    """Each run when its phase is another than before, until all have ended.

    *pause* waits for so many seconds and tells whether to end early: the runs go on then. Streams of servers lose
    messages and never end for some runs, so that only asking tells. Raises CatalogError, also for a run that is gone.
    """
    phases: dict[RunName, str] = {}
    seconds = _FIRST_SECONDS
    left = list(names)
    while left:
        found = controller.now().runs(left)
        for name in left:
            run = found.get(name)
            if run is None:
                raise CatalogError(f"the run {name} is not there any more")
            if phases.get(name) != run.phase:
                phases[name] = run.phase
                seconds = _FIRST_SECONDS
                yield run
        left = [name for name in left if not found[name].has_ended]
        if left and pause(seconds):
            return
        seconds = min(seconds * _GROWTH, _LONGEST_SECONDS)
