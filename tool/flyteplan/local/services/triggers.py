"""TriggerService over the catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, cast

from flyteidl2.common.identifier_pb2 import TriggerIdentifier, TriggerName
from flyteidl2.task.common_pb2 import TriggerAutomationSpec, TriggerAutomationSpecType
from flyteidl2.trigger import trigger_definition_pb2, trigger_service_pb2
from flyteidl2.trigger.trigger_definition_pb2 import TriggerSpec, TriggerStatus

from flyteplan.local.clock import Clock
from flyteplan.local.faults import Fault
from flyteplan.local.services.cron import check_schedule
from flyteplan.local.services.filters import Kind
from flyteplan.local.services.handler import Handler, handler
from flyteplan.local.services.paging import next_token, page_of
from flyteplan.local.services.times import optional, timestamp
from flyteplan.local.store import Store, triggers
from flyteplan.local.store.rows import Clause, TriggerRow, equal
from flyteplan.model.task import TaskName

if TYPE_CHECKING:
    import sqlite3

_TEXTS = "project domain task_name name task_version automation_type"
_COLUMNS = {
    **dict.fromkeys(_TEXTS.split(), Kind.TEXT),
    "active": Kind.FLAG,
    "deployed_at": Kind.TIME,
    "updated_at": Kind.TIME,
}
_REVISION_COLUMNS = {
    "revision": Kind.INTEGER,
    "deployed_at": Kind.TIME,
    "updated_at": Kind.TIME,
    "action": Kind.TEXT,
}
_PACKAGE = "/flyteidl2.trigger.TriggerService/"
_Change = Callable[["sqlite3.Connection", TriggerRow], None]


class TriggerService:
    """DeployTrigger, its readers, UpdateTriggers and DeleteTriggers."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def handlers(self) -> Iterator[Handler]:
        calls: tuple[Callable[..., object], ...] = (
            self.deploy_trigger,
            self.get_trigger_details,
            self.get_trigger_revision_details,
            self.list_triggers,
            self.get_trigger_revision_history,
            self.update_triggers,
            self.delete_triggers,
        )
        for call in calls:
            yield handler(_PACKAGE, trigger_service_pb2, call)

    def deploy_trigger(
        self, request: trigger_service_pb2.DeployTriggerRequest
    ) -> trigger_service_pb2.DeployTriggerResponse:
        """Neither the project nor the task nor its version need be there."""
        check_schedule(request.name.name, request.automation_spec.schedule)
        row = trigger_row(request.name, request.spec, request.automation_spec, self._clock())
        with self._store.writing() as connection:
            saved = triggers.deploy(connection, row, request.revision)
            if saved is None:
                raise Fault("INTERNAL", "optimistic lock failure: the trigger was changed meanwhile")
            triggers.summarize(connection, saved)
        return trigger_service_pb2.DeployTriggerResponse(trigger=_details(saved))

    def get_trigger_details(
        self, request: trigger_service_pb2.GetTriggerDetailsRequest
    ) -> trigger_service_pb2.GetTriggerDetailsResponse:
        with self._store.reading() as connection:
            row = triggers.find(connection, _task(request.name), request.name.name)
        if row is None:
            raise Fault("NOT_FOUND", f"trigger not found: {_task(request.name)}/{request.name.name}")
        return trigger_service_pb2.GetTriggerDetailsResponse(trigger=_details(row))

    def get_trigger_revision_details(
        self, request: trigger_service_pb2.GetTriggerRevisionDetailsRequest
    ) -> trigger_service_pb2.GetTriggerRevisionDetailsResponse:
        name, number = request.id.name, request.id.revision
        with self._store.reading() as connection:
            row = triggers.revision(connection, _task(name), name.name, number)
        if row is None:
            raise Fault("NOT_FOUND", f"trigger revision not found: {_task(name)}/{name.name}@{number}")
        return trigger_service_pb2.GetTriggerRevisionDetailsResponse(trigger=_details(row))

    def list_triggers(
        self, request: trigger_service_pb2.ListTriggersRequest
    ) -> trigger_service_pb2.ListTriggersResponse:
        page = page_of(request.request, _COLUMNS)
        with self._store.reading() as connection:
            found = triggers.listing(connection, _scope(request), page)
        token = next_token(len(found), page)
        return trigger_service_pb2.ListTriggersResponse(triggers=map(_listed, found), token=token)

    def get_trigger_revision_history(
        self, request: trigger_service_pb2.GetTriggerRevisionHistoryRequest
    ) -> trigger_service_pb2.GetTriggerRevisionHistoryResponse:
        """Newest first, whatever order or filters are asked for, as long as their columns are known."""
        page = page_of(request.request, _REVISION_COLUMNS)
        with self._store.reading() as connection:
            found = triggers.history(connection, _task(request.name), request.name.name, page)
        revisions = [_revision(row, action) for row, action in found]
        token = next_token(len(found), page)
        return trigger_service_pb2.GetTriggerRevisionHistoryResponse(triggers=revisions, token=token)

    def update_triggers(
        self, request: trigger_service_pb2.UpdateTriggersRequest
    ) -> trigger_service_pb2.UpdateTriggersResponse:
        active, now = request.active, self._clock()

        def activate(connection: sqlite3.Connection, row: TriggerRow) -> None:
            if row.active != active:
                triggers.activate(connection, row, active=active, now=now)

        self._change(request.names, activate)
        return trigger_service_pb2.UpdateTriggersResponse()

    def delete_triggers(
        self, request: trigger_service_pb2.DeleteTriggersRequest
    ) -> trigger_service_pb2.DeleteTriggersResponse:
        now = self._clock()
        self._change(request.names, lambda connection, row: triggers.delete(connection, row, now))
        return trigger_service_pb2.DeleteTriggersResponse()

    def _change(self, names: Iterable[TriggerName], change: _Change) -> None:
        """Those that are there; the others are passed over."""
        with self._store.writing() as connection:
            for name in names:
                row = triggers.find(connection, _task(name), name.name) if name.task_name else None
                if row:
                    change(connection, row)
                    triggers.summarize(connection, row)


