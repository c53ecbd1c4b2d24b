"""Faults on demand: latency, calls that fail, and a server that dies."""

from __future__ import annotations

import os
from itertools import count

from flyteplan.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Suffering:
    """What one call has to bear: seconds to wait first, and the gRPC code to fail with, "" for none."""

    delay: float = 0.0
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """`latency` in seconds for every call; every nth call fails with UNAVAILABLE, waits `slow` seconds, or is reset.

    `exit_after`: the process ends without a word when it has taken this many calls. 0 is never.
    """

    latency: float = 0.0
    unavailable_every: int = 0
    reset_every: int = 0
    slow_every: int = 0
    slow: float = 0.0
    exit_after: int = 0


class Trouble:
    """Counts the calls; the same calls meet the same faults."""

    def __init__(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self._numbers = count(1)
        self.calls: dict[str, int] = {}

    def of_call(self, path: str) -> Suffering:
        wishes, number = self._wishes, next(self._numbers)
        name = path.rsplit("/", maxsplit=1)[-1]
        self.calls[name] = self.calls.get(name, 0) + 1
        if wishes.exit_after and number > wishes.exit_after:
            os._exit(1)
        delay = wishes.latency + (wishes.slow if _falls_on(number, wishes.slow_every) else 0.0)
        if _falls_on(number, wishes.unavailable_every):
            return Suffering(delay=delay, code="UNAVAILABLE", message="asked for with --unavailable-every")
        if _falls_on(number, wishes.reset_every):
            return Suffering(delay=delay, code="INTERNAL", message="RST_STREAM, asked for with --reset-every")
        return Suffering(delay=delay)


def _falls_on(number: int, every: int) -> bool:
    return bool(every) and number % every == 0
