"""What is not submitted, though it was planned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flyteplan.apply.present import Present
from flyteplan.apply.standing import is_done
from flyteplan.errors import Problem
from flyteplan.model.plan import Change
from flyteplan.model.task import Triggers


def refused(changes: Iterable[Change], present: Present) -> Iterator[Problem]:
    """A problem for every change that would do harm. What is done already does none."""
    for change in changes:
        if change.action == "update" and not is_done(change, present):
            yield from _older_base(change, present)
            yield from _triggers(change, present)


def _older_base(change: Change, present: Present) -> Iterator[Problem]:
    newest = present.newest.get(change.task.task)
    if newest is None or newest.base in (None, change.task.version):
        return
    if not change.submit.allow_older_base:
        yield Problem(
            code="FP2302",
            position=change.position,
            message=f"{change.task.task}: base {change.task.version} is older than {newest.base}, "
            "and callers of latest would go back to it",
            hint="choose the newer base, or set submit.allow_older_base: true",
        )


def _triggers(change: Change, present: Present) -> Iterator[Problem]:
    """A list that is not whole would delete the others."""
    triggers = present.triggers.get(change.task.task, Triggers())
    if change.submit.triggers == "retarget" and triggers.others:
        yield Problem(
            code="FP2303",
            position=change.position,
            message=f"{change.task.task}: the catalog does not tell all of its triggers, so they can not be moved",
            hint="set submit.triggers: keep, and they go on with the version they run",
        )
