"""Tasks that change in the same way are told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from flyteplan.errors import Position
from flyteplan.model.derived import is_derived
from flyteplan.model.plan import Change, Field, Plan, differ
from flyteplan.model.sensitive import holds_stand_in
from flyteplan.model.task import TaskName
from flyteplan.render.fields import shown_fields
from flyteplan.render.table import wrapped
from flyteplan.render.values import pair, shown

# What is said of a change that no manifest asks for.
LEFT_GIT = "no manifest any more"
_NAME_LINES = 2

Group = tuple[Change, ...]


def changing(plan: Plan) -> list[Change]:
    """What a reviewer is shown: all but the tasks that are as desired. A run that is there already is shown."""
    return [change for change in plan.changes if is_shown(change)]


def is_shown(change: Change) -> bool:
    return change.action != "unchanged" or is_there(change)


def is_there(change: Change) -> bool:
    """Whether a run of this name is there, this one or another."""
    return change.submit.state in ("exists", "taken")


def groups(changes: Iterable[Change], *, expand: bool) -> list[Group]:
    """In the order of their first tasks."""
    if expand:
        return [(change,) for change in changes]
    begun = [(change, _beginning(change)) for change in changes]
    often = Counter(beginning for _, beginning in begun)
    found: dict[object, list[Change]] = {}
    for change, beginning in begun:
        found.setdefault(beginning if often[beginning] == 1 else _likeness(change), []).append(change)
    return [tuple(group) for group in found.values()]


def _beginning(change: Change) -> tuple[object, ...]:
    """A part of the likeness that is had for little, and is another one for most changes that are not alike."""
    for field in change.fields:
        if not field.collateral and differ(field.live, field.desired):
            at = field.set_by
            return (field.path, at.path, at.line, at.column) if at else (field.path,)
    return ()


def is_like_no_other(change: Change) -> bool:
    """Whether a line of its own manifests tells it from the changes of all other tasks."""
    selected = any(source.selects for source in change.manifests)
    return not selected and len(_beginning(change)) > 1


def _likeness(change: Change) -> str:
    """All that is shown of a change but for the name of its task and the count of hidden fields."""
    fields = [(f.path, *_told(f), f.set_by, f.overridden and _lost(f), f.collateral) for f in shown_fields(change)]
    notes = [note for note in change.notes if note.attention]
    submit = change.submit
    head = (change.action, change.strategy, change.selector, change.deferred, change.locked, live_kind(change))
    call = (submit.name if submit.kind == "run" else "", submit.call)
    told = (fields, change.effects, notes, call, submit.triggers, change.triggers, change.other_triggers)
    return repr((head, change.prune, told))


def _told(field: Field) -> tuple[Any, ...]:
    """Live and desired; the same sensitive value has another stand-in in each task."""
    hidden = holds_stand_in(field.live) or holds_stand_in(field.desired)
    return pair(field.live, field.desired) if hidden else (field.live, field.desired)


def _lost(field: Field) -> list[tuple[Position, str]]:
    return [(loser.position, shown(loser.value)) for loser in field.overridden]


def live_kind(change: Change) -> str:
    """What is live when it is not the base: "derived", "another", or "" when it is."""
    if change.live_version in ("", change.task.version):
        return ""
    return "derived" if is_derived(change.live_version) else "another"


def full_name(change: Change, plan: Plan) -> str:
    """The task's name, with its scope where that is not the plan's."""
    task = change.task.task
    if change.org != plan.org:
        return f"{change.org}/{task}"
    return task_name(task, plan)


def task_name(task: TaskName, plan: Plan) -> str:
    return task.name if (task.project, task.domain) == (plan.project, plan.domain) else str(task)


def named(names: list[str], width: int) -> list[str]:
    """All names where they fit on two lines, else how many there are by the first part of their names."""
    lines = wrapped([f"{name}," for name in names[:-1]] + names[-1:], width)
    if len(lines) <= _NAME_LINES:
        return lines
    return _cut([*_by_prefix(names)], width)


def _by_prefix(names: list[str]) -> list[str]:
    counts = Counter(_prefix(name) for name in names)
    return [f"{prefix} {count}" if count > 1 else _only(names, prefix) for prefix, count in sorted(counts.items())]


def _prefix(name: str) -> str:
    first, dot, _ = name.partition(".")
    return f"{first}.*" if dot else name


def _only(names: list[str], prefix: str) -> str:
    return next(name for name in names if _prefix(name) == prefix)


def _cut(parts: list[str], width: int) -> list[str]:
    """As many parts as fit on two lines, and how many do not."""
    for kept in range(min(len(parts), _NAME_LINES * width), 0, -1):
        more = [f"and {len(parts) - kept} more"] if kept < len(parts) else []
        words = [*parts[:kept], *more]
        lines = wrapped([f"{word}," for word in words[:-1]] + words[-1:], width)
        if len(lines) <= _NAME_LINES:
            return lines
    return [f"{len(parts)} groups of names"]
