"""Runs and their root actions as messages."""

from __future__ import annotations

from typing import cast

from flyteidl2.common.identifier_pb2 import ActionIdentifier, RunIdentifier, TriggerIdentifier, TriggerName
from flyteidl2.common.phase_pb2 import ActionPhase
from flyteidl2.task.run_pb2 import RunSpec
from flyteidl2.task.task_definition_pb2 import TaskIdentifier, TaskSpec
from flyteidl2.workflow.run_definition_pb2 import (
    AbortInfo,
    Action,
    ActionAttempt,
    ActionDetails,
    ActionMetadata,
    ActionStatus,
    ActionType,
    ErrorInfo,
    Run,
    RunDetails,
    RunSource,
    TaskActionMetadata,
)

from flyteplan.local.services.times import optional, timestamp
from flyteplan.local.store import runs
from flyteplan.local.store.rows import RunRow

# Every run has one action here: the one that the server calls so.
ROOT = "a0"
TERMINAL = runs.TERMINAL


def run_of(row: RunRow) -> Run:
    run = RunIdentifier(project=row.project, domain=row.domain, name=row.run_name)
    action = Action(id=ActionIdentifier(run=run, name=ROOT), metadata=_metadata(row), status=_status(row))
    return Run(action=action)


def details_of_run(row: RunRow, spec: bytes, identifier: RunIdentifier | None = None) -> RunDetails:
    """As `identifier` where the run was asked for, whose org comes back."""
    run = identifier or RunIdentifier(project=row.project, domain=row.domain, name=row.run_name)
    action = details_of(row, ActionIdentifier(run=run, name=ROOT), spec)
    return RunDetails(run_spec=RunSpec.FromString(row.run_spec), action=action)


def details_of(row: RunRow, identifier: ActionIdentifier, spec: bytes) -> ActionDetails:
    """The identifier is the one that was asked for, its org included."""
    details = ActionDetails(id=identifier, metadata=_metadata(row), status=_status(row))
    details.task.CopyFrom(TaskSpec.FromString(spec))
    if row.reported_phase is not None:
        details.attempts.append(_attempt(row, row.reported_phase))
    if row.phase == ActionPhase.ACTION_PHASE_FAILED and details.attempts:
        details.error_info.CopyFrom(details.attempts[-1].error_info)
    if row.phase == ActionPhase.ACTION_PHASE_ABORTED:
        details.abort_info.CopyFrom(AbortInfo(reason=row.abort_reason or ""))
    return details


def _attempt(row: RunRow, phase: int) -> ActionAttempt:
    attempt = ActionAttempt(attempt=1, start_time=timestamp(row.created_at))
    attempt.phase = cast("ActionPhase", phase)
    if row.error is not None:
        attempt.error_info.CopyFrom(ErrorInfo(message=row.error, kind=ErrorInfo.KIND_USER))
    if phase in TERMINAL and row.ended_at is not None:
        attempt.end_time.CopyFrom(timestamp(row.ended_at))
    return attempt


def _status(row: RunRow) -> ActionStatus:
    return ActionStatus(
        phase=cast("ActionPhase", row.phase),
        start_time=timestamp(row.created_at),
        end_time=optional(row.ended_at),
        attempts=1,
        duration_ms=row.duration_ms,
    )


def _metadata(row: RunRow) -> ActionMetadata:
    metadata = ActionMetadata(
        action_type=ActionType.ACTION_TYPE_TASK,
        funtion_name=row.function_name,
        environment_name=row.environment_name or "",
        source=cast("RunSource", RunSource.Value(row.run_source)),
        task=_task(row),
    )
    if row.trigger_name:
        metadata.trigger_name = row.trigger_name
        metadata.trigger_id.CopyFrom(_trigger(row, row.trigger_name))
    return metadata


def _task(row: RunRow) -> TaskActionMetadata:
    task = TaskActionMetadata(task_type=row.task_type, short_name=row.task_short_name or "")
    if row.task_name:
        identifier = TaskIdentifier(project=row.task_project or "", domain=row.task_domain or "", name=row.task_name)
        identifier.version = row.task_version or ""
        task.id.CopyFrom(identifier)
    return task


def _trigger(row: RunRow, name: str) -> TriggerIdentifier:
    trigger = TriggerName(project=row.project, domain=row.domain, task_name=row.trigger_task_name or "", name=name)
    return TriggerIdentifier(name=trigger, revision=row.trigger_revision or 0)
