"""Numbers as JSON has them."""

from __future__ import annotations

from math import isfinite, isnan


def jsonnumber(value: float) -> float | str:
    """What JSON has no number for is its name in proto3 JSON, which equals itself, as not a number does not."""
    if isfinite(value):
        return value
    return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"
