"""Cells -> lines with aligned columns, and words -> lines that are not too long."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from flyteplan.render.style import Line, Span, columns, escaped, text_of

Cell = Span | Line
Row = Sequence[Cell]


def aligned(rows: Sequence[Row], *, gaps: Sequence[int], right: Collection[int] = ()) -> list[Line]:
    """One line a row. `gaps`: the blanks before each column; `right`: the columns that are aligned to their right.

    A column in which every cell is empty is left out, its gap too. No line ends in blanks.
    """
    widths = [max((_width(row[index]) for row in rows), default=0) for index in range(len(gaps))]
    return [trimmed(_cells(row, widths, gaps, right)) for row in rows]


def _cells(row: Row, widths: Sequence[int], gaps: Sequence[int], right: Collection[int]) -> Iterator[Span]:
    for index, (cell, width) in enumerate(zip(row, widths, strict=True)):
        if not width:
            continue
        padding = " " * (width - _width(cell))
        before, after = (padding, "") if index in right else ("", padding)
        yield Span(" " * gaps[index] + before)
        yield from _spans(cell)
        yield Span(after)


def _spans(cell: Cell) -> Line:
    return (cell,) if isinstance(cell, Span) else cell


def _width(cell: Cell) -> int:
    return length(_spans(cell))


def trimmed(spans: Iterable[Span]) -> Line:
    """Without empty spans, and without blanks at the end."""
    kept = [span for span in spans if span.text]
    while kept and not kept[-1].text.strip():
        kept.pop()
    return tuple(kept)


def length(line: Line) -> int:
    return columns(text_of(line))


def wrapped(words: Iterable[str], width: int, separator: str = " ") -> list[str]:
    """*words* in lines of at most *width* columns; a word that is longer has a line of its own."""
    lines = [""]
    for word in map(escaped, words):
        longer = f"{lines[-1]}{separator}{word}" if lines[-1] else word
        if lines[-1] and columns(longer) > width:
            lines[-1] += separator.rstrip()
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
