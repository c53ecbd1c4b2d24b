"""How much a field changes: `+4Gi` and `x2` for quantities, counts and durations."""

from __future__ import annotations

from typing import Any

from flyteplan.model import duration, quantity

SAME = "(same value)"
_QUANTITIES = ("resources.requests.", "resources.limits.", "resources.shm")
_DURATIONS = ("timeout.", "cache.max_age", "retries.backoff.base", "retries.backoff.cap")
# A union would be made anew for each value.
_NUMBERS = (int, float)
_NANO = 10**9
_DECIMAL_UNITS = {"E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3}


def magnitude(path: str, live: Any, desired: Any) -> tuple[str, str]:
    """The difference and the ratio, each "" where it would say nothing."""
    if (before := _amount(path, live)) is None or (after := _amount(path, desired)) is None:
        return "", ""
    if before == after:
        return SAME, ""
    sign = "+" if after > before else "-"
    return sign + _told(path, abs(after - before), (live, desired)), _ratio(before, after)


def _amount(path: str, value: Any) -> float | None:
    """Quantities and durations are texts: a number there, which only an edited plan has, is no amount of them."""
    if path.startswith(_QUANTITIES):
        # What is not requested counts as nothing in the totals; a limit that is not there is no limit at all.
        return 0 if value is None and path.startswith("resources.requests.") else _read(quantity.nano, value)
    if path.startswith(_DURATIONS):
        return _read(duration.parse, value)
    return value if isinstance(value, _NUMBERS) and not isinstance(value, bool) else None


def _read(reader: Any, value: Any) -> int | None:
    return reader(value) if isinstance(value, str) else None


def _told(path: str, amount: Any, values: tuple[Any, Any]) -> str:
    texts = [value for value in values if isinstance(value, str)]
    if not texts:
        return f"{amount:.12g}"
    if path.startswith(_DURATIONS):
        return duration.show(amount)
    if any(text.endswith("i") for text in texts):
        return quantity.show(amount, binary=True)
    units = {text[-1] for text in texts} & set(_DECIMAL_UNITS)
    return _in_decimal_units(amount) if units else quantity.show(amount, binary=False)


def _in_decimal_units(amount: int) -> str:
    for suffix, power in _DECIMAL_UNITS.items():
        if amount >= 10**power * _NANO:
            return f"{amount / (10**power * _NANO):.2f}".rstrip("0").rstrip(".") + suffix
    return quantity.show(amount, binary=False)


def _ratio(before: float, after: float) -> str:
    if before <= 0 or after <= 0:
        return ""
    ratio = after / before
    text = f"{ratio:.3g}" if 0.001 <= ratio < 100 else f"{ratio:.0f}"
    return "" if text in ("0", "1") else f"x{text}"
