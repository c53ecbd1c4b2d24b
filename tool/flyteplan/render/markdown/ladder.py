"""What is told step by step with less, until it fits; no more of it is made than there is room for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Generic, NamedTuple, TypeVar

from flyteplan.record import dataclass
from flyteplan.render.style import Line, text_of

_Of = TypeVar("_Of")
_One = TypeVar("_One")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[_Of]):
    """`lines` gives the part at a step, the same where it does not change; `steps` are those at which it may."""

    lines: Callable[[_Of, int], Iterable[str]]
    steps: Sequence[int] = ()

    def level(self, step: int) -> int:
        """The first step at which it is as it is at *step*."""
        return max([one for one in self.steps if one <= step], default=0)


class _Made(NamedTuple):
    """`is_whole`: nothing is missing; else it has no room anywhere, and is there for its size alone."""

    text: str
    is_whole: bool


class Ladder(Generic[_Of]):
    """The body of a comment at each step: its *parts* one below the other. Each is made once for all steps that do not
    change it, and only as far as *room*, in characters, goes.
    """

    def __init__(self, of: _Of, parts: Sequence[Part[_Of]], room: int) -> None:
        self._of, self._parts, self._room = of, parts, room
        self._known: dict[tuple[int, int], _Made] = {}

    def body(self, step: int) -> str:
        """All of it, or else more than there is room for."""
        made = (self._made(number, part.level(step)) for number, part in enumerate(self._parts))
        return "\n\n".join([one.text for one in made if one.text])

    def differs(self, step: int) -> bool:
        """Whether *step* takes anything away that the one before has."""
        return any(
            self._are_others(number, part.level(step - 1), part.level(step)) for number, part in enumerate(self._parts)
        )

    def _are_others(self, number: int, before: int, level: int) -> bool:
        if before == level:
            return False
        one, other = self._made(number, before), self._made(number, level)
        if one.text != other.text:
            return True
        if one.is_whole and other.is_whole:
            return False
        lines = self._parts[number].lines
        return any(left != right for left, right in zip_longest(lines(self._of, before), lines(self._of, level)))

    def _made(self, number: int, level: int) -> _Made:
        key = number, level
        if key not in self._known:
            self._known[key] = _made(self._parts[number].lines(self._of, level), self._room)
        return self._known[key]


def _made(lines: Iterable[str], room: int) -> _Made:
    found, more = within(lines, room, len)
    return _Made("\n".join(found), is_whole=not more)


def styled_within(lines: Iterable[Line], room: int) -> list[Line]:
    """As many of *lines* as there is room for, and one more where that is not all."""
    return within(lines, room, lambda line: len(text_of(line)))[0]


def within(lines: Iterable[_One], room: int, length: Callable[[_One], int]) -> tuple[list[_One], bool]:
    """As many of *lines* as there is room for, and one more where that is not all; and whether there may be more."""
    found, used = list[_One](), -1
    for line in lines:
        found.append(line)
        used += 1 + length(line)
        if used > room:
            return found, True
    return found, False
