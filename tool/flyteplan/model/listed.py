"""Lists that are cut where they are long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

_Item = TypeVar("_Item")


def cut(items: Sequence[_Item], most: int) -> tuple[Sequence[_Item], int]:
    """The first *most* of them, and how many are left out: never one, for that takes the room of saying so."""
    left = len(items) - most
    return (items[:most], left) if left > 1 else (items, 0)


def listed(names: Sequence[str], most: int) -> str:
    """`a, b and 7 more`."""
    shown, left = cut(names, most)
    return f"{', '.join(shown)} and {left} more" if left else ", ".join(shown)
