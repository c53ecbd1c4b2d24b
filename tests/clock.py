"""A clock for what the remote calls fresh, in tests that do not wait."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from flyteplan.remote import fresh


@dataclass(slots=True)
class Clock:
    """One that goes on when it is told to."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


def stopped(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(fresh, "monotonic", clock)
    return clock
