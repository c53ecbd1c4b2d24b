"""What is sent to make one derived version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flyteplan.model.task import TaskVersion

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec, TaskTrigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A new version of a task. `triggers` are all that the task has from then on; none leaves them as they are."""

    key: TaskVersion
    spec: TaskSpec
    triggers: tuple[TaskTrigger, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Whose overrides these are: the owner of flyteplan.yaml and the revision of the checkout, "" where not known."""

    owner: str = ""
    revision: str = ""
