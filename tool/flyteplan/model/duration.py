"""Durations: `90`, `90s`, `1h30m`, `7d`, `1.5s`, held as whole nanoseconds."""

from __future__ import annotations

import re
from functools import lru_cache

SECOND = 10**9
# google.protobuf.Duration: at most 315,576,000,000 seconds either way.
MAXIMUM = 315_576_000_000 * SECOND
_UNITS = {
    "d": 86_400 * SECOND,
    "h": 3_600 * SECOND,
    "m": 60 * SECOND,
    "s": SECOND,
    "ms": 10**6,
    "us": 10**3,
    "ns": 1,
}
# No text in range is as long as the digits are bounded here; without a bound, int() itself refuses thousands of them.
_NUMBER = re.compile(r"[0-9]{1,30}")
_PART = re.compile(r"([0-9]{1,30})(?:\.([0-9]{1,9}))?(d|h|ms|us|ns|m|s)")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")


@lru_cache(maxsize=4096)
def parse(value: str | int) -> int | None:
    """Nanoseconds; a bare whole number is seconds; None when *value* is no duration or out of range."""
    amount = _amount(value)
    return amount if amount is not None and 0 <= amount <= MAXIMUM else None


def is_too_long(value: str | int) -> bool:
    """Whether *value* is a duration, and one that nothing can hold."""
    amount = _amount(value)
    return amount is not None and amount > MAXIMUM


def _amount(value: str | int) -> int | None:
    if isinstance(value, int):
        return value * SECOND
    if _NUMBER.fullmatch(value):
        return int(value) * SECOND
    if _WHOLE.fullmatch(value):
        return sum(_part(*part) for part in _PART.findall(value))
    return None


def _part(whole: str, fraction: str, unit: str) -> int:
    return int(whole + fraction) * _UNITS[unit] // int(10 ** len(fraction))


def show(nanoseconds: int) -> str:
    """The shortest exact text: `1h30m`, `7d`, `1.5s`, `0s`."""
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    text = ""
    for unit in ("d", "h", "m"):
        count, rest = divmod(rest, _UNITS[unit])
        text += f"{count}{unit}" if count else ""
    if rest or not text:
        seconds, nanos = divmod(rest, SECOND)
        text += f"{seconds}.{nanos:09d}".rstrip("0").rstrip(".") + "s"
    return sign + text
