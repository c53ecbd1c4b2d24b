"""The fields of one task as a table: path, old -> new, difference, ratio, and the place that wants it so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from operator import add, attrgetter
from typing import NamedTuple

from flyteplan.model.plan import Change, Loser
from flyteplan.render.fields import INDENT, MARK, Entries, Entry, entries_of, place, reason, shown_fields
from flyteplan.render.style import Line, Span, columns, safe, spans
from flyteplan.render.table import length, trimmed, widths
from flyteplan.render.values import UNSET, shortened, shortened_pair, shown

# Blanks before the old value, the place, the difference and the ratio.
_OLD_GAP, _SOURCE_GAP, _DIFFERENCE_GAP, _RATIO_GAP = 2, 3, 3, 2
# Blank, arrow, blank.
_BETWEEN = 4
# How a table may be fitted, the best first: with ratios, with long paths and with places on lines of their own.
_WAYS = (
    (True, False, False),
    (False, False, False),
    (True, True, False),
    (False, True, False),
    (True, False, True),
    (True, True, True),
)
_LEAST_VALUE = 12
_LONG_PATH = 34
_LOSER_VALUE = 24

_OVERRIDDEN, _COLLATERAL = attrgetter("overridden"), attrgetter("collateral")
# Many fields have the same texts.
_span = lru_cache(maxsize=4096)(Span)
_MARK, _INDENT, _BLANK, _ARROW = Span(MARK, "attention"), Span(INDENT), Span(" "), Span("->", "dim")


def field_lines(change: Change, width: int) -> list[Line]:
    fields = shown_fields(change)
    return _Table(entries_of(fields, change), change, width).lines() if fields else []


def entry_lines(entries: Sequence[Entry], change: Change, width: int) -> list[Line]:
    """The table of *entries*, which are of *change*; those that have one cause stand together."""
    return _Table(Entries(*zip(*entries, strict=True)), change, width).lines() if entries else []


class _Lost(NamedTuple):
    """A value that lost, the columns that it wants, and those that it takes: control characters take more."""

    span: Span
    wanted: int
    taken: int


class _Table:
    """The entries of one task fitted into a width. What does not fit goes without ratios, else without parts of its
    values and with long paths on lines of their own, else with places on such lines.

    Texts and their widths stand in columns, for to measure a column takes no longer than to measure two texts.
    """

    def __init__(self, entries: Entries, change: Change, width: int) -> None:
        self._entries, self._change, self._width = entries, change, width
        self._collateral = any(map(_COLLATERAL, entries.fields))
        self._paths = widths(entries.labels)
        self._path, self._source = max(self._paths), max(widths(entries.sources))
        self._measure()
        for ratios, breaking, below in _WAYS:
            self._long_path = _LONG_PATH if breaking else width
            self._tails = _tails(entries.differences, entries.ratios) if ratios else entries.differences
            room, reach = self._room(below=below), self._reach()
            least_new = max(min(self._new, _LEAST_VALUE), reach)
            if self._least_old + least_new <= room:
                break
        self._breaking = self._path > self._long_path
        self._limits = self._fitted(room, least_new, max(self._new, reach))

    def _measure(self) -> None:
        """Values with a difference are numbers, and never shortened; any other has to do with the least there is."""
        olds, news = widths(self._entries.olds), widths(self._entries.news)
        self._old, self._new = max(olds), max(news)
        whole = [(old, new) for old, new, by in zip(olds, news, self._entries.differences, strict=True) if by]
        self._least_old = max([min(self._old, _LEAST_VALUE), *[old for old, _ in whole]])
        self._number = max([new for _, new in whole], default=0)

    def _reach(self) -> int:
        """The columns that new values with difference and ratio take."""
        tail = max(map(len, self._tails))
        return self._number + _DIFFERENCE_GAP + tail if tail else 0

    def _room(self, *, below: bool) -> int:
        """The columns that are left for the values."""
        path = self._path
        if path > self._long_path:
            path = max([path for path in self._paths if path <= self._long_path], default=0)
        source = 0 if below else self._source
        gaps = (_OLD_GAP if path else 0) + (_SOURCE_GAP if source else 0)
        return self._width - len(INDENT) - path - source - gaps - _BETWEEN

    def _fitted(self, room: int, least_new: int, longest_new: int) -> tuple[int, int]:
        """The longest old and the longest new there may be; the shorter one gives its room to the other."""
        new = max(room // 2, least_new, room - self._old)
        old = max(self._least_old, room - min(new, longest_new))
        return old, max(least_new, room - min(old, self._old))

    def lines(self) -> list[Line]:
        sources = safe(self._entries.sources)
        rows, sizes = self._rows(sources), widths(sources)
        if not self._has_more() and not self._breaking and self._end + max(sizes) <= self._width:
            return rows
        lengths = [self._end + size if size else length(row) for row, size in zip(rows, sizes, strict=True)]
        return self._told(rows, lengths)

    def _has_more(self) -> bool:
        """Whether there is more to tell of any field than its row."""
        return self._collateral or any(map(_OVERRIDDEN, self._entries.fields))

    def _rows(self, sources: Sequence[str]) -> list[Line]:
        olds, news = self._shortened()
        marks = [self._marks()] if self._collateral else []
        heads, end = _heads(tuple(self._shown_labels()), tuple(widths(olds)), "" if marks else INDENT)
        rests, self._end = _rests(tuple(widths(news)), tuple(self._tails), end)
        values = map(_old, olds), repeat(_BLANK), repeat(_ARROW), repeat(_BLANK), map(_new, news)
        rows = list(zip(*marks, heads, *values, rests, spans(sources, "dim"), strict=False))
        return rows if all(sources) else [row if row[-1].text else _stripped(row[:-1]) for row in rows]

    def _shortened(self) -> tuple[Sequence[str], Sequence[str]]:
        olds, news = list(self._entries.olds), list(self._entries.news)
        old, new = self._limits
        for number, (left, right) in enumerate(zip(olds, news, strict=True)):
            if len(left) > old or len(right) > new:
                olds[number], news[number] = shortened_pair(left, right, self._limits)
        return safe(olds), safe(news)

    def _marks(self) -> list[Span]:
        pairs = zip(self._entries.fields, self._entries.labels, strict=True)
        return [_MARK if field.collateral and not self._breaks(label) else _INDENT for field, label in pairs]

    def _breaks(self, label: str) -> bool:
        return self._breaking and columns(label) > self._long_path

    def _shown_labels(self) -> Sequence[str]:
        labels = self._entries.labels
        return safe(["" if self._breaks(label) else label for label in labels] if self._breaking else labels)

    def _told(self, rows: Sequence[Line], lengths: Sequence[int]) -> list[Line]:
        fields, lines = self._entries.fields, list[Line]()
        losers = [list(map(_lost, field.overridden)) for field in fields]
        indent = self._losers_indent(losers, lengths)
        for number, (row, used) in enumerate(zip(rows, lengths, strict=True)):
            last = row
            if used > self._width or self._breaking:
                *whole, last = self._apart(number, row, used)
                lines += whole
            if losers[number]:
                lines += self._with_losers(losers[number], last, used if last is row else length(last), indent)
            else:
                lines.append(last)
            if fields[number].collateral:
                lines += self._cause(number)
        return lines

    def _apart(self, number: int, row: Line, used: int) -> list[Line]:
        """Long paths, and the places that the terminal would break in two, on lines of their own."""
        label, mark = self._entries.labels[number], _MARK if self._entries.fields[number].collateral else _INDENT
        lines = [(mark, Span(label))] if self._breaks(label) else []
        if used <= self._width or not self._entries.sources[number]:
            return [*lines, row]
        return [*lines, _stripped(row[:-1]), (_span(f"{INDENT}  "), row[-1])]

    def _with_losers(self, losers: Iterable[_Lost], line: Line, used: int, indent: int) -> list[Line]:
        """Behind the place where there is room, else all of them below each other. *line* has *used* columns."""
        lines: list[Line] = []
        for told in losers:
            if used + 1 + told.wanted <= self._width:
                line, used = (*line, _BLANK, told.span), used + 1 + told.taken
            else:
                lines.append(line)
                line, used = (_span(" " * indent), told.span), indent + told.taken
        return [*lines, line]

    def _losers_indent(self, losers: Sequence[Sequence[_Lost]], lengths: Sequence[int]) -> int:
        """Below the places, as far as the longest of those that stand there leaves room for that."""
        losing = [(lost, used) for lost, used in zip(losers, lengths, strict=True) if lost]
        if not losing:
            return len(INDENT)
        sizes = zip(lengths, widths(self._entries.sources), strict=True)
        ends = [used - size for used, size in sizes if used <= self._width]
        below = [size for lost, used in losing for size in self._below_line(lost, used)]
        return max(len(INDENT), min([self._width - max(below, default=0), *ends]))

    def _below_line(self, losers: Sequence[_Lost], used: int) -> Iterator[int]:
        """The columns of the losers that find no room on the line of their field, nor on that of one before."""
        for told in losers:
            used += 1 + told.wanted
            if used > self._width:
                used = self._width
                yield told.wanted

    def _cause(self, number: int) -> Iterator[Line]:
        """Below the last of the fields that have one cause."""
        fields = self._entries.fields
        cause = reason(fields[number], self._change)
        if number + 1 == len(fields) or reason(fields[number + 1], self._change) != cause:
            yield (Span(f"{INDENT}because {cause}", "attention"),)


# Tasks that are alike have their columns alike: what is made of these is made once.
_column = lru_cache(maxsize=512)


@_column
def _heads(labels: Sequence[str], olds: Sequence[int], indent: str) -> tuple[Sequence[Span], int]:
    """Labels, and the blanks before the old values, which are aligned to the right; and the columns up to the new."""
    paths, old = widths(labels), max(olds)
    end = max(paths) + (_OLD_GAP if old else 0) + old
    heads = [indent + label + " " * (end - path - old) for label, path, old in zip(labels, paths, olds, strict=True)]
    return tuple(spans(heads)), len(INDENT) + end + _BETWEEN


@_column
def _rests(news: Sequence[int], tails: Sequence[str], begin: int) -> tuple[Sequence[Span], int]:
    """Differences, ratios, and the blanks before the places; and the columns up to these.

    A new value, which is at column *begin*, may reach across differences and ratios where it has none.
    """
    number = max([size for size, tail in zip(news, tails, strict=True) if tail], default=0)
    tails = [
        " " * (number - size + _DIFFERENCE_GAP) + tail if tail else "" for size, tail in zip(news, tails, strict=True)
    ]
    ends = list(map(add, news, map(len, tails)))
    # Where nothing stands in a column there is no gap before it.
    end = max(ends) + _SOURCE_GAP if any(ends) else _SOURCE_GAP - 1
    return tuple(spans([tail + " " * (end - used) for tail, used in zip(tails, ends, strict=True)])), begin + end


@_column
def _tails(differences: Sequence[str], ratios: Sequence[str]) -> list[str]:
    """Differences and ratios in two columns."""
    size = max(map(len, differences)) + _RATIO_GAP
    return [f"{by:<{size}}{ratio}" if ratio else by for by, ratio in zip(differences, ratios, strict=True)]


def _stripped(line: Line) -> Line:
    """Without the blanks that would stand before a place."""
    return trimmed((*line[:-1], Span(line[-1].text.rstrip())))


def _lost(loser: Loser) -> _Lost:
    told = f"(over {place(loser.position)}: {shortened(shown(loser.value), _LOSER_VALUE)})"
    span, wanted = Span(told, "dim"), columns(told)
    return _Lost(span, wanted, wanted if span.text is told else columns(span.text))


@lru_cache(maxsize=4096)
def _old(text: str) -> Span:
    return Span(text, "dim" if text == UNSET else "remove")


@lru_cache(maxsize=4096)
def _new(text: str) -> Span:
    return Span(text, "dim" if text == UNSET else "add")
