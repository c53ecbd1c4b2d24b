"""The nearest names are those that difflib finds, whatever is left out of the comparison."""

from __future__ import annotations

import random
from collections.abc import Callable
from difflib import get_close_matches

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyteplan.model.alike import Alike, ratio
from flyteplan.model.nearest import Names

# Few letters, so that many are alike; with some that are folded, and some that are equal in their last seven bits.
few = st.text("aAbß._1ńé", max_size=12)
long = st.builds(lambda text, times, end: text * times + end, st.text("abc_", max_size=9), st.integers(1, 60), few)
names = st.one_of(few, st.text("abcdefghij_.0123456789", max_size=30), st.text(max_size=6), long)


def by_difflib(word: str, known: list[str], limit: int) -> list[str]:
    by_folded = {name.casefold(): name for name in sorted(known)}
    return [by_folded[found] for found in get_close_matches(word.casefold(), by_folded, limit, 0.6)]


@given(st.lists(names, max_size=40), st.lists(names, min_size=1, max_size=6), st.integers(1, 4))
def test_the_nearest_are_those_of_difflib(known: list[str], words: list[str], limit: int) -> None:
    """Of one word after the other, for what is kept between them changes nothing."""
    prepared = Names(known)
    for word in words:
        expected = by_difflib(word, known, limit)
        found = prepared.nearest(word, limit)
        assert found == expected or (not expected and _only_begins(word, found))


def _only_begins(word: str, found: list[str]) -> bool:
    return len(found) == 1 and found[0].casefold().startswith(word.casefold())


@given(st.lists(few, max_size=20, unique=True), few)
def test_all_that_may_be_alike_come_once_the_greatest_first(known: list[str], word: str) -> None:
    found = list(Alike(known).to(word, 0.0))
    assert sorted(name for _, name in found) == sorted(known)
    assert found == sorted(found, reverse=True)
    assert all(ratio(_common(word, name), len(word) + len(name)) <= most for most, name in found)


def _common(one: str, other: str) -> int:
    """The longest common subsequence, as it is defined."""
    if not one or not other:
        return 0
    if one[-1] == other[-1]:
        return _common(one[:-1], other[:-1]) + 1
    return max(_common(one[:-1], other), _common(one, other[:-1]))


def counted(draw: random.Random) -> str:
    return f"team{draw.randrange(50):02}.task_{draw.randrange(10_000):04}"


def worded(draw: random.Random) -> str:
    words = ("orders", "users", "extract", "load", "embed", "train", "score", "clean")
    return f"{draw.choice(words)}.{draw.choice(words)}_{draw.choice(words)}_{draw.randrange(999)}"


def hashed(draw: random.Random) -> str:
    return f"{draw.getrandbits(64):016x}"


@pytest.mark.parametrize("make", [counted, worded, hashed])
def test_so_they_are_among_thousands(make: Callable[[random.Random], str]) -> None:
    draw = random.Random(1)
    known = sorted({make(draw) for _ in range(2_000)})
    prepared = Names(known)
    for _ in range(12):
        word = make(draw).replace("task", "job")
        assert prepared.nearest(word) == by_difflib(word, known, 3)
