"""Two plans side by side, for people."""

from __future__ import annotations

from collections.abc import Iterator

from flyteplan.model.comparison import ADDED, CHANGED, REMOVED, REVISIONS, TARGETS, Comparison, Entry, Fact, Names, Row
from flyteplan.model.plan import Field
from flyteplan.render.attention import COLLATERAL, GPU_LOST
from flyteplan.render.contrast import (
    Alike,
    came,
    difference,
    gone,
    groups,
    left_out,
    remains,
    run_of,
    same,
    sides,
    source,
    standing,
    summary,
    wanted,
    why,
)
from flyteplan.render.fields import INDENT, paragraph
from flyteplan.render.fields import Entry as TableEntry
from flyteplan.render.fieldtable import entry_lines
from flyteplan.render.groups import full_name, named
from flyteplan.render.judged import judged_lines, verdict_lines
from flyteplan.render.rulechanges import rule_lines
from flyteplan.render.style import Line, Span, text_of
from flyteplan.render.table import wrapped
from flyteplan.render.values import shortened
from flyteplan.render.wording import asked_for, scope

DEFAULT_WIDTH = 100
_BASE = 80
_SIGNS = {ADDED: Span("+ ", "add"), REMOVED: Span("- ", "remove")}


def compared(of: Comparison, *, expand: bool = False, width: int = DEFAULT_WIDTH) -> list[Line]:
    """A block for each task that differs; *expand* tells those that differ alike one by one."""
    if of.kind == TARGETS:
        return _promoted(of, expand, width)
    lines = [*_names(of.names), *rule_lines(of.rules, width), *differences(of, expand=expand, width=width)]
    if not lines and (of.kind != REVISIONS or of.before.changes or of.after.changes):
        lines = [(Span(same(of)),)]
    end: list[Line] = [(Span(summary(of), "bold"),)]
    end += [(Span(line),) for line in wrapped(left_out(of).split(), width) if line]
    blocks = [[_header(of)], lines, _judged(of, width), end]
    return [line for block in blocks if block for line in ((), *block)][1:]


def _header(of: Comparison) -> Line:
    plan = of.after
    target = (Span(plan.target, "bold"), Span("  ")) if plan.target else ()
    against = f"against {shortened(of.base, _BASE)}" if of.kind == REVISIONS else "two plans"
    return (*target, Span(f"{scope(plan)}  "), Span(against, "dim"))


def _judged(of: Comparison, width: int) -> list[Line]:
    """What is denied and warned of is told where a plan is made; of saved ones it is told here alone."""
    lines = judged_lines(of.after.judgement, width)
    return lines if of.kind == REVISIONS else [*lines, *verdict_lines(of.after.judgement, width)]


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
    lines = [_title(group, of), *_alerts(first, width, lost=True), *_members(group, of, width)]
    lines += _asked_for(first, width)
    lines += _dim(remains(first, of), width)
    lines += _rows(first, of, width)
    lines += _alerts(first, width, lost=False)
    words = [f"no more: {text_of(alert.message)}" for alert in gone(first)]
    return lines + [line for word in words for line in _dim(word, width)]


def _alerts(entry: Entry, width: int, *, lost: bool) -> Iterator[Line]:
    """Lost GPUs, which stand first, or all others; what goes along is marked in the rows."""
    for alert in came(entry):
        if alert.code != COLLATERAL and (alert.code == GPU_LOST) == lost:
            yield from paragraph(text_of(alert.message).split(), width)


def _title(group: Alike, of: Comparison) -> Line:
    first = group[0]
    name = full_name(first.change, of.plan_of(first)) if len(group) == 1 else f"{len(group)} tasks"
    told = [Span(f"  {words}", "dim") for words in [run_of(first.change)] if words]
    told += [Span(f"  {words}") for words in [standing(first, of)] if words]
    return (_SIGNS.get(first.kind, Span("~ ", "change")), Span(name, "bold"), *told)


def _members(group: Alike, of: Comparison, width: int) -> list[Line]:
    if len(group) == 1:
        return []
    names = [full_name(entry.change, of.plan_of(entry)) for entry in group]
    lines = named(names, width - len(INDENT))
    return [(Span(f"{INDENT}{line}", "dim"),) for line in [*lines, "(-v tells them one by one)"]]


def _asked_for(entry: Entry, width: int) -> Iterator[Line]:
    """The lines of the manifests of a run that is new: it may have no field and no input."""
    if entry.step and entry.kind != CHANGED and entry.change.submit.kind == "run":
        yield from _dim(asked_for(entry.change), width)


def _dim(message: str, width: int) -> Iterator[Line]:
    return paragraph(message.split(), width, mark=INDENT, style="dim")


def _rows(entry: Entry, of: Comparison, width: int) -> list[Line]:
    """`1 -> 2  +1  x2`: what the one side wants, and what the other one does."""
    order = list(dict.fromkeys(why(row, entry) for row in entry.rows))
    rows = sorted(entry.rows, key=lambda row: (bool(why(row, entry)), order.index(why(row, entry))))
    return entry_lines(
        [*(_fact(fact, of) for fact in entry.facts), *(_entry(row, of) for row in rows)], entry.change, width
    )


def _fact(fact: Fact, of: Comparison) -> TableEntry:
    field = Field(path=fact.name, base=fact.was, live=fact.was, desired=fact.now)
    at = source(fact, of)
    return TableEntry(field=field, label=fact.name, old=fact.was, new=fact.now, difference="", ratio="", source=at)


def _entry(row: Row, of: Comparison) -> TableEntry:
    (old, new), (by, ratio) = wanted(row), difference(row)
    label = f"also {row.path}" if row.collateral else row.path
    return TableEntry(
        field=row.field, label=label, old=old, new=new, difference=by, ratio=ratio, source=source(row, of)
    )
