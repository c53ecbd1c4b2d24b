"""The plan for people: what becomes of each task, field by field, and the totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flyteplan.model.plan import Change, Plan
from flyteplan.render.attention import lost_gpu
from flyteplan.render.fields import INDENT, paragraph, warning
from flyteplan.render.fieldtable import field_lines
from flyteplan.render.groups import Group, changing, full_name, groups, is_there, named
from flyteplan.render.judged import judged_lines, said
from flyteplan.render.style import Line, Span, text_of
from flyteplan.render.table import aligned
from flyteplan.render.values import shortened, shown
from flyteplan.render.wording import (
    AGAIN,
    asked_for,
    counted,
    extent,
    live,
    notes,
    requests,
    scope,
    triggers,
    version,
    warnings,
    worst_case,
)

DEFAULT_WIDTH = 100
_SIGNS = {
    "update": Span("~ ", "change"),
    "run": Span("+ ", "add"),
    "resolve": Span("= ", "bold"),
    "unchanged": Span("= ", "bold"),
}


def text(plan: Plan, *, expand: bool = False, width: int = DEFAULT_WIDTH) -> Iterator[Line]:
    """Lines of about *width* columns; *expand* tells tasks that change alike one by one.

    They are made as they are asked for: those of many tasks take much more memory than their text.
    """
    changed = changing(plan)
    yield _header(plan)
    for group in groups(changed, expand=expand):
        yield ()
        yield from block(group, plan, width)
    ends = _notes(changed, width), _requests(plan), judged_lines(plan.judgement, width)
    for end in (*ends, [(Span(summary(plan), "bold"),)]):
        if end:
            yield ()
            yield from end


def summary(plan: Plan) -> str:
    """The last line, which scripts may look for: `Plan: 3 to update, 1 to run, 39 unchanged.`"""
    counts = Counter(change.action for change in plan.changes)
    parts = [f"{counts['update']} to update"]
    parts += [f"{counts[action]} to {action}" for action in ("run", "resolve") if counts[action]]
    parts.append(f"{counts['unchanged']} unchanged")
    return f"Plan: {', '.join(parts)}."


def quiet(plan: Plan) -> str:
    """The same with what policies and guards say: `Plan: 3 to update, 39 unchanged. (1 denied, 2 warned of)`"""
    told = said(plan.judgement)
    return f"{summary(plan)} ({told})" if told else summary(plan)


def _header(plan: Plan) -> Line:
    target = (Span(plan.target, "bold"), Span("  ")) if plan.target else ()
    return (*target, Span(f"{scope(plan)}  "), Span(extent(plan), "dim"))


def block(group: Group, plan: Plan, width: int) -> list[Line]:
    """What becomes of tasks that change alike. Of *plan* it takes org, project and domain."""
    first = group[0]
    lines = [_title(group, plan)]
    if is_there(first):
        return [*lines, *_asked_for(first, width), *_attention(first, width)]
    lines += _lost_gpu(first, width)
    lines += _asked_for(first, width)
    if len(group) > 1:
        lines += _names(group, plan, width)
    lines += _call(first, width)
    lines += field_lines(first, width)
    lines += _effects(first, width)
    lines += _attention(first, width)
    lines += _triggers(first, width)
    return lines + _hidden(group)


def _lost_gpu(change: Change, width: int) -> list[Line]:
    """Before all fields, where it is not one `also` among many."""
    return [line for alert in lost_gpu(change) for line in warning(text_of(alert.message), width)]


def _title(group: Group, plan: Plan) -> Line:
    first = group[0]
    name = full_name(first, plan) if len(group) == 1 else f"{len(group)} tasks"
    return (_SIGNS[first.action], Span(name, "bold"), *_run(first), Span(f"  {version(group)}"), *_live(group))


def _run(change: Change) -> tuple[Span, ...]:
    if is_there(change):
        hint = "  (--again starts another)" if change.submit.state == "exists" else ""
        return (Span(f"  run {change.submit.name} is there already"), Span(hint, "dim"))
    return (Span(f"  run {change.submit.name}", "add"),) if change.action == "run" else ()


def _live(group: Group) -> tuple[Span, ...]:
    told = live(group)
    return (Span(f"  {told}", "dim"),) if told else ()


def _names(group: Group, plan: Plan, width: int) -> list[Line]:
    lines = named([full_name(change, plan) for change in group], width - len(INDENT))
    hint = "(-v lists them)"
    if len(INDENT) + len(lines[-1]) + 2 + len(hint) <= width:
        lines[-1] += f"  {hint}"
    else:
        lines.append(hint)
    return [(Span(f"{INDENT}{line}", "dim"),) for line in lines]


def _asked_for(change: Change, width: int) -> list[Line]:
    """The manifests of a run: it may have no field that names one."""
    if change.submit.kind != "run":
        return []
    return [*paragraph(asked_for(change).split(), width, mark=INDENT, style="dim")]


def _call(change: Change, width: int) -> list[Line]:
    if not change.submit.call:
        return []
    labels = [f"call.{name}" for name, _ in change.submit.call]
    room = width - len(INDENT) - max(map(len, labels)) - 2
    rows = [
        (Span(label), Span(shortened(shown(value), room)))
        for label, (_, value) in zip(labels, change.submit.call, strict=True)
    ]
    return aligned(rows, gaps=(len(INDENT), 2))


def _effects(change: Change, width: int) -> list[Line]:
    effects = change.effects
    told = [f"{effect}: {words}" for effect, words in AGAIN.items() if effect in effects]
    return [line for words in told for line in warning(words, width)]


def _attention(change: Change, width: int) -> list[Line]:
    told = [f"{note.message} [{note.code}]" for note in warnings(change)]
    return [line for message in told for line in warning(message, width)]


def _triggers(change: Change, width: int) -> list[Line]:
    told = triggers(change)
    if not told or change.submit.triggers == "retarget" or change.prune:
        return [(Span(f"{INDENT}{told}"),)] if told else []
    return list(warning(told, width))


def _hidden(group: Group) -> list[Line]:
    count = sum(change.unchanged for change in group)
    made = len(group) == 1 and group[0].action == "update" and group[0].submit.state == "new"
    becomes = f"; becomes {group[0].submit.name}" if made else ""
    return [(Span(f"{INDENT}({counted(count, 'unchanged field')} hidden{becomes})", "dim"),)] if count else []


def _notes(changed: list[Change], width: int) -> list[Line]:
    told = notes(changed)
    lines: list[Line] = [(Span("Notes", "bold"),)] if told else []
    for message, count in told:
        lines += paragraph([*message.split(), count], width, mark="  ", style="")
    return lines


def _requests(plan: Plan) -> list[Line]:
    """What the versions ask for in all, as far as it differs."""
    told, retried = requests(plan, "  "), worst_case(plan, "  ")
    lines: list[Line] = [(Span("Requests", "bold"), Span(f"  {told}"))] if told else []
    worst = (Span("Worst case with retries", "bold"), Span(f"  {retried}"))
    return [*lines, worst] if retried else lines
