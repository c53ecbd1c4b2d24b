"""A saved plan -> the desired specs that a running task calls."""

from __future__ import annotations

from flyteplan.diff import digest
from flyteplan.errors import InputError, Problem, StaleError, is_valid
from flyteplan.model.derived import is_derived
from flyteplan.model.plan import Change, Plan
from flyteplan.model.settings import Settings
from flyteplan.model.task import TaskVersion, Template
from flyteplan.override import override
from flyteplan.pipeline.applying import restored
from flyteplan.ports import Catalog
from flyteplan.record import replace
from flyteplan.resolve import base_of


def resumed(plan: Plan, catalog: Catalog, current: str | None) -> tuple[Change, ...]:
    """The changes of a saved plan with their desired specs; what is live by now plays no part in a call.

    What waited for a running task is resolved to *current*; where that is None it goes on waiting. Raises StaleError
    where a base is not what was reviewed, and InputError where a deferred change can not be resolved.
    """
    changes = restored(plan, catalog)
    moved = [change for change in changes if change.desired is None and not change.deferred]
    if moved:
        raise StaleError(map(_moved, moved))
    if current is None:
        return changes
    return tuple(_resolved(change, catalog, current) if change.deferred else change for change in changes)


def _resolved(change: Change, catalog: Catalog, current: str) -> Change:
    base = _base(TaskVersion(change.task.task, current), catalog)
    if base is None:
        message = f"{change.task.task.name} has no version {current}, which is the current one"
        hint = "deploy it together with the task that calls it, or use latest or a pinned version"
        raise InputError([_problem(change, "FP2002", message, hint)])
    desired = override(base, Settings(change.settings), change.strategy)
    if not is_valid(desired.problems):
        raise InputError(desired.problems)
    submit = replace(change.submit, call=desired.call)
    base_digest, desired_digest = digest(base.spec), digest(desired.spec)
    return replace(
        change,
        task=base.key,
        base_digest=base_digest,
        desired_digest=desired_digest,
        submit=submit,
        deferred=False,
        desired=desired.spec,
        call=desired.call,
    )


def _base(key: TaskVersion, catalog: Catalog) -> Template | None:
    found = catalog.templates([key]).get(key)
    if found is None or not is_derived(key.version):
        return found
    base = base_of(found)
    return catalog.templates([base]).get(base)


def _moved(change: Change) -> Problem:
    message = f"{change.task.task} {change.task.version} is gone, or is not what was reviewed"
    return _problem(change, "FP2301", message, "plan again, and review what is different")


def _problem(change: Change, code: str, message: str, hint: str) -> Problem:
    return Problem(code=code, position=change.manifests[0].position, message=message, hint=hint)
