"""What became of the rules of a target, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from flyteplan.errors import Position
from flyteplan.model.rulechange import ADDED, CHANGED, EXCEPTION, REMOVED, WHATS, RuleChange
from flyteplan.render.fields import INDENT, paragraph, place
from flyteplan.render.style import Line, Span
from flyteplan.render.wording import counted

_SIGNS = {ADDED: Span("+ ", "add"), REMOVED: Span("- ", "remove")}


def what(one: RuleChange) -> str:
    """What stands before its name: `rule`, `guard`, `exception from`."""
    return "exception from" if one.what == EXCEPTION else one.what


def bearing(one: RuleChange) -> str:
    """`loosened`, or of what only one side has, `removed`."""
    return one.bearing if one.state == CHANGED else one.state


def at(one: RuleChange) -> Position | None:
    """Its line, where it is gone the one it had."""
    return one.at or one.was_at


def summary(changes: Iterable[RuleChange]) -> str:
    """`2 rules and 1 guard changed, 1 of them loosened`, "" where none did."""
    found = list(changes)
    counts = Counter(one.what for one in found)
    told = [counted(counts[kind], kind) for kind in WHATS if counts[kind]]
    if not told:
        return ""
    bearings = Counter(one.bearing for one in found)
    said = ", ".join(f"{count} {bearing}" for bearing, count in sorted(bearings.items()))
    return f"{_joined(told)} changed: {said}"


def _joined(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def rule_lines(changes: Iterable[RuleChange], width: int) -> list[Line]:
    """A line each, `!` where it may let through more, and below it what changed."""
    return [line for one in changes for line in _lines(one, width)]


def _lines(one: RuleChange, width: int) -> list[Line]:
    found, style = at(one), "attention" if one.alerts else ""
    sign = Span("! ", "attention") if one.alerts else _SIGNS.get(one.state, Span("~ ", "change"))
    head: Line = (sign, Span(f"{what(one)} {one.name}", "bold"), Span(f"  {bearing(one)}", style))
    head = (*head, Span(f"  {place(found)}", "dim")) if found else head
    details = (paragraph(detail.split(), width, mark=INDENT, style="") for detail in one.details)
    return [head, *(line for lines in details for line in lines)]
