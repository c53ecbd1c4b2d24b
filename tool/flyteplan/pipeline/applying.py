"""A plan -> what is submitted of it, once it is known to hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from flyteplan.apply import apply, look, moved, refused
from flyteplan.diff import digest
from flyteplan.errors import Problem, RefusedError, StaleError, is_valid
from flyteplan.model.deployment import Provenance
from flyteplan.model.event import Event
from flyteplan.model.plan import Change, Plan
from flyteplan.model.settings import Settings
from flyteplan.model.task import Template
from flyteplan.override import override
from flyteplan.ports import Catalog, Controller


def submit(
    changes: Sequence[Change],
    controller: Controller,
    provenance: Provenance,
    *,
    fail_fast: bool,
    stopped: Callable[[], bool],
) -> Iterator[Event]:
    """One event a change. Raises StaleError and RefusedError before anything is submitted, with all that is wrong."""
    present = look(controller.now(), changes)
    stale = [_stale(change, move) for change in changes if (move := moved(change, present))]
    if stale:
        raise StaleError(stale)
    harmful = list(refused(changes, present))
    if harmful:
        raise RefusedError(harmful)
    return apply(changes, controller, provenance, fail_fast=fail_fast, stopped=stopped)


def restored(plan: Plan, catalog: Catalog) -> tuple[Change, ...]:
    """The changes of a saved plan with their desired specs, made again from the bases as the catalog has them.

    Without one where the base is not what the plan saw: `submit` says so. Raises StaleError where the overrides that
    were saved do not come to what was reviewed.
    """
    templates = catalog.templates({change.task for change in plan.changes if not change.deferred})
    changes = tuple(_restored(change, templates.get(change.task)) for change in plan.changes)
    wrong = [change for change in changes if change.desired and digest(change.desired) != change.desired_digest]
    if wrong:
        raise StaleError(_edited(wrong))
    return changes


def _restored(change: Change, base: Template | None) -> Change:
    if base is None or digest(base.spec) != change.base_digest:
        return change
    desired = override(base, Settings(change.settings), change.strategy)
    return replace(change, desired=desired.spec) if is_valid(desired.problems) else change


def _edited(changes: Iterable[Change]) -> Iterator[Problem]:
    for change in changes:
        yield _stale(change, "the overrides that were saved do not come to the spec that was reviewed")


def _stale(change: Change, move: str) -> Problem:
    return Problem(
        code="FP2301",
        position=change.position,
        message=f"{change.task.task}: {move}",
        hint="plan again, and review what is different",
    )
