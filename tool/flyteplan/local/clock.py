"""Time as the catalog keeps it: microseconds since 1970, the precision of the server's database."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
NANOSECONDS = 1000


def now() -> int:
    return time.time_ns() // NANOSECONDS