def trigger_row(name: TriggerName, spec: TriggerSpec, automation: TriggerAutomationSpec, now: int) -> TriggerRow:
    stored = with_type(automation)
    return TriggerRow(
        project=name.project,
        domain=name.domain,
        task_name=name.task_name,
        name=name.name,
        spec=spec.SerializeToString(),
        automation=stored.SerializeToString(),
        automation_type=TriggerAutomationSpecType.Name(stored.type),
        task_version=spec.task_version,
        active=spec.active,
        description=spec.description or None,
        deployed_at=now,
        updated_at=now,
    )


def with_type(automation: TriggerAutomationSpec) -> TriggerAutomationSpec:
    """The type of an automation is what the server makes of it: a schedule, or none."""
    stored = TriggerAutomationSpec()
    stored.CopyFrom(automation)
    scheduled = stored.HasField("schedule")
    stored.type = TriggerAutomationSpecType.TYPE_SCHEDULE if scheduled else TriggerAutomationSpecType.TYPE_NONE
    return stored


def details_spec(row: TriggerRow) -> TriggerSpec:
    spec = TriggerSpec.FromString(row.spec)
    spec.active, spec.task_version = bool(row.active), row.task_version
    return spec


def identifier(row: TriggerRow) -> TriggerIdentifier:
    name = TriggerName(project=row.project, domain=row.domain, task_name=row.task_name, name=row.name)
    return TriggerIdentifier(name=name, revision=row.latest_revision)


def _details(row: TriggerRow) -> trigger_definition_pb2.TriggerDetails:
    return trigger_definition_pb2.TriggerDetails(
        id=identifier(row),
        spec=details_spec(row),
        status=_status(row),
        automation_spec=TriggerAutomationSpec.FromString(row.automation),
    )


def _listed(row: TriggerRow) -> trigger_definition_pb2.Trigger:
    return trigger_definition_pb2.Trigger(
        id=identifier(row),
        status=_status(row),
        active=bool(row.active),
        automation_spec=TriggerAutomationSpec.FromString(row.automation),
    )


def _revision(row: TriggerRow, action: int) -> trigger_definition_pb2.TriggerRevision:
    made = max(row.deployed_at, row.updated_at, row.deleted_at or 0)
    revision = trigger_definition_pb2.TriggerRevision(id=identifier(row), status=_status(row))
    revision.created_at.CopyFrom(timestamp(made))
    revision.action = cast("trigger_definition_pb2.TriggerRevisionAction", action)
    return revision


def _status(row: TriggerRow) -> TriggerStatus:
    return TriggerStatus(
        deployed_at=timestamp(row.deployed_at),
        updated_at=timestamp(row.updated_at),
        triggered_at=optional(row.triggered_at),
        deleted_at=optional(row.deleted_at),
    )


def _scope(request: trigger_service_pb2.ListTriggersRequest) -> Clause:
    if request.HasField("project_id"):
        return equal(project=request.project_id.name, domain=request.project_id.domain)
    if request.HasField("task_name"):
        name = request.task_name
        return equal(project=name.project, domain=name.domain, task_name=name.name)
    if request.HasField("task_id"):
        task = request.task_id
        return equal(project=task.project, domain=task.domain, task_name=task.name, task_version=task.version)
    return Clause()


def _task(name: TriggerName) -> TaskName:
    return TaskName(name.project, name.domain, name.task_name)
