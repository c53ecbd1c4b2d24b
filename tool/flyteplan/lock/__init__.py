"""The lock: its text, whether what was resolved holds to it, and what it becomes."""

from __future__ import annotations

from flyteplan.lock.holding import check, superfluous, told_together
from flyteplan.lock.renewal import moves, renew
from flyteplan.lock.stanzas import read, write

__all__ = ["check", "moves", "read", "renew", "superfluous", "told_together", "write"]
