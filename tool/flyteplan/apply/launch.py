"""A change -> the run that is started: the desired spec, the inputs, and what its manifest says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flyteplan.apply.derived import origin
from flyteplan.model.deployment import Provenance
from flyteplan.model.plan import Change
from flyteplan.model.run import Launch, RunSettings

if TYPE_CHECKING:
    from flyteidl2.task.common_pb2 import Inputs
    from flyteidl2.task.task_definition_pb2 import TaskSpec


def launch(change: Change, desired: TaskSpec, inputs: Inputs, provenance: Provenance) -> Launch:
    """By the task alone where nothing is overridden: that asks a server for the right to run it, and for no more."""
    changed = change.desired_digest != change.base_digest
    return Launch(
        name=change.run,
        task=change.task,
        spec=_named(change, desired) if changed else None,
        inputs=inputs,
        settings=_settings(change, provenance),
    )


def _named(change: Change, desired: TaskSpec) -> TaskSpec:
    """A server takes the name of the task from the template, where a deployment may have written nothing or another."""
    spec = type(desired)()
    spec.CopyFrom(desired)
    identifier, task = spec.task_template.id, change.task.task
    identifier.org = identifier.org or change.org
    identifier.project, identifier.domain, identifier.name = task.project, task.domain, task.name
    identifier.version = change.task.version
    return spec


def _settings(change: Change, provenance: Provenance) -> RunSettings:
    call = dict(change.call)
    run: Mapping[str, Any] = call.get("run", {})
    annotations = {**run.get("annotations", {}), **origin(change, provenance, change.submit.digest)}
    return RunSettings(
        labels=_pairs(run.get("labels", {})),
        annotations=_pairs(annotations),
        envs=_pairs(run.get("envs", {})),
        interruptible=run.get("interruptible"),
        queue=run.get("queue") or call.get("queue") or "",
        overwrite_cache=run.get("overwrite_cache", False),
        max_action_concurrency=run.get("max_action_concurrency", 0),
        service_account=run.get("service_account", ""),
    )


def _pairs(mapping: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(mapping.items()))
