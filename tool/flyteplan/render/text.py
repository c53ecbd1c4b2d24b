"""The plan for people: what becomes of each task, field by field, and the totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flyteplan.model import quantity
from flyteplan.model.plan import Change, Note, Plan, totals
from flyteplan.model.task import Trigger
from flyteplan.render.fields import INDENT, MARK, field_lines
from flyteplan.render.groups import LEFT_GIT, Group, full_name, groups, live_kind, named
from flyteplan.render.judged import judged_lines
from flyteplan.render.style import Line, Span
from flyteplan.render.table import aligned, wrapped
from flyteplan.render.values import shortened, shown

DEFAULT_WIDTH = 100
_SIGNS = {
    "update": Span("~ ", "change"),
    "run": Span("+ ", "add"),
    "resolve": Span("= ", "bold"),
    "unchanged": Span("= ", "bold"),
}
_TOTALS = {"cpu": False, "memory": True, "gpu": False}
# The line on triggers says what this note says.
_KEPT = "triggers-kept"


def text(plan: Plan, *, expand: bool = False, width: int = DEFAULT_WIDTH) -> list[Line]:
    """Lines of about *width* columns; *expand* tells tasks that change alike one by one."""
    changed = [change for change in plan.changes if change.action != "unchanged" or change.submit.state == "exists"]
    blocks = [[_header(plan)]]
    blocks += [_block(group, plan, width) for group in groups(changed, expand=expand)]
    blocks += [
        _notes(changed, width),
        _requests(plan),
        judged_lines(plan.judgement, width),
        [(Span(summary(plan), "bold"),)],
    ]
    first, *rest = [block for block in blocks if block]
    return [*first, *(line for block in rest for line in ((), *block))]


def summary(plan: Plan) -> str:
    """The last line, which scripts may look for: `Plan: 3 to update, 1 to run, 39 unchanged.`"""
    counts = Counter(change.action for change in plan.changes)
    parts = [f"{counts['update']} to update"]
    parts += [f"{counts[action]} to {action}" for action in ("run", "resolve") if counts[action]]
    parts.append(f"{counts['unchanged']} unchanged")
    return f"Plan: {', '.join(parts)}."


def _header(plan: Plan) -> Line:
    scope = "/".join(filter(None, (plan.org, plan.project, plan.domain)))
    sources = {(source.name, source.position) for change in plan.changes for source in change.manifests}
    tasks = _count(len({change.task.task for change in plan.changes}), "task")
    files = _count(len({position.path for _, position in sources}), "file")
    counted = f"{tasks}, {_count(len(sources), 'manifest')} in {files}"
    return (*((Span(plan.target, "bold"), Span("  ")) if plan.target else ()), Span(f"{scope}  "), Span(counted, "dim"))


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _block(group: Group, plan: Plan, width: int) -> list[Line]:
    first = group[0]
    lines = [_title(group, plan)]
    if first.submit.state == "exists":
        return [*lines, *_attention(first, width)]
    if len(group) > 1:
        lines += _names(group, plan, width)
    lines += _call(first, width)
    lines += field_lines(first, width)
    lines += _attention(first, width)
    lines += _triggers(first, width)
    return lines + _hidden(group)


def _title(group: Group, plan: Plan) -> Line:
    first = group[0]
    name = full_name(first, plan) if len(group) == 1 else f"{len(group)} tasks"
    return (_SIGNS[first.action], Span(name, "bold"), *_run(first), Span(f"  {_version(group)}"), *_live(group))


def _run(change: Change) -> tuple[Span, ...]:
    if change.submit.state == "exists":
        return (Span(f"  run {change.submit.name} is there already"), Span("  (--again starts another)", "dim"))
    return (Span(f"  run {change.submit.name}", "add"),) if change.action == "run" else ()


def _version(group: Group) -> str:
    first = group[0]
    how = "pinned" if first.selector.version else first.selector.auto_version
    versions = {change.task.version for change in group}
    version = versions.pop() if len(versions) == 1 else ""
    if first.prune:
        return f"{LEFT_GIT}: back to {f'the base {version}' if version else 'their own bases'}"
    if first.deferred:
        return f"@ {how}  deferred: the version is known in a task only"
    if first.action == "resolve":
        told = f"{how}, lock" if first.locked else how
        return f"resolves to {version} ({told})" if version else f"resolve to their own versions ({told})"
    if first.selector.version:
        return f"@ {first.selector.version} (pinned)"
    lock = " (lock)" if first.locked else ""
    return f"@ {how} -> {version}{lock}" if version else f"@ {how}{lock}"


def _live(group: Group) -> tuple[Span, ...]:
    """What is live where it is not the base."""
    kind = live_kind(group[0])
    if not kind:
        return ()
    versions = {change.live_version for change in group}
    return (Span(f"  live {versions.pop()}" if len(versions) == 1 else f"  live: {kind} versions", "dim"),)


def _names(group: Group, plan: Plan, width: int) -> list[Line]:
    lines = named([full_name(change, plan) for change in group], width - len(INDENT))
    hint = "(-v lists them)"
    if len(INDENT) + len(lines[-1]) + 2 + len(hint) <= width:
        lines[-1] += f"  {hint}"
    else:
        lines.append(hint)
    return [(Span(f"{INDENT}{line}", "dim"),) for line in lines]


def _call(change: Change, width: int) -> list[Line]:
    labels = [f"call.{name}" for name, _ in change.submit.call]
    room = width - len(INDENT) - max(map(len, labels), default=0) - 2
    rows = [
        (Span(label), Span(shortened(shown(value), room)))
        for label, (_, value) in zip(labels, change.submit.call, strict=True)
    ]
    return aligned(rows, gaps=(len(INDENT), 2))


def _attention(change: Change, width: int) -> list[Line]:
    told = [f"{note.message} [{note.code}]" for note in change.notes if _told(note, change)]
    return [line for message in told for line in _warned(message, width)]


def _told(note: Note, change: Change) -> bool:
    return note.attention and not (note.code == _KEPT and _trigger_count(change))


def _warned(message: str, width: int) -> Iterator[Line]:
    first, *rest = wrapped(message.split(), width - len(MARK))
    yield (Span(f"{MARK}{first}", "attention"),)
    yield from ((Span(f"{INDENT}{line}", "attention"),) for line in rest)


def _trigger_count(change: Change) -> int:
    return len(change.triggers) + change.other_triggers if change.action == "update" else 0


def _triggers(change: Change, width: int) -> list[Line]:
    count = _trigger_count(change)
    if not count:
        return []
    known = [*map(_trigger, change.triggers), *([f"{change.other_triggers} more"] if change.other_triggers else [])]
    names = f" ({', '.join(known)})" if change.triggers else ""
    if change.submit.triggers == "retarget":
        return [(Span(f"{INDENT}triggers: {count} retargeted{names}"),)]
    if change.prune:
        return [(Span(f"{INDENT}triggers: {count} kept as they are{names}"),)]
    return list(_warned(f"triggers: {count} kept on the old version{names}; see submit.triggers: retarget", width))


def _trigger(trigger: Trigger) -> str:
    return trigger.name if trigger.active else f"inactive {trigger.name}"


def _hidden(group: Group) -> list[Line]:
    count = sum(change.unchanged for change in group)
    made = len(group) == 1 and group[0].action == "update" and group[0].submit.state == "new"
    becomes = f"; becomes {group[0].submit.name}" if made else ""
    return [(Span(f"{INDENT}({_count(count, 'unchanged field')} hidden{becomes})", "dim"),)] if count else []


def _notes(changed: list[Change], width: int) -> list[Line]:
    """What needs no attention, once each, with the number of tasks it concerns."""
    tasks: dict[Note, set[object]] = {}
    for change in changed:
        for note in change.notes:
            if not note.attention:
                tasks.setdefault(note, set()).add(change.task.task)
    lines: list[Line] = [(Span("Notes", "bold"),)] if tasks else []
    for note, concerned in tasks.items():
        words = [*note.message.split(), f"({_count(len(concerned), 'task')})"]
        first, *rest = wrapped(words, width - len(INDENT))
        lines += [(Span(f"  {first}"),), *((Span(f"{INDENT}{line}"),) for line in rest)]
    return lines


def _requests(plan: Plan) -> list[Line]:
    """What the versions ask for in all, as far as it differs."""
    found = totals(plan.changes)
    parts = [_total(name, *found.get(name, (0, 0)), binary=binary) for name, binary in _TOTALS.items()]
    told = "  ".join(filter(None, parts))
    counted = "  (all replicas counted)" if any(change.replicas > 1 for change in plan.changes) else ""
    return [(Span("Requests", "bold"), Span(f"  {told}{counted}"))] if told else []


def _total(name: str, live: int, desired: int, *, binary: bool) -> str:
    if live == desired:
        return ""
    sign = "+" if desired > live else "-"
    before, after, by = (quantity.show(amount, binary=binary) for amount in (live, desired, abs(desired - live)))
    return f"{name} {sign}{by} ({before} -> {after})"
