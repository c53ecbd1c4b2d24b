"""What every row is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tests.bench.data.ground import Ground
from tests.bench.measuring import Compared, Finding, Take, in_turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """`many` and `some` manifests, so many versions to apply, and so many pairs. `cores` are those of the machine."""

    ground: Ground
    many: int
    some: int
    applied: int
    pairs: int
    cores: int

    def compared(
        self,
        row: int,
        what: str,
        against: str,
        ours: Take,
        theirs: Take,
        *,
        goal: float | None,
        unit: str = "s",
        times: int = 1,
    ) -> Compared:
        """With `times` as many pairs: what takes no time is measured more often."""
        pairs = in_turn(ours, theirs, self.pairs * times)
        return Compared(row=row, what=what, against=against, pairs=pairs, goal=goal, unit=unit)


Row: TypeAlias = Callable[[Setting], Iterator[Finding]]
