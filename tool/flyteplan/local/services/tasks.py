"""TaskService over the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flyteidl2.common.identifier_pb2 import TriggerName
from flyteidl2.task import task_definition_pb2, task_service_pb2
from flyteidl2.task.common_pb2 import TriggerAutomationSpec
from flyteidl2.task.task_definition_pb2 import TaskIdentifier, TaskSpec, TaskTriggersSummary
from flyteidl2.trigger.trigger_definition_pb2 import TriggerSpec
from google.protobuf.message import DecodeError

from flyteplan.local.clock import Clock
from flyteplan.local.faults import Fault
from flyteplan.local.services.cron import check_schedule
from flyteplan.local.services.filters import Kind
from flyteplan.local.services.handler import Handler, handler
from flyteplan.local.services.paging import next_token, page_of
from flyteplan.local.services.projects import require_project
from flyteplan.local.services.times import timestamp
from flyteplan.local.services.triggers import trigger_row
from flyteplan.local.services.truncation import LONG, SHORT, cut
from flyteplan.local.store import Store, tasks, triggers
from flyteplan.local.store.rows import Clause, TaskRow, TriggerRow, equal
from flyteplan.local.taskrow import row_of
from flyteplan.model.task import TaskName, TaskVersion

if TYPE_CHECKING:
    import sqlite3

_TEXTS = "project domain name version environment function_name deployed_by trigger_name env_description"
_COLUMNS = {
    **dict.fromkeys(_TEXTS.split(), Kind.TEXT),
    "short_description": Kind.TEXT,
    "total_triggers": Kind.INTEGER,
    "active_triggers": Kind.INTEGER,
    "created_at": Kind.TIME,
    "updated_at": Kind.TIME,
}
_NULLABLE = frozenset({"trigger_name", "env_description", "short_description"})
_VERSION_COLUMNS = {"version": Kind.TEXT, "created_at": Kind.TIME}
_PACKAGE = "/flyteidl2.task.TaskService/"


class TaskService:
    """DeployTask, GetTaskDetails, ListTasks and ListVersions."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def handlers(self) -> Iterator[Handler]:
        for call in (self.deploy_task, self.get_task_details, self.list_tasks, self.list_versions):
            yield handler(_PACKAGE, task_service_pb2, call)

    def deploy_task(self, request: task_service_pb2.DeployTaskRequest) -> task_service_pb2.DeployTaskResponse:
        spec, now = _shortened(request.spec), self._clock()
        row = row_of(_key(request.task_id), spec, now)
        deployed = [_trigger(request.task_id, trigger, now) for trigger in request.triggers]
        _check_storable(row)
        with self._store.writing() as connection:
            require_project(connection, row.project)
            tasks.deploy(connection, row, spec.SerializeToString())
            if deployed:
                _replace_triggers(connection, deployed)
        return task_service_pb2.DeployTaskResponse()

    def get_task_details(
        self, request: task_service_pb2.GetTaskDetailsRequest
    ) -> task_service_pb2.GetTaskDetailsResponse:
        key = _key(request.task_id)
        with self._store.reading() as connection:
            found = tasks.find(connection, key)
        if found is None:
            raise Fault("NOT_FOUND", f"task not found: {key.task} {key.version}")
        row, spec = found
        details = task_definition_pb2.TaskDetails(task_id=_identifier(row), metadata=_metadata(row))
        details.spec.MergeFromString(spec)
        return task_service_pb2.GetTaskDetailsResponse(details=details)

    def list_tasks(self, request: task_service_pb2.ListTasksRequest) -> task_service_pb2.ListTasksResponse:
        page = page_of(request.request, _COLUMNS, _NULLABLE)
        with self._store.reading() as connection:
            found, matching, total = tasks.listing(connection, _scope(request), page)
        response = task_service_pb2.ListTasksResponse(tasks=map(_task, found), token=next_token(len(found), page))
        response.metadata.filtered_total = matching if found else 0
        response.metadata.total = total if found else 0
        return response

    def list_versions(self, request: task_service_pb2.ListVersionsRequest) -> task_service_pb2.ListVersionsResponse:
        page = page_of(request.request, _VERSION_COLUMNS)
        name = request.task_name
        with self._store.reading() as connection:
            found = tasks.version_listing(connection, TaskName(name.project, name.domain, name.name), page)
        response = task_service_pb2.ListVersionsResponse(token=next_token(len(found), page))
        for version, created_at in found:
            response.versions.add(version=version, deployed_at=timestamp(created_at))
        return response


