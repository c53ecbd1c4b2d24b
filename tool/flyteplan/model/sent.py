"""Values that there are many thousands of: how they are made, and how they go from one process to another."""

from __future__ import annotations

from functools import cache
from typing import Any


class Sent:
    """A frozen, slotted dataclass that is pickled by the values of its fields alone, several times as fast."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        kind: Any = type(self)
        return _received, (kind, *[getattr(self, name) for name in kind.__slots__])


def _received(kind: Any, *values: Any) -> Any:
    new = object.__new__(kind)
    for put, value in zip(puts(kind), values, strict=True):
        put(new, value)
    return new


@cache
def puts(kind: Any) -> tuple[Any, ...]:
    """What sets the fields of a frozen, slotted dataclass while it is made, in half the time of its constructor."""
    return tuple(getattr(kind, name).__set__ for name in kind.__slots__)
