"""The fields of one task as a table: path, old -> new, difference, ratio, and the place that wants it so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flyteplan.errors import Position
from flyteplan.model.plan import Change, Field, Loser
from flyteplan.render.magnitude import magnitude
from flyteplan.render.style import Line, Span, columns
from flyteplan.render.table import Cell, aligned, length, trimmed, wrapped
from flyteplan.render.values import UNSET, pair, shortened, shortened_pair, shown

MARK = "  ! "
INDENT = " " * len(MARK)
# Blanks before: mark, path, old, arrow, all from new to ratio, source; and before new, difference, ratio.
_GAPS = (0, 0, 2, 1, 1, 3)
_NEW_GAPS = (0, 3, 2)
_OLD = 2
_ARROW = "->"
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
# What nobody writes into a manifest, but the SDK derives from what they write.
_POOL = {"custom.version": "reuse pool key", "custom.spec.container_image": "reuse pool image"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One field as it is shown: its texts in full, before they are fitted into the columns."""

    field: Field
    label: str
    old: str
    new: str
    difference: str
    ratio: str
    source: str


def shown_fields(change: Change) -> tuple[Field, ...]:
    """What applying the change does to live: the task's own fields, then the collateral ones, by cause."""
    changing = [field for field in change.fields if field.changes]
    causes = list(dict.fromkeys(reason(field, change) for field in changing if field.collateral))
    own = [field for field in changing if not field.collateral]
    rest = [field for cause in causes for field in changing if field.collateral and reason(field, change) == cause]
    return (*own, *rest)


def reason(field: Field, change: Change) -> str:
    """Why a field changes though nobody wrote it."""
    if field.path in _POOL and field.set_by is None:
        return "the reuse pool is keyed on what changed: runs go to new warm containers"
    if change.strategy == "replace" and field.set_by is not None:
        return f"strategy: replace takes the whole of {field.path.partition('.')[0]}"
    return "strategy: replace takes it along" if change.strategy == "replace" else "it follows from the overrides"


def place(position: Position) -> str:
    """`manifests/train.yaml:14`."""
    return f"{position.path}:{position.line}" if position.line else position.path


def paragraph(words: Iterable[str], width: int, *, mark: str = MARK, style: str = "attention") -> Iterator[Line]:
    """*words* on as many lines as they take, below the title of a task; *mark* stands before the first one."""
    first, *rest = wrapped(words, width - len(INDENT))
    if first:
        yield (Span(f"{mark}{first}", style),)
        yield from ((Span(f"{INDENT}{line}", style),) for line in rest)


def field_lines(change: Change, width: int) -> list[Line]:
    return entry_lines([entry_of(field, change) for field in shown_fields(change)], change, width)


def entry_lines(entries: Sequence[Entry], change: Change, width: int) -> list[Line]:
    """The table of *entries*, which are of *change*; those that have one cause stand together."""
    return list(_Table(entries, change, width).lines())


def entry_of(field: Field, change: Change) -> Entry:
    old, new = _values(field)
    difference, ratio = magnitude(field.path, field.live, field.desired)
    return Entry(
        field=field,
        label=_label(field),
        old=old,
        new=new,
        difference=difference,
        ratio=ratio,
        source=_source(field, change),
    )


def _values(field: Field) -> tuple[str, str]:
    if field.path.startswith("secrets."):
        old, new = shown(_secret(field.live)), shown(_secret(field.desired))
        if old != new:
            return old, new
    return pair(field.live, field.desired)


def _secret(value: Any) -> Any:
    """A secret in the words of a manifest: the variable it is mounted as, or that it is a file."""
    if not isinstance(value, dict) or not set(value) <= {"env_var", "mount_requirement"}:
        return value
    return value.get("env_var") or "file"


def _label(field: Field) -> str:
    if not field.collateral:
        return field.path
    pool = _POOL.get(field.path) if field.set_by is None else None
    return f"also {pool or field.path}"


def _source(field: Field, change: Change) -> str:
    if field.set_by is not None:
        return place(field.set_by)
    return f"base {change.task.version}" if field.desired == field.base and not field.collateral else ""


def widest(texts: Iterable[str]) -> int:
    return max(map(columns, texts), default=0)


