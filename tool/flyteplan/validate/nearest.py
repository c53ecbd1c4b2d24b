"""Did you mean: the known words that are closest to an unknown one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The closest known word, "" when none is close."""
    import difflib

    by_folded = {name.casefold(): name for name in known}
    folded = word.casefold()
    close = difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else _beginning(folded, by_folded)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint, "" when no known word is close."""
    name = nearest(word, known)
    return f"did you mean {name}?" if name else ""


def _beginning(word: str, by_folded: dict[str, str]) -> str:
    """`env` for `env_vars`, `mem` for `memory`: the one known word that begins so."""
    names = [name for folded, name in by_folded.items() if len(word) > 2 and folded.startswith(word)]
    return names[0] if len(names) == 1 else ""
