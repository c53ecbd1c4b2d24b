"""Values that there are many thousands of: how they are made, and how they go from one process to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, TypeVar

_Tuple = TypeVar("_Tuple", bound=tuple[Any, ...])


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


def made_of(kind: type[_Tuple]) -> Callable[[Iterable[Any]], _Tuple]:
    """What makes a named tuple of a plain one, in half the time of its `_make`: in C from end to end."""
    return partial(tuple.__new__, kind)