class _Table:
    """The entries of one task fitted into a width. What does not fit goes without ratios, else without parts of its
    values and with long paths on lines of their own, else with places on such lines."""

    def __init__(self, entries: Sequence[Entry], change: Change, width: int) -> None:
        self._change, self._width = change, width
        for ratios, breaking, below in _WAYS:
            self._below = below
            candidates = entries if ratios else [replace(entry, ratio="") for entry in entries]
            self._measure(candidates, breaking=breaking)
            if self._least_old + self._least_new <= self._room():
                break
        self._limits = self._fitted()

    def _measure(self, entries: Sequence[Entry], *, breaking: bool) -> None:
        """Values with a difference are numbers, and never shortened; any other has to do with the least there is."""
        self._entries = entries
        news = list(map(length, self._news(entries)))
        self._old, self._new = widest(entry.old for entry in entries), max(news, default=0)
        whole = [number for number, entry in enumerate(entries) if entry.difference]
        self._least_old = max([min(self._old, _LEAST_VALUE), *(columns(entries[number].old) for number in whole)])
        self._least_new = max([min(self._new, _LEAST_VALUE), *(news[number] for number in whole)])
        self._long_path = _LONG_PATH if breaking else self._width

    def lines(self) -> Iterator[Line]:
        fitted = [self._shortened(entry) for entry in self._entries]
        rows = [self._row(entry, new) for entry, new in zip(fitted, self._news(fitted), strict=True)]
        table = aligned(rows, gaps=_GAPS, right=(_OLD,))
        self._indent = self._losers_indent(table)
        for number, (entry, line) in enumerate(zip(self._entries, table, strict=True)):
            if self._breaks(entry):
                yield (_mark(entry), Span(entry.label))
            *whole, last = self._with_source(entry, line)
            yield from whole
            yield from self._with_losers(entry, last)
            yield from self._cause(number)

    def _with_source(self, entry: Entry, line: Line) -> list[Line]:
        """The place on a line of its own where the terminal would break it in two."""
        if not entry.source or length(line) <= self._width:
            return [line]
        return [trimmed(line[:-1]), (Span(f"{INDENT}  "), Span(entry.source, "dim"))]

    def _shortened(self, entry: Entry) -> Entry:
        old, new = shortened_pair(entry.old, entry.new, self._limits)
        return entry if (old, new) == (entry.old, entry.new) else replace(entry, old=old, new=new)

    def _news(self, entries: Sequence[Entry]) -> list[Line]:
        """New values with difference and ratio in columns; a new value that has neither may reach across these."""
        measured = [entry for entry in entries if entry.difference]
        cells = [[_value(e.new, "add"), Span(e.difference), Span(e.ratio)] for e in measured]
        found = iter(aligned(cells, gaps=_NEW_GAPS))
        return [next(found) if entry.difference else (_value(entry.new, "add"),) for entry in entries]

    def _row(self, entry: Entry, new: Line) -> list[Cell]:
        heads = [Span(INDENT), Span("")] if self._breaks(entry) else [_mark(entry), Span(entry.label)]
        return [*heads, _value(entry.old, "remove"), Span(_ARROW, "dim"), new, Span(entry.source, "dim")]

    def _breaks(self, entry: Entry) -> bool:
        return columns(entry.label) > self._long_path

    def _room(self) -> int:
        """The columns that are left for the values."""
        path = widest(entry.label for entry in self._entries if not self._breaks(entry))
        source = 0 if self._below else widest(entry.source for entry in self._entries)
        gaps = (_GAPS[2] if path else 0) + (_GAPS[-1] if source else 0)
        return self._width - len(INDENT) - path - source - gaps - len(f" {_ARROW} ")

    def _fitted(self) -> tuple[int, int]:
        """The longest old and the longest new there may be; the shorter one gives its room to the other."""
        room = self._room()
        new = max(room // 2, self._least_new, room - self._old)
        old = max(self._least_old, room - min(new, self._new))
        return old, max(self._least_new, room - min(old, self._old))

    def _with_losers(self, entry: Entry, line: Line) -> Iterator[Line]:
        """Behind the place where there is room, else all of them below each other."""
        for told in map(_lost, entry.field.overridden):
            if length(line) + 1 + columns(told) <= self._width:
                line = (*line, Span(" "), Span(told, "dim"))
            else:
                yield line
                line = (Span(" " * self._indent), Span(told, "dim"))
        yield line

    def _losers_indent(self, table: Sequence[Line]) -> int:
        """Below the places, as far as the longest of those that stand there leaves room for that."""
        pairs = list(zip(self._entries, table, strict=True))
        if not any(entry.field.overridden for entry in self._entries):
            return len(INDENT)
        ends = [length(line) - columns(entry.source) for entry, line in pairs if length(line) <= self._width]
        below = [columns(told) for entry, line in pairs for told in self._below_line(entry, line)]
        return max(len(INDENT), min([self._width - max(below, default=0), *ends]))

    def _below_line(self, entry: Entry, line: Line) -> Iterator[str]:
        """The losers that find no room on the line of their field, nor on that of one before."""
        used = length(line)
        for told in map(_lost, entry.field.overridden):
            used += 1 + columns(told)
            if used > self._width:
                used = self._width
                yield told

    def _cause(self, number: int) -> Iterator[Line]:
        """Below the last of the fields that have one cause."""
        fields = [entry.field for entry in self._entries]
        if not fields[number].collateral:
            return
        cause = reason(fields[number], self._change)
        if number + 1 == len(fields) or reason(fields[number + 1], self._change) != cause:
            yield (Span(f"{INDENT}because {cause}", "attention"),)


def _lost(loser: Loser) -> str:
    return f"(over {place(loser.position)}: {shortened(shown(loser.value), _LOSER_VALUE)})"


def _mark(entry: Entry) -> Span:
    return Span(MARK, "attention") if entry.field.collateral else Span(INDENT)


def _value(text: str, style: str) -> Span:
    return Span(text, "dim" if text == UNSET else style)
