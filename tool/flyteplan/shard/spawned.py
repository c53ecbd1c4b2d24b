"""Work by processes that start from nothing, for systems where a copy of a process is not to be trusted."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

from flyteplan.shard.sharing import shares

_Item = TypeVar("_Item")
_Part = TypeVar("_Part")
_INTERRUPT = {signal.SIGINT}
_CAN_HOLD_BACK = hasattr(signal, "pthread_sigmask")


def by_spawned(
    work: Callable[[Iterable[_Item]], _Part], items: Iterable[_Item], name: Callable[[_Item], str], jobs: int
) -> list[_Part]:
    """*work* and what it makes are sent to and fro: both can be pickled."""
    own, *others = shares(items, name, jobs)
    with ProcessPoolExecutor(jobs - 1, mp_context=get_context("spawn"), initializer=_heed_interrupts) as pool:
        with _interrupts_held_back():
            sent = [pool.submit(work, share) for share in others]
        return [work(own), *(one.result() for one in sent)]


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Processes that start meanwhile hold them back too: one that is still importing would end in a traceback."""
    if not _CAN_HOLD_BACK:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPT)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _heed_interrupts() -> None:
    """Ends at once and without a word: its original has one for the user."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if _CAN_HOLD_BACK:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPT)
