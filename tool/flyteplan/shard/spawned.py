"""Work by processes that start from nothing, for systems where a copy of a process is not to be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from flyteplan.shard.sharing import shares

_Item = TypeVar("_Item")
_Part = TypeVar("_Part")


def by_spawned(
    work: Callable[[Iterable[_Item]], _Part], items: Iterable[_Item], name: Callable[[_Item], str], jobs: int
) -> list[_Part]:
    """*work* and what it makes are sent to and fro: both can be pickled."""
    own, *others = shares(items, name, jobs)
    with ProcessPoolExecutor(jobs - 1, mp_context=get_context("spawn")) as pool:
        sent = [pool.submit(work, share) for share in others]
        return [work(own), *(one.result() for one in sent)]
