"""One piece of work in a copy of this process."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Generic, NoReturn, TypeVar

from flyteplan.errors import FlyteplanError

_Answer = TypeVar("_Answer")
# In seconds.
MOMENT = 0.1
_THREADS = "/proc/self/task"


def can_fork() -> bool:
    """Whether a copy of this process would be whole: threads, those of libraries too, are not copied."""
    try:
        return len(os.listdir(_THREADS)) == 1
    except OSError:
        return False


class LostError(FlyteplanError):
    """A process that has ended without a word."""


class Forked(Generic[_Answer]):
    """Works from the moment it is made; `answer` waits for it. Whoever makes one has to `end` it."""

    def __init__(self, work: Callable[[], _Answer]) -> None:
        reading, writing = os.pipe()
        self._child = os.fork()
        if not self._child:
            os.close(reading)
            _work(work, writing)
        os.close(writing)
        self._reading = reading

    def fileno(self) -> int:
        """What can be read from once there is an answer."""
        return self._reading

    def moments(self) -> Iterator[None]:
        """One now and then, until there is something to be heard."""
        from select import select

        while not select([self._reading], [], [], MOMENT)[0]:
            yield None

    def answer(self) -> _Answer:
        """Raises what the work raised, or LostError."""
        with os.fdopen(self._reading, "rb") as pipe:
            self._reading = -1
            data = pipe.read()
        child, self._child = self._child, 0
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        found: _Answer = heard(data, status)
        return found

    def end(self) -> None:
        if self._reading >= 0:
            os.close(self._reading)
        if self._child:
            from signal import SIGKILL

            with suppress(ProcessLookupError):
                os.kill(self._child, SIGKILL)
            os.waitpid(self._child, 0)


def _work(work: Callable[[], object], writing: int) -> NoReturn:
    """Ends the copy, whatever happens: nothing of what its original was about to do is done by it as well."""
    status = 1
    gc.disable()
    try:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(answered(work))
        status = 0
    finally:
        os._exit(status)


def answered(work: Callable[[], object]) -> bytes:
    """What *work* comes to, or what it raises, as bytes for `heard`."""
    from pickle import HIGHEST_PROTOCOL, dumps

    try:
        return dumps((work(), None), HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 (it is raised where it was asked for)
        return dumps((None, error), HIGHEST_PROTOCOL)


def heard(data: bytes, status: int) -> Any:
    """What `answered` has told, by a process that ended with *status*. Raises what the work raised, or LostError."""
    if status or not data:
        raise LostError(f"a process that did a part of the work ended with {status} (try FLYTEPLAN_JOBS=1)")
    from pickle import loads

    answer, error = loads(data)  # noqa: S301 (our own bytes, from a process of ours)
    if error is not None:
        raise error
    return answer
