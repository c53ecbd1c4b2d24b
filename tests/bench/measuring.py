"""Two things measured in turn, and what that comes to: a ratio, held to its goal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

# Does the work once, and tells what it took.
Take: TypeAlias = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Pair:
    """Both sides, one right after the other: a machine that slows down slows both."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """*what* took so many times what *against* took. Without a goal it is only shown."""

    row: int
    what: str
    against: str
    pairs: tuple[Pair, ...]
    goal: float | None = None
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """The median of the ratios of all pairs."""
        return median(pair.ratio for pair in self.pairs)

    @property
    def spread(self) -> tuple[float, float]:
        ratios = [pair.ratio for pair in self.pairs]
        return min(ratios), max(ratios)

    @property
    def missed(self) -> bool:
        return self.goal is not None and self.ratio > self.goal


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Calls by their method. With `exact`, more and fewer are both wrong; else all together may not be more."""

    row: int
    what: str
    found: Mapping[str, int]
    budget: Mapping[str, int]
    exact: bool = True

    @property
    def missed(self) -> bool:
        if self.exact:
            return dict(self.found) != dict(self.budget)
        return sum(self.found.values()) > sum(self.budget.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeasured:
    """Why there is nothing to say here; that is no miss."""

    row: int
    what: str
    why: str
    missed: bool = False


Finding: TypeAlias = Compared | Counted | NotMeasured


def in_turn(ours: Take, theirs: Take, pairs: int) -> tuple[Pair, ...]:
    """A B, B A, A B, ...: neither is always the one that finds the machine warm."""
    found = []
    for number in range(pairs):
        if number % 2:
            second = theirs()
            found.append(Pair(ours(), second))
        else:
            first = ours()
            found.append(Pair(first, theirs()))
    return tuple(found)
