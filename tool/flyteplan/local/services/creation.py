"""CreateRun: what a request asks to be run, and under which name."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flyteidl2.task.common_pb2 import Inputs, NamedLiteral, NamedParameter
from flyteidl2.task.run_pb2 import RunSpec
from flyteidl2.task.task_definition_pb2 import TaskIdentifier, TaskSpec
from flyteidl2.workflow.run_definition_pb2 import ActionType, RunSource

from flyteplan.local.clock import Clock
from flyteplan.local.faults import Fault
from flyteplan.local.services.projects import require_project
from flyteplan.local.services.times import timestamp
from flyteplan.local.services.triggers import details_spec
from flyteplan.local.store import Store, runs, tasks, triggers
from flyteplan.local.store.rows import RunRow, TriggerRow
from flyteplan.local.variant import Variant
from flyteplan.model.run import RunName
from flyteplan.model.task import TaskName, TaskVersion
from flyteplan.record import dataclass

if TYPE_CHECKING:
    import sqlite3

    from flyteidl2.workflow.run_service_pb2 import CreateRunRequest

STORAGE = "memory://flyteplan"

_MOST = 30
_LABEL = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?")
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_GENERATED = 19
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
# The first SDK whose tasks are told when their run started.
_TOLD_START = (2, 3, 6)
_QUEUED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A task to run, and the trigger that says so."""

    task: TaskIdentifier
    spec: TaskSpec
    trigger: TriggerRow | None = None


class Creation:
    """Writes runs down. None is ever started: see `store.runs.report`."""

    def __init__(self, store: Store, clock: Clock, variant: Variant) -> None:
        self._store = store
        self._clock = clock
        self._variant = variant

    def created(self, request: CreateRunRequest) -> RunRow:
        """The run of the request, or the one that has its name. Raises Fault."""
        name = _run_name(request)
        with self._store.writing() as connection:
            require_project(connection, name.project)
            asked = self._asked(connection, request)
            spec = asked.spec.SerializeToString()
            row = self._row(name, request, asked, runs.digest(spec))
            if not runs.create(connection, row, spec):
                self._taken(connection, name, row)
            elif asked.trigger:
                triggers.fired(connection, asked.trigger, row.created_at)
            found = runs.find(connection, name)
        assert found is not None
        return found

    def _taken(self, connection: sqlite3.Connection, name: RunName, row: RunRow) -> None:
        """Where the old run is the answer, the new inputs have been written in the place of its own by then."""
        if self._variant.duplicate_run != "OK":
            raise Fault(self._variant.duplicate_run, f"run already exists: {name.project}/{name.domain}/{name.name}")
        if row.inputs is not None:
            runs.give_inputs(connection, name, row.inputs)

    def _asked(self, connection: sqlite3.Connection, request: CreateRunRequest) -> _Asked:
        if request.HasField("trigger_name"):
            return self._of_trigger(connection, request)
        if request.HasField("task_id"):
            return _Asked(task=request.task_id, spec=self._deployed(connection, request.task_id))
        identifier = request.task_spec.task_template.id
        parts = {part: getattr(identifier, part) for part in ("project", "domain", "name", "version")}
        return _Asked(task=TaskIdentifier(**parts), spec=request.task_spec)

    def _of_trigger(self, connection: sqlite3.Connection, request: CreateRunRequest) -> _Asked:
        asked = request.trigger_name
        task = TaskName(asked.project, asked.domain, asked.task_name)
        row = triggers.find(connection, task, asked.name)
        if row is None:
            raise Fault("NOT_FOUND", f'trigger "{asked.name}" not found')
        identifier = TaskIdentifier(
            project=row.project, domain=row.domain, name=row.task_name, version=row.task_version
        )
        return _Asked(task=identifier, spec=self._deployed(connection, identifier), trigger=row)

    def _deployed(self, connection: sqlite3.Connection, identifier: TaskIdentifier) -> TaskSpec:
        key = TaskVersion(TaskName(identifier.project, identifier.domain, identifier.name), identifier.version)
        found = tasks.find(connection, key)
        if found is None:
            raise Fault(self._variant.unknown_task, f"task not found: {key.task} {key.version}")
        return TaskSpec.FromString(found[1])

    def _row(self, name: RunName, request: CreateRunRequest, asked: _Asked, digest: bytes) -> RunRow:
        now, task, spec, trigger = self._clock(), asked.task, asked.spec, asked.trigger
        inputs, uri = _inputs(request, asked, name)
        return RunRow(
            project=name.project,
            domain=name.domain,
            run_name=name.name,
            phase=_QUEUED,
            run_source=RunSource.Name(request.source),
            action_type=ActionType.ACTION_TYPE_TASK,
            task_project=task.project or None,
            task_domain=task.domain or None,
            task_name=task.name or None,
            task_version=task.version or None,
            task_type=spec.task_template.type,
            task_short_name=spec.short_name or None,
            function_name=task.name,
            environment_name=spec.environment.name or None,
            trigger_task_name=trigger.task_name if trigger else None,
            trigger_name=trigger.name if trigger else None,
            trigger_revision=trigger.latest_revision if trigger else None,
            run_spec=_run_spec(request, asked, now).SerializeToString(),
            spec_digest=digest,
            inputs=inputs,
            inputs_uri=uri,
            created_at=now,
            updated_at=now,
        )


