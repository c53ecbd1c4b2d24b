"""Many files on all cores: by forked processes where the system has them, by spawned ones elsewhere, never by threads.

One process is faster up to some hundred files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain, islice
from typing import TypeVar
from zlib import crc32

from flyteplan.errors import UsageError
from flyteplan.ports import Found
from flyteplan.shard.forked import Forked, can_fork

JOBS = "FLYTEPLAN_JOBS"
# In the time that a process takes to start, another one reads so many files.
_WORTH_A_FORK, _WORTH_A_SPAWN = 400, 3_000

_Part = TypeVar("_Part")


def spread(work: Callable[[Iterable[Found]], _Part], found: Iterable[Found], /) -> Sequence[_Part]:
    """A `ports.Spread` over the cores that this process may use, or over as many as `FLYTEPLAN_JOBS` says."""
    jobs = _jobs()
    if jobs == 1:
        return [work(found)]
    forks = can_fork()
    waiting = iter(found)
    head = list(islice(waiting, _WORTH_A_FORK if forks else _WORTH_A_SPAWN))
    if len(head) < (_WORTH_A_FORK if forks else _WORTH_A_SPAWN):
        return [work(head)]
    whole = chain(head, waiting)
    if forks:
        return _by_forks(work, whole, jobs)
    from flyteplan.shard.spawned import by_spawned

    return by_spawned(work, list(whole), jobs)


def _jobs() -> int:
    wanted = os.environ.get(JOBS, "")
    if not wanted:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not wanted.isdecimal() or not int(wanted):
        raise UsageError(f"{JOBS} is {wanted}, and no number of processes (write 1 or more, or leave it out)")
    return int(wanted)


def _by_forks(work: Callable[[Iterable[Found]], _Part], found: Iterable[Found], jobs: int) -> list[_Part]:
    """Each process goes on with the walk over the files where it is now, and takes its own of them."""
    shares = [partial(_share, work, found, number, jobs) for number in range(jobs)]
    others: list[Forked[_Part]] = []
    try:
        others += map(Forked, shares[1:])
        return [shares[0](), *(one.answer() for one in others)]
    finally:
        for one in others:
            one.end()


def _share(work: Callable[[Iterable[Found]], _Part], found: Iterable[Found], number: int, jobs: int) -> _Part:
    """By the name: whatever happens to the folder meanwhile, no file is one of two processes."""
    return work(one for one in found if crc32(one[1].encode("utf-8", "surrogatepass")) % jobs == number)
