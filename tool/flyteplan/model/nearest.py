"""The nearest of what there is, for "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable

_SHOWN = 8
_SHORTEST_BEGINNING = 3


def nearest(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """The names that *word* may have meant, best first; a name that alone begins with it counts as one."""
    from difflib import get_close_matches

    names = {name.casefold(): name for name in sorted(known)}
    folded = word.casefold()
    close = get_close_matches(folded, names, limit, 0.6) or _beginning(folded, names)
    return [names[found] for found in close]


def _beginning(word: str, names: Iterable[str]) -> list[str]:
    """`env` for `env_vars`, `mem` for `memory`."""
    found = [name for name in names if len(word) >= _SHORTEST_BEGINNING and name.startswith(word)]
    return found if len(found) == 1 else []


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "", limit: int = 3) -> str:
    """A hint: the nearest names, else *otherwise* and a few of all there are, or nothing without an *otherwise*."""
    names = sorted(known)
    found = nearest(word, names, limit)
    if found:
        return f"did you mean {' or '.join(found)}?"
    if not otherwise:
        return ""
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{otherwise} {', '.join(names[:_SHOWN]) or 'none'}{rest}"
