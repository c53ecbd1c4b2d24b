"""Many things on all cores: by forked processes where the system has them, by spawned ones elsewhere, never by threads.

One process is faster up to some hundred of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any, TypeVar

from flyteplan.errors import UsageError
from flyteplan.ports import Waiting, idle
from flyteplan.shard.forked import Forked, LostError, can_fork
from flyteplan.shard.sharing import in_batches, share

JOBS = "FLYTEPLAN_JOBS"
# In the time that a process takes to start, another one reads so many files, and plans so many tasks.
_WORTH_A_FORK, _WORTH_A_SPAWN, _WORTH_A_COPY = 400, 3_000, 100
# What is done at once by a copy, so that what it takes meanwhile does not grow with what there is to do.
_BATCH = 500

_Item = TypeVar("_Item")
_Part = TypeVar("_Part")
_Copy = TypeVar("_Copy", bound=Forked[Any])


def spread(
    work: Callable[[Iterable[_Item]], _Part],
    items: Iterable[_Item],
    name: Callable[[_Item], str],
    waiting: Waiting = idle,
    /,
) -> Sequence[_Part]:
    """A `ports.Spread` over the cores that this process may use, or over as many as `FLYTEPLAN_JOBS` says."""
    wanted, forks = jobs(), can_fork()
    few, whole = _few(items, _WORTH_A_FORK if forks else _WORTH_A_SPAWN)
    if few or wanted == 1:
        return [work(whole)]
    if forks:
        return _by_forks(work, whole, name, wanted, waiting) or [work(whole)]
    from flyteplan.shard.spawned import by_spawned

    return by_spawned(work, list(whole), name, wanted)


def copies(
    work: Callable[[Iterable[_Item]], _Part],
    items: Iterable[_Item],
    name: Callable[[_Item], str],
    waiting: Waiting = idle,
    /,
) -> Sequence[_Part]:
    """As `spread`, over copies of this process alone: for what would take too long to be sent to another one.

    Each does its share in batches, which are parts of their own.
    """
    wanted = jobs()
    few, whole = _few(items, _WORTH_A_COPY)
    if few or wanted == 1 or not can_fork():
        return [work(whole)]
    parts = _by_forks(partial(in_batches, work, name=name, size=_BATCH), whole, name, wanted, waiting)
    return [part for several in parts for part in several] or [work(whole)]


def _few(items: Iterable[_Item], worth: int) -> tuple[bool, Iterable[_Item]]:
    """Whether there are less than *worth*, and all of them: a walk over files is not waited for."""
    waiting = iter(items)
    head = list(islice(waiting, worth))
    return len(head) < worth, chain(head, waiting)


def jobs() -> int:
    """As many as there are cores, or as `FLYTEPLAN_JOBS` says. Raises UsageError."""
    wanted = os.environ.get(JOBS, "")
    if not wanted:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not wanted.isdecimal() or not int(wanted):
        raise UsageError(f"{JOBS} is {wanted}, and no number of processes (write 1 or more, or leave it out)")
    return int(wanted)


def _by_forks(
    work: Callable[[Iterable[_Item]], _Part],
    items: Iterable[_Item],
    name: Callable[[_Item], str],
    jobs: int,
    waiting: Waiting,
) -> list[_Part]:
    """Each process goes on with the walk over the items where it is now, and takes its own of them by their names:
    whatever happens to a folder meanwhile, no file is one of two processes.

    Nothing where something is wrong: it is for one process to do it all, which of several faults always tells the same.
    """

    def part(number: int) -> _Part:
        return work(share(items, name, number, jobs))

    starts = [partial(_started, partial(part, number)) for number in range(jobs)]
    return gathered(starts, lambda others: (moment for one in others for moment in one.moments()), waiting)


def _started(work: Callable[[], _Part], _: object) -> Forked[_Part]:
    return Forked(work)


def gathered(
    starts: Iterable[Callable[[list[_Copy]], _Copy]],
    moments: Callable[[list[_Copy]], Iterable[None]],
    waiting: Waiting,
) -> list[Any]:
    """The answers of copies that are made one after the other, each told of those before it, and ended here.

    While they work, *waiting* goes through *moments*. What that raises is raised, and LostError; of any other fault
    there is no answer at all: one process finds it out that does all of the work.
    """
    others: list[_Copy] = []
    try:
        for start in starts:
            others.append(start(others))
        for _ in waiting(moments(others)):
            pass
        return _answered(others)
    finally:
        for one in others:
            one.end()


def _answered(others: Iterable[Forked[Any]]) -> list[Any]:
    try:
        return [one.answer() for one in others]
    except LostError:
        raise
    except Exception:  # noqa: BLE001 (whatever it is, it is raised again)
        return []