def _run_name(request: CreateRunRequest) -> RunName:
    if request.HasField("project_id"):
        made = "r" + "".join(secrets.choice(_LETTERS) for _ in range(_GENERATED))
        return RunName(request.project_id.name, request.project_id.domain, made)
    if not request.HasField("run_id"):
        raise Fault("INVALID_ARGUMENT", "invalid run ID type")
    given = request.run_id
    if len(given.name.encode()) > _MOST:
        raise Fault("INVALID_ARGUMENT", f'invalid run name "{given.name}": must be no more than {_MOST} characters')
    if not _LABEL.fullmatch(given.name):
        raise Fault("INVALID_ARGUMENT", f'invalid run name "{given.name}": must be a DNS-1035 label')
    return RunName(given.project, given.domain, given.name)


def _run_spec(request: CreateRunRequest, asked: _Asked, now: int) -> RunSpec:
    """The request's, or the trigger's when the request has none: they are never merged."""
    spec = RunSpec()
    if request.HasField("run_spec"):
        spec.CopyFrom(request.run_spec)
    elif asked.trigger:
        spec.CopyFrom(details_spec(asked.trigger).run_spec)
    if not spec.raw_data_storage.raw_data_prefix:
        spec.raw_data_storage.raw_data_prefix = STORAGE
    if not spec.HasField("run_start_time") and _is_told_its_start(asked.spec):
        given = request.run_start_time if request.HasField("run_start_time") else timestamp(now)
        spec.run_start_time.CopyFrom(given)
    return spec


def _is_told_its_start(spec: TaskSpec) -> bool:
    match = _VERSION.search(spec.task_template.metadata.runtime.version)
    return match is not None and tuple(map(int, match.groups())) >= _TOLD_START


def _inputs(request: CreateRunRequest, asked: _Asked, name: RunName) -> tuple[bytes | None, str]:
    """Inline inputs with defaults for those that are missing, and where they are; or where they were put before."""
    offloaded = request.offloaded_input_data if request.HasField("offloaded_input_data") else None
    if asked.trigger and not request.WhichOneof("input_wrapper"):
        of_trigger = details_spec(asked.trigger)
        offloaded = of_trigger.offloaded_input_data if of_trigger.HasField("offloaded_input_data") else None
    if offloaded is not None:
        return None, f"{offloaded.uri}/inputs.pb"
    inputs = Inputs()
    inputs.CopyFrom(request.inputs)
    inputs.literals.extend(_defaults(inputs, asked.spec.default_inputs))
    return inputs.SerializeToString(), f"{STORAGE}/{name.project}/{name.domain}/{name.name}/inputs/inputs.pb"


def _defaults(inputs: Inputs, parameters: Iterable[NamedParameter]) -> list[NamedLiteral]:
    given = {literal.name for literal in inputs.literals}
    missing = (one for one in parameters if one.name not in given and one.parameter.HasField("default"))
    return [NamedLiteral(name=one.name, value=one.parameter.default) for one in missing]
