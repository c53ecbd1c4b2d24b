"""Which process an item belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from flyteplan.model.sharing import share_of

_Item = TypeVar("_Item")
_Part = TypeVar("_Part")


def share(items: Iterable[_Item], name: Callable[[_Item], str], number: int, jobs: int) -> Iterator[_Item]:
    """The items of process *number*."""
    return (one for one in items if share_of(name(one), jobs) == number)


def shares(items: Iterable[_Item], name: Callable[[_Item], str], jobs: int) -> list[list[_Item]]:
    """Those of each process."""
    found: list[list[_Item]] = [[] for _ in range(jobs)]
    for one in items:
        found[share_of(name(one), jobs)].append(one)
    return found


def in_batches(
    work: Callable[[Iterable[_Item]], _Part], items: Iterable[_Item], name: Callable[[_Item], str], size: int
) -> list[_Part]:
    """What *work* makes of *items*, about *size* at a time. Those of one name follow each other, and stay together."""
    parts: list[_Part] = []
    batch: list[_Item] = []
    for one in items:
        if len(batch) >= size and name(one) != name(batch[-1]):
            parts.append(work(batch))
            batch = []
        batch.append(one)
    return [*parts, work(batch)]
