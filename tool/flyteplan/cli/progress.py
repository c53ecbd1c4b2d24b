"""How far something is, on a terminal, when it takes longer than a second; nowhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

_AFTER_SECONDS = 1.0


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """What to call after each of *total* steps."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with ExitStack() as closing:
        shown = _Shown(what, total, closing)
        yield shown.step


class _Shown:
    def __init__(self, what: str, total: int, closing: ExitStack) -> None:
        self._what, self._total, self._closing = what, total, closing
        self._done, self._begun = 0, time.monotonic()
        self._advance: Callable[[int], None] | None = None

    def step(self) -> None:
        self._done += 1
        if self._advance is None and time.monotonic() - self._begun > _AFTER_SECONDS:
            self._advance = self._opened()
        if self._advance is not None:
            self._advance(self._done)

    def _opened(self) -> Callable[[int], None]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        # Where results go to the same terminal, they have to be written above the bar and not into it.
        bar = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty())
        task = self._closing.enter_context(bar).add_task(self._what, total=self._total)
        return lambda done: bar.update(task, completed=done)
