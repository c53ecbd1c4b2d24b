"""What is sent to make one derived version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flyteplan.model.task import TaskVersion
from flyteplan.record import dataclass

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec, TaskTrigger
    from flyteidl2.task.task_service_pb2 import DeployTaskRequest
    from flyteidl2.trigger.trigger_definition_pb2 import TriggerDetails
    from flyteidl2.trigger.trigger_service_pb2 import DeployTriggerRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A new version of a task. `triggers` are all that the task has, to be moved to it; none leaves them as they are.

    A server takes a list of triggers for all that the task has from then on: one that is not in it is deleted.
    """

    key: TaskVersion
    spec: TaskSpec
    triggers: tuple[TriggerDetails, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retarget:
    """Triggers that are to start a version that is there already: those that still start another one."""

    key: TaskVersion
    triggers: tuple[TriggerDetails, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Whose overrides these are: the owner of flyteplan.yaml, the target, and the revision of the checkout.

    "" where one is not known. Owner and target together say whose: no other may undo what they made.
    """

    owner: str = ""
    revision: str = ""
    target: str = ""


def fill(request: DeployTaskRequest, deployment: Deployment, org: str) -> DeployTaskRequest:
    """*request*, which is empty, as the one that makes the deployment."""
    task, identifier = deployment.key.task, request.task_id
    identifier.org, identifier.project, identifier.domain, identifier.name = org, task.project, task.domain, task.name
    identifier.version = deployment.key.version
    request.spec.CopyFrom(deployment.spec)
    for trigger in deployment.triggers:
        _carry_over(trigger, request.triggers.add())
    return request


def fill_trigger(
    request: DeployTriggerRequest, trigger: TriggerDetails, version: str, org: str
) -> DeployTriggerRequest:
    """*request*, which is empty, as the one that has *trigger* start *version*, unless it was changed meanwhile."""
    request.name.CopyFrom(trigger.id.name)
    request.name.org = org
    request.revision = trigger.id.revision
    request.spec.CopyFrom(trigger.spec)
    request.spec.task_version = version
    request.automation_spec.CopyFrom(trigger.automation_spec)
    return request


def _carry_over(trigger: TriggerDetails, into: TaskTrigger) -> None:
    """All that is set of a trigger but for the version that it starts."""
    into.name, into.spec.active = trigger.id.name.name, trigger.spec.active
    into.spec.description = trigger.spec.description or trigger.description
    into.automation_spec.CopyFrom(trigger.automation_spec)
    if trigger.spec.HasField("run_spec"):
        into.spec.run_spec.CopyFrom(trigger.spec.run_spec)
    if trigger.spec.HasField("inputs"):
        into.spec.inputs.CopyFrom(trigger.spec.inputs)
    if trigger.spec.HasField("offloaded_input_data"):
        into.spec.offloaded_input_data.CopyFrom(trigger.spec.offloaded_input_data)