def _shortened(sent: TaskSpec) -> TaskSpec:
    spec = TaskSpec()
    spec.CopyFrom(sent)
    if spec.HasField("environment"):
        spec.environment.description = cut(spec.environment.description, SHORT)
    if spec.HasField("documentation"):
        spec.documentation.short_description = cut(spec.documentation.short_description, SHORT)
        spec.documentation.long_description = cut(spec.documentation.long_description, LONG)
    return spec


def _check_storable(row: TaskRow) -> None:
    texts = (
        row.project,
        row.domain,
        row.name,
        row.version,
        row.environment,
        row.env_description,
        row.short_description,
    )
    if any("\0" in text for text in texts if text):
        raise Fault("INTERNAL", "the database can not store a text with a NUL byte")


def _trigger(task: TaskIdentifier, trigger: task_definition_pb2.TaskTrigger, now: int) -> TriggerRow:
    check_schedule(trigger.name, trigger.automation_spec.schedule)
    sent = trigger.spec
    description = cut(sent.description, SHORT, code="INVALID_ARGUMENT")
    spec = TriggerSpec(active=sent.active, task_version=task.version, description=description)
    for part in ("run_spec", "inputs", "offloaded_input_data"):
        if sent.HasField(part):
            getattr(spec, part).CopyFrom(getattr(sent, part))
    name = TriggerName(project=task.project, domain=task.domain, task_name=task.name, name=trigger.name)
    return trigger_row(name, spec, trigger.automation_spec, now)


def _replace_triggers(connection: sqlite3.Connection, deployed: list[TriggerRow]) -> None:
    """A list of triggers is all that the task has from now on; an empty one would change nothing."""
    first = deployed[0]
    task = TaskName(first.project, first.domain, first.task_name)
    for old in triggers.others(connection, task, {row.name for row in deployed}):
        triggers.delete(connection, old, first.deployed_at)
    for row in deployed:
        triggers.deploy(connection, row)
    triggers.summarize(connection, first)


def _scope(request: task_service_pb2.ListTasksRequest) -> Clause:
    """What is listed: a project and domain, or all there is. Of the known filters, only deployed_by is one."""
    scope = Clause()
    if request.HasField("project_id"):
        scope = equal(project=request.project_id.name, domain=request.project_id.domain)
    for known in request.known_filters:
        if known.HasField("deployed_by"):
            scope = scope & equal(deployed_by=known.deployed_by)
    return scope


def _key(identifier: TaskIdentifier) -> TaskVersion:
    return TaskVersion(TaskName(identifier.project, identifier.domain, identifier.name), identifier.version)


def _identifier(row: TaskRow) -> TaskIdentifier:
    return TaskIdentifier(project=row.project, domain=row.domain, name=row.name, version=row.version)


def _task(row: TaskRow) -> task_definition_pb2.Task:
    summary = task_definition_pb2.TaskSummary()
    return task_definition_pb2.Task(task_id=_identifier(row), metadata=_metadata(row), task_summary=summary)


def _metadata(row: TaskRow) -> task_definition_pb2.TaskMetadata:
    return task_definition_pb2.TaskMetadata(
        short_name=row.function_name,
        environment_name=row.environment,
        deployed_at=timestamp(row.created_at),
        triggers_summary=_summary(row),
        short_description=row.short_description or "",
    )


def _summary(row: TaskRow) -> TaskTriggersSummary | None:
    if not row.total_triggers:
        return None
    if row.total_triggers > 1:
        stats = TaskTriggersSummary.TriggerStats(total=row.total_triggers, active=row.active_triggers)
        return TaskTriggersSummary(stats=stats)
    try:
        automation = TriggerAutomationSpec.FromString(row.trigger_automation or b"")
    except DecodeError:
        return None
    name, active = row.trigger_name or "", row.active_triggers > 0
    details = TaskTriggersSummary.TriggerDetails(name=name, active=active, automation_spec=automation)
    return TaskTriggersSummary(details=details)
