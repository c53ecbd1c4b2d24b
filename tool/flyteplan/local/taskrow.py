"""What a deployed spec says of its task without being read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flyteplan.local.store.rows import TaskRow
from flyteplan.model.task import TaskVersion

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec


def row_of(key: TaskVersion, spec: TaskSpec, now: int) -> TaskRow:
    return TaskRow(
        project=key.task.project,
        domain=key.task.domain,
        name=key.task.name,
        version=key.version,
        environment=spec.environment.name,
        function_name=function_name(key.task.name, spec.environment.name),
        short_name=spec.short_name,
        entrypoint=spec.task_template.metadata.is_entrypoint,
        env_description=spec.environment.description or None,
        short_description=spec.documentation.short_description or None,
        created_at=now,
        updated_at=now,
    )


def function_name(task: str, environment: str) -> str:
    """A task is named by its environment and its function; a name made otherwise has its function after a dot."""
    if environment and task.startswith(f"{environment}."):
        return task[len(environment) + 1 :]
    return task.rpartition(".")[2]
