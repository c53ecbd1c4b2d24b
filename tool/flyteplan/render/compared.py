"""Two plans side by side, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flyteplan.model.comparison import ADDED, CHANGED, REMOVED, REVISIONS, TARGETS, Comparison, Entry, Names, Row
from flyteplan.model.plan import Field
from flyteplan.render.attention import COLLATERAL, Alert
from flyteplan.render.contrast import (
    Alike,
    came,
    difference,
    gone,
    groups,
    remains,
    run_of,
    sides,
    source,
    standing,
    summary,
    transitions,
    wanted,
    why,
)
from flyteplan.render.fields import INDENT, MARK, entry_lines
from flyteplan.render.fields import Entry as TableEntry
from flyteplan.render.groups import full_name, named
from flyteplan.render.rulechanges import rule_lines
from flyteplan.render.style import Line, Span, columns, text_of
from flyteplan.render.table import Cell, aligned, length, trimmed, wrapped
from flyteplan.render.values import shortened_pair
from flyteplan.render.wording import asked_for

SAME = "The plans are the same."
DEFAULT_WIDTH = 100
_SIGNS = {ADDED: Span("+ ", "add"), REMOVED: Span("- ", "remove")}
_LEAST_VALUE = 16
# Blanks before: indent, path, "was", old, "now", new, source.
_GAPS = (0, 0, 2, 1, 2, 1, 3)


def compared(of: Comparison, *, expand: bool = False, width: int = DEFAULT_WIDTH) -> list[Line]:
    """A block for each task that differs; *expand* tells those that differ alike one by one."""
    if of.kind == TARGETS:
        return _promoted(of, expand, width)
    lines = [*_names(of.names), *rule_lines(of.rules, width), *differences(of, expand=expand, width=width)]
    if of.kind != REVISIONS:
        return lines or [(Span(SAME),)]
    if not lines and (of.before.changes or of.after.changes):
        lines = [(Span(SAME),)]
    return [*lines, *([()] if lines else []), (Span(summary(of), "bold"),)]


def differences(of: Comparison, *, expand: bool = False, width: int = DEFAULT_WIDTH) -> list[Line]:
    """What *of* tells of tasks."""
    blocks = [_target(of), *(_block(group, of, width) for group in groups(of, expand=expand))]
    return [line for block in blocks for line in block]


def _promoted(of: Comparison, expand: bool, width: int) -> list[Line]:
    left, right = sides(of)
    title = (Span(f"{of.before.target} -> {of.after.target}", "bold"), Span(f"  {_scope(left)} -> {_scope(right)}"))
    blocks = [_block(group, of, width) for group in groups(of, expand=expand)]
    return [title, *(line for block in blocks for line in ((), *block)), (), (Span(summary(of), "bold"),)]


def _scope(side: str) -> str:
    return side.rpartition(" ")[2]


def _names(names: Names) -> list[Line]:
    lines: list[Line] = [(_SIGNS[REMOVED], Span(f"manifest {name}")) for name in names.removed]
    lines += [(_SIGNS[ADDED], Span(f"manifest {name}")) for name in names.added]
    return lines + [(Span("~ ", "change"), Span(f"manifest {old} -> {new}")) for old, new in names.renamed]


def _target(of: Comparison) -> list[Line]:
    left, right = sides(of)
    return [(Span("~ ", "change"), Span(f"target  {left} -> {right}"))] if left != right else []


def _block(group: Alike, of: Comparison, width: int) -> list[Line]:
    first = group[0]
    lines = [_title(group, of), *_members(group, of, width), *_asked_for(first, width)]
    lines += _warned(remains(first, of), width, INDENT, "dim")
    lines += _rows(first, of, width)
    alerts = [text_of(alert.message) for alert in came(first, of) if not _shows(first, alert)]
    lines += [line for words in alerts for line in _warned(words, width, MARK, "attention")]
    words = [f"no more: {text_of(alert.message)}" for alert in gone(first, of)]
    return lines + [line for word in words for line in _warned(word, width, INDENT, "dim")]


def _title(group: Alike, of: Comparison) -> Line:
    first = group[0]
    name = full_name(first.change, of.plan_of(first)) if len(group) == 1 else f"{len(group)} tasks"
    told = [Span(f"  {words}", "dim") for words in [run_of(first.change)] if words]
    told += [Span(f"  {words}") for words in [standing(first, of)] if words]
    return (_SIGNS.get(first.kind, Span("~ ", "change")), Span(name, "bold"), *told)


def _shows(entry: Entry, alert: Alert) -> bool:
    """Whether the rows of *entry* say it."""
    return alert.code == COLLATERAL and entry.kind == ADDED


def _members(group: Alike, of: Comparison, width: int) -> list[Line]:
    if len(group) == 1:
        return []
    names = [full_name(entry.change, of.plan_of(entry)) for entry in group]
    lines = named(names, width - len(INDENT))
    return [(Span(f"{INDENT}{line}", "dim"),) for line in [*lines, "(-v tells them one by one)"]]


def _asked_for(entry: Entry, width: int) -> Iterator[Line]:
    """The lines of the manifests of a run that is new: it may have no field and no input."""
    if entry.kind == ADDED and entry.change.submit.kind == "run":
        yield from _warned(asked_for(entry.change), width, INDENT, "dim")


def _warned(message: str, width: int, mark: str, style: str) -> Iterator[Line]:
    if message:
        first, *rest = wrapped(message.split(), width - len(mark))
        yield (Span(f"{mark}{first}", style),)
        yield from ((Span(f"{INDENT}{line}", style),) for line in rest)


def _rows(entry: Entry, of: Comparison, width: int) -> list[Line]:
    if entry.kind == CHANGED and of.kind != TARGETS:
        return list(_states(entry, of, width))
    return _arrows(entry, of, width)


def _states(entry: Entry, of: Comparison, width: int) -> Iterator[Line]:
    """`was 1 -> 2  now 1 -> 3`: what both plans make of one field."""
    found = [(fact.name, (fact.was, fact.now), "") for fact in entry.facts]
    found += [(row.path, transitions(row), source(row, of)) for row in entry.rows]
    limits = _limits([(name, pair) for name, pair, _ in found], width)
    yield from _fitted([_state(name, shortened_pair(*pair, limits), at) for name, pair, at in found], width)


def _state(name: str, texts: tuple[str, str], at: str) -> list[Cell]:
    was, now = Span(texts[0], "remove"), Span(texts[1], "add")
    return [Span(INDENT), Span(name), Span("was", "dim"), was, Span("now", "dim"), now, Span(at, "dim")]


def _arrows(entry: Entry, of: Comparison, width: int) -> list[Line]:
    """`1 -> 2  +1  x2`: what one of the plans makes of a field, or what two targets want of it."""
    order = list(dict.fromkeys(why(row, entry) for row in entry.rows))
    rows = sorted(entry.rows, key=lambda row: (bool(why(row, entry)), order.index(why(row, entry))))
    return entry_lines([_entry(row, of) for row in rows], entry.change, width)


def _entry(row: Row, of: Comparison) -> TableEntry:
    field = row.after or Field(path=row.path, base=row.now, live=row.was, desired=row.now)
    (old, new), (by, ratio) = wanted(row), difference(row)
    label = f"also {row.path}" if field.collateral else row.path
    return TableEntry(field=field, label=label, old=old, new=new, difference=by, ratio=ratio, source=source(row, of))


def _limits(told: Sequence[tuple[str, tuple[str, str]]], width: int) -> tuple[int, int]:
    """How long both values may be, so that a line fits without its place; the shorter one gives room to the other."""
    path = max((columns(name) for name, _ in told), default=0)
    room = max(2 * _LEAST_VALUE, width - len(INDENT) - path - sum(_GAPS) + _GAPS[-1] - len("wasnow"))
    old, new = (max((len(pair[side]) for _, pair in told), default=0) for side in (0, 1))
    if old <= room // 2:
        return max(old, _LEAST_VALUE), max(room - old, _LEAST_VALUE)
    return (room - new, max(new, _LEAST_VALUE)) if new <= room // 2 else (room // 2, room // 2)


def _fitted(rows: list[list[Cell]], width: int) -> Iterator[Line]:
    """The place on a line of its own where the terminal would break it in two."""
    for line in aligned(rows, gaps=_GAPS):
        whole, last = trimmed(line), line[-1]
        if length(whole) <= width or last.style != "dim" or not last.text:
            yield whole
        else:
            yield trimmed(line[:-1])
            yield (Span(f"{INDENT}  "), last)
