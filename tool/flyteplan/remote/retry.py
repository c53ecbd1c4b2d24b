"""Which calls are made again, when, and how often. All calls of a catalog only read, so any of them may be."""

from __future__ import annotations

import random

from flyteplan.record import dataclass
from flyteplan.remote.faults import Fault

# A transport that broke: the server may have seen the call or not.
_BROKEN = ("rst_stream", "stream terminated", "goaway", "connection closed", "connection reset")
# RESOURCE_EXHAUSTED is a server with too much to do, or a message that will be as large the next time.
_TOO_LARGE = "larger than max"
_LONGEST_DELAY_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`deadline_seconds` is that of one attempt; before the second one waits about `first_delay_seconds`."""

    deadline_seconds: float = 60.0
    attempts: int = 4
    first_delay_seconds: float = 0.5

    def delay(self, attempt: int) -> float:
        """Seconds to wait after an attempt, counted from 1: doubled, and spread so that many do not come at once."""
        seconds: float = min(self.first_delay_seconds * 2 ** (attempt - 1), _LONGEST_DELAY_SECONDS)
        return seconds * (0.5 + random.random())  # noqa: S311


def may_repeat(fault: Fault) -> bool:
    """Whether the same call may fare better the next time. A deadline is not repeated: it was long enough."""
    text = fault.details.lower()
    if fault.code == "RESOURCE_EXHAUSTED":
        return _TOO_LARGE not in text
    return fault.code == "UNAVAILABLE" or (
        fault.code in ("INTERNAL", "UNKNOWN") and any(map(text.__contains__, _BROKEN))
    )
