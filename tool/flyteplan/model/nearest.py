"""The nearest of what there is, for "did you mean"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

from flyteplan.model.alike import Alike
from flyteplan.model.listed import listed

_SHOWN = 8
_ALIKE = 0.6
_SHORTEST_BEGINNING = 3


class Names:
    """All names that there are. What it takes to compare them is made once, whatever number of words is asked for."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(names)
        self._by_folded = {name.casefold(): name for name in self._names}
        self._folded = sorted(self._by_folded)
        self._alike = Alike(self._folded)

    def nearest(self, word: str, limit: int = 3) -> list[str]:
        """The names that *word* may have meant, best first; a name that alone begins with it counts as one."""
        folded = word.casefold()
        close = self._close(folded, limit) or self._beginning(folded)
        return [self._by_folded[found] for found in close]

    def did_you_mean(self, word: str, otherwise: str = "", limit: int = 3) -> str:
        """A hint: the nearest names, else *otherwise* and a few of all there are, or nothing without an *otherwise*."""
        found = self.nearest(word, limit)
        if found:
            return f"did you mean {' or '.join(found)}?"
        return f"{otherwise} {listed(self._names, _SHOWN) or 'none'}" if otherwise else ""

    def _close(self, word: str, limit: int) -> list[str]:
        """As `difflib.get_close_matches`, which compares all there are: here only those that can be among the best."""
        from difflib import SequenceMatcher

        matcher = SequenceMatcher()
        matcher.set_seq2(word)
        best: list[tuple[float, str]] = []
        for most, name in self._alike.to(word, _ALIKE):
            if len(best) == limit and (most, name) < best[-1]:
                break
            matcher.set_seq1(name)
            best = sorted([*best, (matcher.ratio(), name)], reverse=True)[:limit]
        return [name for ratio, name in best if ratio >= _ALIKE]

    def _beginning(self, word: str) -> list[str]:
        """`env` for `env_vars`, `mem` for `memory`."""
        first = bisect_left(self._folded, word)
        found = [name for name in self._folded[first : first + 2] if name.startswith(word)]
        return found if len(word) >= _SHORTEST_BEGINNING and len(found) == 1 else []


@lru_cache(maxsize=16)
def _prepared(names: tuple[str, ...]) -> Names:
    """What is misspelt many times is mostly looked for among the same names: keys, inputs, versions."""
    return Names(names)


def nearest(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """As `Names.nearest`."""
    return _prepared(tuple(known)).nearest(word, limit)


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "", limit: int = 3) -> str:
    """As `Names.did_you_mean`."""
    return _prepared(tuple(known)).did_you_mean(word, otherwise, limit)
