"""Guards against a plan: which of them an apply would pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flyteplan.model.decision import Breach
from flyteplan.model.guards import FREEZE, MAX_CHANGED, MAX_CHANGED_PERCENT, PROTECTED, Freeze, Guards, Most, Protected
from flyteplan.model.listed import listed
from flyteplan.model.moment import has_begun, has_ended
from flyteplan.model.plan import Change
from flyteplan.model.policy import matches
from flyteplan.model.task import TaskName

_SHOWN = 3


class Guarded(NamedTuple):
    """What guards look at of a change."""

    task: TaskName
    action: str
    submits: bool


def guarded(changes: Iterable[Change]) -> tuple[Guarded, ...]:
    return tuple([Guarded(change.task.task, change.action, change.submits) for change in changes])


def breaches(guards: Guards, changes: Iterable[Guarded], left_out: int, now: str) -> tuple[Breach, ...]:
    """*left_out*: how many tasks the manifests are about that this plan leaves out."""
    changes = list(changes)
    submitted = [change for change in changes if change.submits]
    changed = sorted({change.task for change in submitted})
    tasks = len({change.task for change in changes}) + left_out
    if not changed:
        return ()
    actions = _actions(submitted)
    return (
        *_too_many(guards.max_changed, changed, actions),
        *_too_large_a_part(guards.max_changed_percent, changed, tasks, actions),
        *(breach for one in guards.protected for breach in _protected(one, changed)),
        *(breach for one in guards.freezes for breach in _frozen(one, changed, now)),
    )


def _actions(submitted: list[Guarded]) -> str:
    """In the words of the plan's last line, with which whoever is stopped compares it: `9 to update, 1 to run`."""
    counts = Counter(change.action for change in submitted)
    return ", ".join(f"{count} to {action}" for action, count in sorted(counts.items(), reverse=True))


def _too_many(most: Most | None, changed: list[TaskName], actions: str) -> Iterator[Breach]:
    if most and len(changed) > most.value:
        message = f"{_count(len(changed))} would change ({actions}), and one apply may change {most.value:g}"
        yield Breach(name=MAX_CHANGED, message=message, position=most.position)


def _too_large_a_part(most: Most | None, changed: list[TaskName], tasks: int, actions: str) -> Iterator[Breach]:
    """A part of few tasks is soon a large one: a single task may always change, unless none may."""
    if most is None or 100 * len(changed) <= most.value * tasks or (len(changed) == 1 and most.value):
        return
    part = 100 * len(changed) / tasks
    told = f"{len(changed)} of {_count(tasks)} would change ({part:.1f} %: {actions})"
    message = f"{told}, and one apply may change {most.value:g} %"
    yield Breach(name=MAX_CHANGED_PERCENT, message=message, position=most.position)


def _protected(one: Protected, changed: list[TaskName]) -> Iterator[Breach]:
    held = [task.name for task in changed if matches(task.name, (one.glob,))]
    if held:
        message = f"{one.glob} is protected ({_listed(held)})"
        yield Breach(name=f"{PROTECTED}:{one.glob}", message=message, position=one.position)


def _frozen(one: Freeze, changed: list[TaskName], now: str) -> Iterator[Breach]:
    held = [task.name for task in changed if one.holds(task.name)]
    if held and has_begun(one.start, now) and not has_ended(one.end, now):
        message = f"frozen from {one.start} to {one.end}: {one.reason} ({_listed(held)})"
        yield Breach(name=f"{FREEZE}:{one.name}", message=message, position=one.position)


def _listed(names: list[str]) -> str:
    return f"{_count(len(names))} would change: {listed(names, _SHOWN)}"


def _count(tasks: int) -> str:
    return "1 task" if tasks == 1 else f"{tasks} tasks"
