"""The nearest of what there is, for "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable

_SHOWN = 8


def nearest(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """The names that *word* may have meant, best first."""
    from difflib import get_close_matches

    names = {name.lower(): name for name in sorted(known)}
    return [names[found] for found in get_close_matches(word.lower(), names, limit, 0.6)]


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """A hint: the nearest names, or *otherwise* and a few of all there are."""
    names = sorted(known)
    found = nearest(word, names)
    if found:
        return f"did you mean {' or '.join(found)}?"
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{otherwise} {', '.join(names[:_SHOWN]) or 'none'}{rest}"
