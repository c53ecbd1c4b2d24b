"""RunService over the catalog: the parts that read, list, abort and watch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from flyteidl2.common.identifier_pb2 import ActionIdentifier, RunIdentifier
from flyteidl2.common.phase_pb2 import ActionPhase
from flyteidl2.workflow import run_definition_pb2, run_service_pb2

from flyteplan.local.clock import Clock
from flyteplan.local.faults import Fault
from flyteplan.local.services.actions import ROOT, TERMINAL, details_of, details_of_run, run_of
from flyteplan.local.services.creation import Creation
from flyteplan.local.services.filters import Kind
from flyteplan.local.services.handler import Handler, handler
from flyteplan.local.services.paging import page_of
from flyteplan.local.store import Store, runs
from flyteplan.local.store.rows import Clause, Page, RunRow, equal
from flyteplan.local.variant import Variant
from flyteplan.model.run import RunName

if TYPE_CHECKING:
    import sqlite3

    from google.protobuf.message import Message

Identifier = TypeVar("Identifier", RunIdentifier, ActionIdentifier)

_TEXTS = (
    "project domain run_name run_source created_by_subject trigger_task_name trigger_name "
    "task_project task_domain task_name task_version function_name"
)
_COLUMNS = {
    **dict.fromkeys(_TEXTS.split(), Kind.TEXT),
    **dict.fromkeys(("phase", "action_type", "trigger_revision", "duration_ms"), Kind.INTEGER),
    **dict.fromkeys(("created_at", "updated_at", "ended_at"), Kind.TIME),
    "trigger_type": Kind.OPAQUE,
}
_MAY_BE_NULL = re.compile("task_|trigger_|created_by_subject|ended_at|duration_ms")
_NULLABLE = frozenset(filter(_MAY_BE_NULL.match, _COLUMNS))
_PACKAGE = "/flyteidl2.workflow.RunService/"
_ABORTED_BY_USER = "User requested abort"


class RunService:
    """CreateRun, GetRunDetails, GetActionDetails, ListRuns, AbortRun, WatchRunDetails and WatchActionDetails."""

    def __init__(self, store: Store, clock: Clock, variant: Variant) -> None:
        self._store = store
        self._clock = clock
        self._creation = Creation(store, clock, variant)

    def handlers(self) -> Iterator[Handler]:
        calls: tuple[Callable[..., object], ...] = (
            self.create_run,
            self.get_run_details,
            self.get_action_details,
            self.list_runs,
            self.abort_run,
        )
        for call in calls:
            yield handler(_PACKAGE, run_service_pb2, call)
        for stream in (self.watch_run_details, self.watch_action_details):
            yield handler(_PACKAGE, run_service_pb2, stream, streams=True)

    def create_run(self, request: run_service_pb2.CreateRunRequest) -> run_service_pb2.CreateRunResponse:
        return run_service_pb2.CreateRunResponse(run=run_of(self._creation.created(request)))

    def get_run_details(self, request: run_service_pb2.GetRunDetailsRequest) -> run_service_pb2.GetRunDetailsResponse:
        identifier = _needed(request.run_id, request)
        with self._store.reading() as connection:
            row = _found(connection, identifier)
            details = details_of_run(row, runs.spec_of(connection, row), identifier)
        return run_service_pb2.GetRunDetailsResponse(details=details)

    def get_action_details(
        self, request: run_service_pb2.GetActionDetailsRequest
    ) -> run_service_pb2.GetActionDetailsResponse:
        details = self._action(_needed(request.action_id, request))
        return run_service_pb2.GetActionDetailsResponse(details=details)

    def list_runs(self, request: run_service_pb2.ListRunsRequest) -> run_service_pb2.ListRunsResponse:
        """The one list that looks a row ahead: there is a token only when there is more."""
        page = page_of(request.request, _COLUMNS, _NULLABLE)
        with self._store.reading() as connection:
            found = runs.listing(connection, _scope(request), _one_more(page))
        token = str(page.offset + page.limit) if len(found) > page.limit else ""
        return run_service_pb2.ListRunsResponse(runs=map(run_of, found[: page.limit]), token=token)

    def abort_run(self, request: run_service_pb2.AbortRunRequest) -> run_service_pb2.AbortRunResponse:
        name = _name(_needed(request.run_id, request))
        reason = request.reason if request.HasField("reason") else _ABORTED_BY_USER
        with self._store.writing() as connection:
            if not runs.abort(connection, name, reason, self._clock()):
                raise Fault("NOT_FOUND", f"run not found: {name.project}/{name.domain}/{name.name}")
        return run_service_pb2.AbortRunResponse()

    def watch_run_details(
        self, request: run_service_pb2.WatchRunDetailsRequest
    ) -> Iterator[run_service_pb2.WatchRunDetailsResponse | None]:
        """Tells that something changed and not what: the details are empty, as they are on the server. Never ends."""
        identifier = _needed(request.run_id, request)
        for change in self._changes(identifier):
            response = run_service_pb2.WatchRunDetailsResponse(details=run_definition_pb2.RunDetails())
            yield response if change else None

    def watch_action_details(
        self, request: run_service_pb2.WatchActionDetailsRequest
    ) -> Iterator[run_service_pb2.WatchActionDetailsResponse | None]:
        """Ends when the last attempt has: an aborted run of which no attempt was reported is watched for ever."""
        identifier = _needed(request.action_id, request)
        details = self._action(identifier)
        for change in self._changes(identifier.run):
            if change:
                details = self._action(identifier)
                yield run_service_pb2.WatchActionDetailsResponse(details=details)
            else:
                yield None
            if details.attempts and details.attempts[-1].phase in TERMINAL:
                return

    def _changes(self, identifier: RunIdentifier) -> Iterator[bool]:
        """Whether the run changed since it was last asked; at first it has."""
        seen: RunRow | None = None
        while True:
            with self._store.reading() as connection:
                row = _found(connection, identifier)
            yield row != seen
            seen = row

    def _action(self, identifier: ActionIdentifier) -> run_definition_pb2.ActionDetails:
        with self._store.reading() as connection:
            row = _found(connection, identifier.run)
            spec = runs.spec_of(connection, row)
        if identifier.name != ROOT:
            raise Fault("NOT_FOUND", f"action not found: {identifier.name}")
        return details_of(row, identifier, spec)


def _needed(identifier: Identifier, request: Message) -> Identifier:
    """The server breaks down when a request has no identifier, and the stream with it."""
    if not any(field.message_type is identifier.DESCRIPTOR for field, _ in request.ListFields()):
        raise Fault("INTERNAL", "the request has no identifier")
    return identifier


def _found(connection: sqlite3.Connection, identifier: RunIdentifier) -> RunRow:
    name = _name(identifier)
    row = runs.find(connection, name)
    if row is None:
        raise Fault("NOT_FOUND", f"run not found: {name.project}/{name.domain}/{name.name}")
    return row


def _name(identifier: RunIdentifier) -> RunName:
    return RunName(identifier.project, identifier.domain, identifier.name)


def _one_more(page: Page) -> Page:
    order = f"{page.order}, run_name ASC" if page.order else ""
    return Page(filters=page.filters, order=order, limit=page.limit + 1, offset=page.offset)


def _scope(request: run_service_pb2.ListRunsRequest) -> Clause:
    scope = _scoped(request)
    return scope & equal(phase=ActionPhase.ACTION_PHASE_PAUSED) if request.paused_actions_only else scope


def _scoped(request: run_service_pb2.ListRunsRequest) -> Clause:
    if request.HasField("project_id"):
        return equal(project=request.project_id.name, domain=request.project_id.domain)
    if request.HasField("trigger_name"):
        name = request.trigger_name
        own = equal(trigger_task_name=name.task_name, trigger_name=name.name)
        return equal(project=name.project, domain=name.domain) & own
    if request.HasField("task_name"):
        task = request.task_name
        return equal(task_project=task.project, task_domain=task.domain, task_name=task.name)
    if request.HasField("task_id"):
        key = request.task_id
        own = equal(task_name=key.name, task_version=key.version)
        return equal(task_project=key.project, task_domain=key.domain) & own
    return Clause()
