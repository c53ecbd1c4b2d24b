"""Patterns of which it is plain what they mean, to texts of which it is plain what they have in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

# Patterns of these characters, without these marks, mean the same in all languages to a text in printable ASCII.
_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789^$()[]{}*+?.|-/:_")
_MARKS = ("(?", "*+", "++", "?+", "}+", "[]", "[^]", "--")


def is_plain(text: str) -> bool:
    """Languages do not agree on what else is a space, a digit or the end of a line."""
    return text.isascii() and text.isprintable()


@cache
def search(pattern: str) -> Callable[[str], object]:
    """Finds it in a plain text. Raises KeyError for a pattern that may mean something else to others."""
    if not _is_common(pattern.replace(r"\S", "S").replace(r"\.", ".")):
        raise KeyError(pattern)
    try:
        return re.compile(pattern, re.ASCII).search
    except re.error:
        raise KeyError(pattern) from None


def _is_common(pattern: str) -> bool:
    sets = pattern.split("[")[1:]  # each of them ends before another one begins
    known = _CHARACTERS.issuperset(pattern) and not any(mark in pattern for mark in _MARKS)
    return known and all("]" in one for one in sets)


def matches(pattern: str, name: str) -> bool:
    """Raises KeyError where that is not plain."""
    if not is_plain(name):
        raise KeyError(name)
    return bool(search(pattern)(name))
