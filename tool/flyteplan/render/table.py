"""Cells -> lines with aligned columns, and words -> lines that are not too long."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache

from flyteplan.render.style import Line, Span, columns, escaped, text_of

Cell = Span | Line
Row = Sequence[Cell]


def aligned(rows: Sequence[Row], *, gaps: Sequence[int], right: Collection[int] = ()) -> list[Line]:
    """One line a row. `gaps`: the blanks before each column; `right`: the columns that are aligned to their right.

    A column in which every cell is empty is left out, its gap too. No line ends in blanks.
    """
    sizes = [[_width(cell) for cell in row] for row in rows]
    widths = [max((size[index] for size in sizes), default=0) for index in range(len(gaps))]
    return [_line(row, size, widths, gaps, right) for row, size in zip(rows, sizes, strict=True)]


def _line(row: Row, sizes: Sequence[int], widths: Sequence[int], gaps: Sequence[int], right: Collection[int]) -> Line:
    spans: list[Span] = []
    blanks = 0
    for index, (cell, size, width) in enumerate(zip(row, sizes, widths, strict=True)):
        if not width:
            continue
        before, after = (width - size, 0) if index in right else (0, width - size)
        blanks += gaps[index] + before
        if size and blanks:
            spans.append(_blank(blanks))
            blanks = 0
        spans += (cell,) if isinstance(cell, Span) else cell
        blanks += after
    return trimmed(spans)


@cache
def _blank(width: int) -> Span:
    return Span(" " * width)


def _width(cell: Cell) -> int:
    return columns(cell.text) if isinstance(cell, Span) else length(cell)


def trimmed(spans: Iterable[Span]) -> Line:
    """Without empty spans, and without blanks at the end."""
    kept = [span for span in spans if span.text]
    while kept and kept[-1].text.isspace():
        kept.pop()
    return tuple(kept)


def length(line: Line) -> int:
    if len(line) == 1:
        return columns(line[0].text)
    return columns(text_of(line))


def widths(texts: Sequence[str]) -> list[int]:
    """The columns that each of *texts* takes."""
    return list(map(len, texts)) if "".join(texts).isascii() else list(map(columns, texts))


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
