"""Takes over what another catalog has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from flyteplan.errors import CatalogError
from flyteplan.local.clock import Clock, now
from flyteplan.local.store import Store, projects, tasks, triggers
from flyteplan.local.store.rows import ProjectRow, TaskRow, TriggerRow
from flyteplan.local.taskrow import row_of
from flyteplan.model.task import TaskName, TaskVersion
from flyteplan.record import replace

if TYPE_CHECKING:
    import sqlite3

    from flyteidl2.task.task_definition_pb2 import TaskDetails
    from google.protobuf.timestamp_pb2 import Timestamp

_BATCH = 500


def fill(store: Store, details: Iterable[TaskDetails], clock: Clock = now) -> int:
    """Writes each version as it was deployed elsewhere, at the time it was, over what is there; returns how many.

    They are written a few hundred at a time, and what has been written stays when *details* raises. Projects are made
    as they are met. Of the triggers, one that is named as the only one of the version that tells of them comes over,
    with neither its revision nor the version it starts; of others, how many they are. Raises CatalogError.
    """
    count, remaining = 0, iter(details)
    while batch := list(islice(remaining, _BATCH)):
        with store.writing() as connection:
            for task in {_put(connection, one, clock()) for one in batch}:
                _note_trigger(connection, task)
        count += len(batch)
    return count


def _put(connection: sqlite3.Connection, details: TaskDetails, time: int) -> TaskName:
    key = _key(details)
    projects.create(connection, _project(key.task.project, time))
    row = row_of(key, details.spec, _microseconds(details.metadata.deployed_at))
    row = replace(row, environment=details.metadata.environment_name or row.environment, updated_at=time)
    tasks.replace(connection, _with_triggers(row, details), details.spec.SerializeToString())
    return key.task


def _key(details: TaskDetails) -> TaskVersion:
    identifier = details.task_id if details.HasField("task_id") else details.spec.task_template.id
    if not identifier.name or not identifier.version:
        raise CatalogError("a template names no task and version, in task_id or in spec.task_template.id")
    task = TaskName(identifier.project, identifier.domain, identifier.name)
    return TaskVersion(task, identifier.version)


def _with_triggers(row: TaskRow, details: TaskDetails) -> TaskRow:
    summary = details.metadata.triggers_summary
    if summary.HasField("details"):
        automation = summary.details.automation_spec.SerializeToString()
        active = int(summary.details.active)
        only = replace(row, trigger_name=summary.details.name, trigger_automation=automation)
        return replace(only, total_triggers=1, active_triggers=active)
    return replace(row, total_triggers=summary.stats.total, active_triggers=summary.stats.active)


def _note_trigger(connection: sqlite3.Connection, task: TaskName) -> None:
    """Makes the triggers that were only taken over agree with the version of the task that tells of them."""
    triggers.forget_noted(connection, task)
    for trigger in _noted(tasks.telling(connection, [task])[task]):
        triggers.note(connection, trigger)


def _noted(row: TaskRow) -> Iterator[TriggerRow]:
    from flyteidl2.task.common_pb2 import TriggerAutomationSpec, TriggerAutomationSpecType
    from flyteidl2.trigger.trigger_definition_pb2 import TriggerSpec

    from flyteplan.local.services.triggers import with_type

    if row.trigger_name is None:
        return
    automation = with_type(TriggerAutomationSpec.FromString(row.trigger_automation or b""))
    active = row.active_triggers > 0
    yield TriggerRow(
        project=row.project,
        domain=row.domain,
        task_name=row.name,
        name=row.trigger_name,
        spec=TriggerSpec(active=active).SerializeToString(),
        automation=automation.SerializeToString(),
        automation_type=TriggerAutomationSpecType.Name(automation.type),
        task_version="",
        active=active,
        description=None,
        deployed_at=row.created_at,
        updated_at=row.created_at,
    )


def _project(name: str, time: int) -> ProjectRow:
    return ProjectRow(
        identifier=name, name=name, description="", labels=None, state=0, created_at=time, updated_at=time
    )


def _microseconds(moment: Timestamp) -> int:
    return moment.seconds * 10**6 + moment.nanos // 1000
