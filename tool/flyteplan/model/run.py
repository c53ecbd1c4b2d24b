"""Runs: their names, what starts one, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flyteplan.model.derived import TAG_PREFIX
from flyteplan.model.task import Scope, TaskName, TaskVersion
from flyteplan.record import dataclass

if TYPE_CHECKING:
    from flyteidl2.task.common_pb2 import Inputs
    from flyteidl2.task.task_definition_pb2 import TaskSpec
    from flyteidl2.workflow.run_definition_pb2 import ActionDetails, RunDetails
    from flyteidl2.workflow.run_service_pb2 import CreateRunRequest

DIGEST = f"{TAG_PREFIX}digest"
SUCCEEDED, ABORTED, RECOVERED = "succeeded", "aborted", "recovered"
# The numbers of flyteidl2.common.ActionPhase, in words.
PHASES = (
    "not known",
    "queued",
    "waiting for resources",
    "initializing",
    "running",
    SUCCEEDED,
    "failed",
    ABORTED,
    "timed out",
    "paused",
    RECOVERED,
)
_ENDED = frozenset({SUCCEEDED, "failed", ABORTED, "timed out", RECOVERED})
_GOOD = frozenset({SUCCEEDED, RECOVERED})


@dataclass(frozen=True, slots=True, order=True)
class RunName:
    """A run's name is its project's and domain's, whatever task it is of."""

    project: str
    domain: str
    name: str

    @property
    def scope(self) -> Scope:
        return Scope(self.project, self.domain)

    def __str__(self) -> str:
        return f"{self.project}/{self.domain}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that is there. `phase` is one of PHASES, `task` None where it was started without the name of one.

    `spec` is what it runs, `provenance` the annotations that flyteplan gave it, without their prefix: none for a run
    that somebody else started. Times are nanoseconds since 1970, 0 where there is none; `error` is why it ended badly.
    """

    name: RunName
    phase: str
    task: TaskVersion | None
    spec: TaskSpec
    provenance: tuple[tuple[str, str], ...] = ()
    started_at: int = 0
    ended_at: int = 0
    error: str = ""

    @property
    def digest(self) -> str:
        """Of what flyteplan started it for, "" where it did not."""
        return dict(self.provenance).get("digest", "")

    @property
    def has_ended(self) -> bool:
        return self.phase in _ENDED

    @property
    def is_good(self) -> bool:
        return self.phase in _GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What a run will be called, what it is started for, and the run that has its name already."""

    name: RunName
    digest: str
    found: Run | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """What a RunSpec says; None and "" leave it to the server."""

    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    envs: tuple[tuple[str, str], ...] = ()
    interruptible: bool | None = None
    queue: str = ""
    overwrite_cache: bool = False
    max_action_concurrency: int = 0
    service_account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What starts a run: by the `task` as it is deployed, or with a `spec` in its place."""

    name: RunName
    task: TaskVersion
    spec: TaskSpec | None
    inputs: Inputs
    settings: RunSettings


def fill_run(request: CreateRunRequest, launch: Launch, org: str) -> CreateRunRequest:
    """*request*, which is empty, as the one that starts the run.

    Inputs go inline, so that the server writes them down and fills in no other ones than those that were planned.
    """
    name, identifier = launch.name, request.run_id
    identifier.org, identifier.project, identifier.domain, identifier.name = org, name.project, name.domain, name.name
    if launch.spec is None:
        task, key = launch.task.task, request.task_id
        key.org, key.project, key.domain, key.name = org, task.project, task.domain, task.name
        key.version = launch.task.version
    else:
        request.task_spec.CopyFrom(launch.spec)
    request.inputs.CopyFrom(launch.inputs)
    _fill_settings(request, launch.settings)
    return request


def _fill_settings(request: CreateRunRequest, settings: RunSettings) -> None:
    spec = request.run_spec
    spec.labels.values.update(settings.labels)
    spec.annotations.values.update(settings.annotations)
    for name, value in settings.envs:
        spec.envs.values.add(key=name, value=value)
    if settings.interruptible is not None:
        spec.interruptible.value = settings.interruptible
    if settings.overwrite_cache:
        # Servers read the one or the other: the field is deprecated, and its successor is younger than some of them.
        spec.overwrite_cache = spec.cache_config.overwrite_cache = True
    spec.queue = settings.queue
    spec.max_action_concurrency = settings.max_action_concurrency
    if settings.service_account:
        spec.security_context.run_as.k8s_service_account = settings.service_account


def run_of(name: RunName, details: RunDetails) -> Run:
    """*details* as they are answered for *name*."""
    action = details.action
    annotations = details.run_spec.annotations.values
    return Run(
        name=name,
        phase=PHASES[action.status.phase] if action.status.phase < len(PHASES) else PHASES[0],
        task=_task(action),
        spec=action.task,
        provenance=tuple(
            sorted((key[len(TAG_PREFIX) :], value) for key, value in annotations.items() if key.startswith(TAG_PREFIX))
        ),
        started_at=action.status.start_time.ToNanoseconds(),
        ended_at=action.status.end_time.ToNanoseconds() if action.status.HasField("end_time") else 0,
        error=_error(action),
    )


def _task(action: ActionDetails) -> TaskVersion | None:
    key = action.metadata.task.id
    return TaskVersion(TaskName(key.project, key.domain, key.name), key.version) if key.name else None


def _error(action: ActionDetails) -> str:
    return action.error_info.message or action.abort_info.reason
