"""Work by processes that start from nothing, for systems where a copy of a process is not to be trusted."""

from __future__ import annotations

import gc
import pickle
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from subprocess import PIPE, Popen
from tempfile import TemporaryFile
from typing import Generic, TypeVar

from flyteplan.shard.forked import answered, heard
from flyteplan.shard.sharing import shares

_Item = TypeVar("_Item")
_Part = TypeVar("_Part")
_Answer = TypeVar("_Answer")
_INTERRUPT = {signal.SIGINT}
_CAN_HOLD_BACK = hasattr(signal, "pthread_sigmask")
# It imports from where its original does.
_START = """
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from flyteplan.shard.spawned import serve
serve()
"""


def by_spawned(
    work: Callable[[Iterable[_Item]], _Part], items: Iterable[_Item], name: Callable[[_Item], str], jobs: int
) -> list[_Part]:
    """*work* and what it makes are sent to and fro: both can be pickled. Raises what the work raises, and LostError."""
    own, *others = shares(items, name, jobs)
    spawned: list[_Spawned[_Part]] = []
    try:
        # One after the other, so that all that were started are ended.
        spawned.extend(_Spawned(partial(work, share)) for share in others)
        return [work(own), *(one.answer() for one in spawned)]
    finally:
        for one in spawned:
            one.end()


class _Spawned(Generic[_Answer]):
    """Works from the moment it is made; `answer` waits for it. Whoever makes one has to `end` it.

    Not one of `multiprocessing`, whose pools may wait for ever for a process that was killed while it started (until
    Python 3.12). What is sent stands in a file, so that nobody waits until it is read.
    """

    def __init__(self, work: Callable[[], _Answer]) -> None:
        with TemporaryFile() as sent:
            pickle.dump(sys.path, sent)
            pickle.dump(work, sent, pickle.HIGHEST_PROTOCOL)
            sent.seek(0)
            with _interrupts_held_back():
                self._child = Popen([sys.executable, "-c", _START], stdin=sent, stdout=PIPE)  # noqa: S603 (ourselves)

    def answer(self) -> _Answer:
        assert self._child.stdout is not None, "it was asked for"
        data = self._child.stdout.read()
        found: _Answer = heard(data, self._child.wait())
        return found

    def end(self) -> None:
        assert self._child.stdout is not None, "it was asked for"
        self._child.stdout.close()
        self._child.kill()
        self._child.wait()


def serve() -> None:
    """What such a process does, to its end."""
    _heed_interrupts()
    gc.disable()
    work = pickle.load(sys.stdin.buffer)  # noqa: S301 (the bytes of our original)
    sys.stdout.buffer.write(answered(work))
    sys.stdout.flush()


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """A process that starts meanwhile holds them back too: one that is still importing would end in a traceback."""
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
