"""One change after the other: looked at again, deployed, read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from flyteplan.apply.derived import deployment, own_tags
from flyteplan.apply.present import look
from flyteplan.apply.standing import is_done, moved
from flyteplan.apply.triggers import not_moved, to_move
from flyteplan.diff import digest
from flyteplan.errors import CatalogError
from flyteplan.model.deployment import Deployment, Provenance
from flyteplan.model.event import ALREADY, FAILED, NOT_TRIED, SUBMITTED, Event
from flyteplan.model.plan import Change
from flyteplan.ports import Catalog, Controller

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec


def apply(
    changes: Iterable[Change],
    controller: Controller,
    provenance: Provenance,
    *,
    fail_fast: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """One event a change, as it happens; of what needs nothing, none.

    A change that fails does not keep the others from being tried, unless *fail_fast*. As soon as *stopped*, the rest
    is not tried.
    """
    failed = False
    for change in changes:
        if change.action == "run":
            yield Event(change=change, outcome=NOT_TRIED, message="runs can not be submitted yet")
        elif change.action != "update":
            continue
        elif stopped():
            yield Event(change=change, outcome=NOT_TRIED, message="interrupted")
        elif failed and fail_fast:
            yield Event(change=change, outcome=NOT_TRIED, message="another one failed before")
        else:
            event = _submitted(change, controller, provenance)
            failed = failed or event.outcome == FAILED
            yield event


def _submitted(change: Change, controller: Controller, provenance: Provenance) -> Event:
    try:
        present = look(controller.now(), [change])
        if is_done(change, present):
            return Event(change=change, outcome=ALREADY)
        move = moved(change, present)
        if move or change.desired is None:
            return Event(change=change, outcome=FAILED, message=move or "its desired spec is not known", stale=True)
        triggers = to_move(change, present, controller)
        return _deployed(change, deployment(change, change.desired, provenance, triggers), controller)
    except CatalogError as error:
        return Event(change=change, outcome=FAILED, message=str(error))


def _deployed(change: Change, sent: Deployment, controller: Controller) -> Event:
    """A call that failed may have arrived: what counts is what is there afterwards."""
    trouble = ""
    try:
        controller.deploy(sent)
    except CatalogError as error:
        trouble = str(error)
    try:
        wrong = _wrong(sent, change, controller.now()) or not_moved(sent, controller)
    except CatalogError as error:
        wrong = f"{sent.key.version} was sent, and can not be read back: {error}"
    if not wrong:
        return Event(change=change, outcome=SUBMITTED)
    return Event(change=change, outcome=FAILED, message=trouble or wrong)


def _wrong(sent: Deployment, change: Change, catalog: Catalog) -> str:
    """What the catalog has otherwise than it was sent, "" when nothing."""
    version, task = sent.key.version, sent.key.task
    found = catalog.templates([sent.key]).get(sent.key)
    if found is None:
        return f"{version} was sent, and is not there"
    if digest(found.spec) != change.desired_digest:
        return f"{version} is there, but its spec is not the one that was sent"
    if _tags(found.spec) != _tags(sent.spec):
        return f"{version} is there, but the tags that say where it comes from are not those that were sent"
    newest = catalog.newest([task]).get(task)
    if newest is None or newest.live != version:
        return f"{version} is there, but the newest version is {newest.live if newest else 'not known'}"
    return ""


def _tags(spec: TaskSpec) -> dict[str, str]:
    return own_tags(spec.task_template.metadata.tags)
