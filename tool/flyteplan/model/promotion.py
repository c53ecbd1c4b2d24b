"""How the desired states of two targets differ: what promoting from the one to the other would have to bring along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flyteplan.errors import Position
from flyteplan.model.plan import Change, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One field that two targets want otherwise, and the lines that say so. None: the spec lacks it.

    Values are as in a plan, with stand-ins for what is sensitive.
    """

    path: str
    left: Any
    right: Any
    left_set_by: Position | None = None
    right_set_by: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One task, or one run of it, in both targets; None where a target does not have it.

    Not `known`: the version of one of them is, and that of the other is not, so that nothing can be compared.
    """

    left: Change | None
    right: Change | None
    contrasts: tuple[Contrast, ...] = ()
    known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """Two plans, and all that they have in common or not, sorted by name."""

    left: Plan
    right: Plan
    pairs: tuple[Pair, ...]
