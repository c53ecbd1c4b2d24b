"""Work by processes that start from nothing, for systems where a copy of a process is not to be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from flyteplan.ports import Found

_Part = TypeVar("_Part")


def by_spawned(work: Callable[[Iterable[Found]], _Part], found: Sequence[Found], jobs: int) -> list[_Part]:
    """*work* and what it makes are sent to and fro: both can be pickled."""
    with ProcessPoolExecutor(jobs - 1, mp_context=get_context("spawn")) as pool:
        others = [pool.submit(work, found[number::jobs]) for number in range(1, jobs)]
        return [work(found[::jobs]), *(one.result() for one in others)]
