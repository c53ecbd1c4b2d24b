"""How alike a word and each of many names can be at most, found for all of the names at once.

difflib takes long for each pair. What it finds in both are letters in one order, and so never more than the longest
such row of letters that both have. Numbers as wide as all names together tell the length of that: this is Hyyrö's
algorithm for the longest common subsequence, with a lane of bits for each name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TypeAlias

# What the counter of a lane, which is one byte, can count.
_LONGEST = 255
# Some of the names, for whom wants to go through them.
_Names: TypeAlias = "Callable[[], Iterable[str]]"


def ratio(common: int, letters: int) -> float:
    """As difflib has it: how much of the *letters* that two words have together they have in *common*, twice."""
    return 2.0 * common / letters if letters else 1.0


class Alike:
    """Names that are compared with one word after the other."""

    def __init__(self, names: Iterable[str]) -> None:
        by_length: dict[int, list[str]] = {}
        for name in sorted(names):
            by_length.setdefault(len(name), []).append(name)
        self._lanes = [_Lanes(several) for several in by_length.values()]

    def to(self, word: str, least: float) -> Iterator[tuple[float, str]]:
        """The names whose ratio to *word* may be *least* or more, with what it is at most: the greatest first.

        Names of a length that is too far from the word's are looked at last, for whom goes on so far.
        """
        waiting = sorted(self._lanes, key=lambda lanes: lanes.most(word))
        found: dict[float, list[_Names]] = {}
        while True:
            while waiting and waiting[-1].most(word) >= max(found, default=least):
                for most, names in waiting.pop().ratios(word, least):
                    found.setdefault(most, []).append(names)
            if not found:
                return
            most = max(found)
            yield from ((most, name) for name in sorted(chain(*(names() for names in found.pop(most))), reverse=True))


class _Lanes:
    """Names of one length, side by side: a lane has a bit a letter, the last one on top, and above that its counter."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names, self.length = names, len(names[0])
        self._masks = _masks(names if self.length <= _LONGEST else ())
        letters = sum(here for here, _ in self._masks.values())
        # What the lanes are after each letter of the last word: words that follow each other often begin alike.
        self._word, self._rows = "", [letters]

    def most(self, word: str) -> float:
        return ratio(min(len(word), self.length), len(word) + self.length)

    def ratios(self, word: str, least: float) -> Iterator[tuple[float, _Names]]:
        """What names can have for a ratio to *word*, from the greatest down to *least*, and which of them."""
        if self.length > _LONGEST:
            yield self.most(word), lambda: self.names
            return
        common = self._common(word)
        for count in range(min(len(word), self.length), -1, -1):
            most = ratio(count, len(word) + self.length)
            if most < least:
                return
            if count in common:
                yield most, partial(self._having, common, count)

    def _having(self, common: bytes, count: int) -> Iterator[str]:
        place = common.find(count)
        while place >= 0:
            yield self.names[place]
            place = common.find(count, place + 1)

    def _common(self, word: str) -> bytes:
        """How many letters each name has in common with *word* in one order, at most."""
        shared = _alike_from_the_start(word, self._word)
        del self._rows[shared + 1 :]
        for letter in word[shared:]:
            self._rows.append(self._after(self._rows[-1], letter))
        self._word, width = word, _width(self.length)
        return self._rows[-1].to_bytes(width * len(self.names), "little")[width - 1 :: width]

    def _after(self, row: int, letter: str) -> int:
        if (mask := self._masks.get(_key(letter))) is None:
            return row
        here, elsewhere = mask
        return (row + (row & here)) | (row & elsewhere)


def _masks(names: Sequence[str]) -> dict[int, tuple[int, int]]:
    """Of each letter where it stands in the lanes of *names*, and where others do."""
    width = _width(len(names[0])) if names else 0
    places: dict[int, bytearray] = defaultdict(partial(bytearray, width * len(names)))
    for number, name in enumerate(names, 1):
        for bit, letter in enumerate(name, 8 * (width * number - 1) - len(name)):
            places[_key(letter)][bit >> 3] |= 1 << (bit & 7)
    masks = {key: int.from_bytes(mask, "little") for key, mask in places.items()}
    letters = sum(masks.values())
    return {key: (mask, letters ^ mask) for key, mask in masks.items()}


def _alike_from_the_start(one: str, other: str) -> int:
    """How many letters."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))


def _width(length: int) -> int:
    """The bytes of a lane."""
    return (length + 7) // 8 + 1


def _key(letter: str) -> int:
    """Letters beyond ASCII share it with others, so that masks are few: what is common may be overstated by that."""
    return ord(letter) & 127
