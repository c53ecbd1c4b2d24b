"""A plan -> what is submitted of it, once it is known to hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flyteplan.apply import Pace, apply, look, moved, refused
from flyteplan.diff import digest
from flyteplan.errors import Problem, RefusedError, StaleError
from flyteplan.inputs import literals
from flyteplan.model.deployment import Provenance
from flyteplan.model.event import Event
from flyteplan.model.plan import Change, Plan
from flyteplan.model.settings import Settings
from flyteplan.model.task import Template
from flyteplan.override import override
from flyteplan.pipeline.breaks import breaks
from flyteplan.plan import of_run
from flyteplan.ports import Catalog, Controller
from flyteplan.record import replace


def submit(
    changes: Sequence[Change],
    controller: Controller,
    provenance: Provenance,
    pace: Pace,
    seen: Catalog | None = None,
) -> Iterator[Event]:
    """One event a change. Raises StaleError and RefusedError before anything is submitted, with all that is wrong.

    *seen* is the catalog as it was read a moment ago, where it was: what it has read is not read again.
    """
    present = look(seen or controller.now(), changes)
    stale = [_stale(change, move) for change in changes if (move := moved(change, present))]
    if stale:
        raise StaleError(stale)
    harmful = list(refused(changes, present))
    if harmful:
        raise RefusedError(harmful)
    return apply(changes, controller, provenance, pace)


def restored(plan: Plan, catalog: Catalog) -> tuple[Change, ...]:
    """The changes of a saved plan with their desired specs and inputs, made again from the bases as they are deployed.

    Its settings have all their values again (see `recalled`).
    Without one where the base is not what the plan saw: `submit` says so. Raises StaleError where the overrides that
    were saved do not come to what was reviewed.
    """
    templates = catalog.templates({change.task for change in plan.changes if not change.deferred})
    wrong: list[Problem] = []
    changes = tuple(_restored(change, templates.get(change.task), wrong) for change in plan.changes)
    if wrong:
        raise StaleError(wrong)
    return changes


def _restored(change: Change, base: Template | None, wrong: list[Problem]) -> Change:
    """Only what was edited holds what the stages stumble over: they are made for what was validated."""
    if base is None or digest(base.spec) != change.base_digest:
        return change
    try:
        return _made_again(change, base, wrong)
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError):
        wrong.append(_stale(change, "the overrides that were saved can not be read"))
        return change


def _made_again(change: Change, base: Template, wrong: list[Problem]) -> Change:
    settings = Settings(change.settings)
    desired = override(base, settings, change.strategy)
    is_run = change.submit.kind == "run"
    if digest(desired.spec) != change.desired_digest:
        wrong.append(_stale(change, "the overrides that were saved do not come to the spec that was reviewed"))
    if is_run and dict(desired.call + of_run(change.secrecy.settings(settings))) != dict(change.submit.call):
        wrong.append(_stale(change, "the inputs and run settings that were saved are not those that were reviewed"))
    given = literals(base, settings, breaks) if is_run else None
    call = desired.call + (of_run(settings) if is_run else ())
    return replace(change, desired=desired.spec, inputs=given.message if given else None, call=call)


def _stale(change: Change, move: str) -> Problem:
    return Problem(
        code="FP2301",
        position=change.position,
        message=f"{change.task.task}: {move}",
        hint="plan again, and review what is different",
    )
