"""How far something is, on a terminal, when a command takes longer than a second; nowhere else.

One line, drawn by this process alone. Its copies that do a part of the work (`flyteplan.shard`) tell it through a pipe.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import suppress
from typing import TextIO, TypeVar

import click

from flyteplan.ports import Total, Watch, unwatched

_AFTER_SECONDS, _EVERY_SECONDS = 1.0, 0.1
# A copy tells of so many items at once, by one byte.
_TOLD = 32
_BYTES = 65_536
_COLUMNS = 80
_METER = "flyteplan.progress"

_Item = TypeVar("_Item")


def watch() -> Watch:
    """How work is looked at in this command: not at all, unless somebody sits before it and has not said --quiet."""
    context = click.get_current_context(silent=True)
    if context is None or context.params.get("quiet") or not _is_seen(sys.stderr):
        return unwatched
    if _METER not in context.meta:
        meter = context.meta[_METER] = Meter(sys.stderr)
        context.call_on_close(meter.close)
    found: Meter = context.meta[_METER]
    return found.watch


def wipe() -> None:
    """Before anything else is written: it might go to the same terminal."""
    context = click.get_current_context(silent=True)
    if context is not None and _METER in context.meta:
        context.meta[_METER].wipe()


def _is_seen(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"


class Meter:
    """The line of one command. What follows on something else takes its place."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock, self._process = stream, clock, os.getpid()
        self._next = clock() + _AFTER_SECONDS
        self._begun = clock()
        self._what, self._done, self._drawn = "", 0, 0
        self._total: int | Total | None = None
        # Where copies of this process can be made, they are heard through this pipe.
        self._others = _pipe() if hasattr(os, "fork") else None

    def __reduce__(self) -> tuple[type[_Nobody], tuple[()]]:
        """For processes that are no copies: they are not heard."""
        return _Nobody, ()

    def watch(self, what: str, items: Iterable[_Item], /, total: int | Total | None = None) -> Iterable[_Item]:
        """What is a part of something that is looked at already is not looked at itself."""
        if os.getpid() != self._process:
            return self._told(items)
        if self._what:
            return items
        return self._counted(what, items, len(items) if total is None and isinstance(items, Sized) else total)

    def wipe(self) -> None:
        if self._drawn and os.getpid() == self._process:
            self._write(f"\r{' ' * self._drawn}\r")
            self._drawn = 0

    def close(self) -> None:
        self.wipe()
        for descriptor in self._others or ():
            os.close(descriptor)
        self._others = None

    def _counted(self, what: str, items: Iterable[_Item], total: int | Total | None) -> Iterator[_Item]:
        self._what, self._total, self._done, self._begun = what, total, 0, self._clock()
        if self._clock() >= self._next:
            self._draw()
        try:
            for item in items:
                yield item
                self._done += item is not None
                if self._clock() >= self._next:
                    self._draw()
            if self._clock() >= self._next:
                self._draw()
        finally:
            self._what = ""
            self._heard()  # what copies have told too late is about nothing that follows

    def _told(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """As far as there is room in the pipe: to be seen is not worth waiting for."""
        for number, item in enumerate(items, 1):
            yield item
            if not number % _TOLD and self._others:
                with suppress(OSError):
                    os.write(self._others[1], b".")

    def _heard(self) -> int:
        """How many items the copies have told of since the last time."""
        if self._others is None:
            return 0
        with suppress(BlockingIOError):
            return len(os.read(self._others[0], _BYTES)) * _TOLD
        return 0

    def _draw(self) -> None:
        self._done += self._heard()
        if callable(self._total):
            self._total = self._total()
        now = self._clock()
        self._next = now + _EVERY_SECONDS
        line = told(self._what, self._done, self._total, now - self._begun)[: _columns(self._stream) - 1]
        # First, so that an interrupt in between finds what there is to wipe.
        before, self._drawn = self._drawn, max(len(line), self._drawn)
        self._write(f"\r{line.ljust(before)}")
        self._drawn = len(line)

    def _write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)
            self._stream.flush()


class _Nobody:
    watch = staticmethod(unwatched)


def _pipe() -> tuple[int, int]:
    """One that nobody waits for."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    return reading, writing


def told(what: str, done: int, total: int | None, seconds: float) -> str:
    """`Reading manifests: 4,100 of 10,000, 3 s left`. What has come up meanwhile makes no more than all."""
    if not done:
        return what
    if not total:
        return f"{what}: {done:,}"
    done = min(done, total)
    left = seconds * (total - done) / done
    return f"{what}: {done:,} of {total:,}, {_duration(left)} left"


def _duration(seconds: float) -> str:
    whole = max(1, round(seconds))
    if whole < 100:
        return f"{whole} s"
    return f"{round(whole / 60)} min" if whole < 100 * 60 else f"{round(whole / 3600)} h"


def _columns(stream: TextIO) -> int:
    with suppress(OSError, ValueError):
        return os.get_terminal_size(stream.fileno()).columns or _COLUMNS
    return _COLUMNS
