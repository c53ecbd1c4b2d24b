"""What moved in the lock."""

from __future__ import annotations

from collections.abc import Sequence

from flyteplan.model.lock import Move, Stanza
from flyteplan.render.style import Line, Span
from flyteplan.render.table import aligned

_WORDS = ("locked", "moved", "removed")


def moved(moves: Sequence[Move], count: int) -> list[Line]:
    """A line for each stanza that is not what it was, and how many there are of each kind; *count* stanzas in all."""
    kinds = [_kind(move) for move in moves]
    rows = [
        (Span(f"{sign} {move.task.name}", style), Span(_versions(move)))
        for move, (sign, style, _) in zip(moves, kinds, strict=True)
    ]
    words = [word for _, _, word in kinds]
    told = [f"{words.count(word)} {word}" for word in _WORDS if words.count(word)]
    unchanged = count - words.count("locked") - words.count("moved")
    return [*aligned(rows, gaps=(0, 2)), (Span(f"Lock: {', '.join([*told, f'{unchanged} unchanged'])}.", "bold"),)]


def held(count: int) -> list[Line]:
    what = "1 task holds" if count == 1 else f"all {count} tasks hold"
    return [(Span(f"Lock: {what}." if count else "Lock: no task has to be locked.", "bold"),)]


def _kind(move: Move) -> tuple[str, str, str]:
    """Sign, style and word."""
    if move.before is None:
        return "+", "add", "locked"
    return ("-", "remove", "removed") if move.after is None else ("~", "change", "moved")


def _versions(move: Move) -> str:
    if move.before is None or move.after is None:
        return _all(move.before or move.after)
    before, after = _all(move.before), _all(move.after)
    return f"{before} -> {after}" if before != after else f"{after}, its spec changed"


def _all(stanza: Stanza | None) -> str:
    return ", ".join(stanza.digests) if stanza else ""
