"""Plain values as msgpack: keys sorted, so that the same values give the same bytes."""

from __future__ import annotations

from typing import Any

from flyteplan.inputs.mismatch import out_of_range


def packed(value: Any, at: str) -> bytes:
    import msgpack

    _check_numbers(value, at)
    made: bytes = msgpack.packb(_sorted(value))
    return made


def _check_numbers(value: Any, at: str) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _check_numbers(item, f"{at}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_numbers(item, f"{at}[{index}]")
    elif isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise out_of_range(at, "an int of 64 bits", value)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
