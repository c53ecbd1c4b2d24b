"""Kubernetes quantities: `500m`, `1.5`, `4Gi`, `1e3`, compared by value."""

from __future__ import annotations

import re
from functools import lru_cache

# apimachinery's resource.Quantity: a signed decimal, then a binary suffix, a decimal one, or an exponent.
_PATTERN = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:(?P<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?P<exponent>[+-]?[0-9]{1,3}))?"
)
_BINARY = {f"{letter}i": 1024**power for power, letter in enumerate("KMGTPE", 1)}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_NANO = 10**9
# Longer than any amount that means something, and shorter than what int() refuses.
_LONGEST = 100


@lru_cache(maxsize=4096)
def nano(text: str) -> int | None:
    """*text* in billionths, rounded up as the API server rounds; None when it is no quantity."""
    match = _PATTERN.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    scaled, scale = _scaled(match)
    return -(-scaled // scale)


def _scaled(match: re.Match[str]) -> tuple[int, int]:
    whole, _, fraction = match["number"].partition(".")
    value, divisor = int(whole + fraction) if whole + fraction not in ("+", "-") else 0, 10 ** len(fraction)
    value *= _NANO
    suffix = match["suffix"] or ""
    if suffix in _BINARY:
        return value * _BINARY[suffix], divisor
    power = _DECIMAL.get(suffix, 0) or int(match["exponent"] or 0)
    return (value * 10**power, divisor) if power >= 0 else (value, divisor * 10**-power)


@lru_cache(maxsize=4096)
def same(left: str, right: str) -> bool:
    """Equal by value; texts that are no quantities are equal when they are the same text."""
    if left == right:
        return True
    amount = nano(left)
    return amount is not None and amount == nano(right)


@lru_cache(maxsize=4096)
def is_above(one: str, other: str) -> bool:
    """Whether both are quantities, and *one* is more."""
    more, less = nano(one), nano(other)
    return more is not None and less is not None and more > less


def has_unit(text: str) -> bool:
    return not text.lstrip("+-").replace(".", "", 1).isdigit()


def exact(amount: int, *, binary: bool) -> str:
    """*amount* billionths without loss, as Kubernetes would write it: `6Gi`, `1500m`, `3`."""
    if binary and amount and amount % _NANO == 0:
        units = [(suffix, factor * _NANO) for suffix, factor in reversed(_BINARY.items())]
        return next((f"{amount // unit}{suffix}" for suffix, unit in units if amount % unit == 0), str(amount // _NANO))
    for suffix, unit in (("", _NANO), ("m", _NANO // 10**3), ("u", _NANO // 10**6)):
        if amount % unit == 0:
            return f"{amount // unit}{suffix}"
    return f"{amount}n"


def show(amount: int, *, binary: bool) -> str:
    """*amount* billionths in the largest unit that keeps it short: `1.5Gi`, `250m`, `3`."""
    if binary:
        return _show_binary(amount)
    if 0 < abs(amount) < _NANO and amount % 1_000_000 == 0:
        return f"{amount // 1_000_000}m"
    return _decimal(amount, _NANO)


def _show_binary(amount: int) -> str:
    for suffix, factor in reversed(_BINARY.items()):
        if abs(amount) >= factor * _NANO:
            return _decimal(amount, factor * _NANO) + suffix
    return _decimal(amount, _NANO)


def _decimal(value: int, divisor: int) -> str:
    sign, value = ("-", -value) if value < 0 else ("", value)
    hundredths = (value * 100 + divisor // 2) // divisor
    return sign + f"{hundredths // 100}.{hundredths % 100:02d}".rstrip("0").rstrip(".")
