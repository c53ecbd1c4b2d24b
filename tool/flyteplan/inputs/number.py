"""Numbers that a literal can hold."""

from __future__ import annotations

from flyteplan.inputs.mismatch import out_of_range

_INT64 = 2**63


def int64(value: int, at: str) -> int:
    if not -_INT64 <= value < _INT64:
        raise out_of_range(at, "an int of 64 bits", value)
    return value


def as_float(value: float, at: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise out_of_range(at, "a float", value) from None
