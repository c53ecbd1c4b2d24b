"""What a template asks for in all: requests times replicas, and how many fields of it a manifest can set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flyteplan.model import quantity
from flyteplan.model.primary import primary
from flyteplan.model.struct import plain

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import TaskTemplate
    from flyteidl2.task.task_definition_pb2 import TaskSpec

RESOURCES = ("cpu", "memory", "gpu")


def requests(live: TaskSpec, desired: TaskSpec) -> Mapping[str, tuple[int, int]]:
    """By resource, live and desired, in billionths of a core, a byte, a device; what neither asks for is left out."""
    before, after = _requests(live.task_template), _requests(desired.task_template)
    return {name: (before[name], after[name]) for name in RESOURCES if before[name] or after[name]}


def _requests(template: TaskTemplate) -> dict[str, int]:
    container = primary(template)
    quantities = container.quantities("requests") if container else {}
    count = replicas(template)
    return {name: (quantity.nano(quantities.get(name, "0")) or 0) * count for name in RESOURCES}


def attempts(spec: TaskSpec) -> int:
    """How often a task may be tried, the first time included; what the system retries for itself is not counted."""
    return 1 + spec.task_template.metadata.retries.retries


def pool(spec: TaskSpec) -> str:
    """The reuse pool of a template: tasks of one name and one key share its containers."""
    template = spec.task_template
    if not template.HasField("reuse_policy") or not template.HasField("custom"):
        return ""
    custom = plain(template.custom)
    return f"{custom.get('name', '')} {custom.get('version', '')}"


def replicas(template: TaskTemplate) -> int:
    """The most containers that a pool or a cluster of workers may have; 1 for any other task."""
    if template.HasField("reuse_policy"):
        return max(1, template.reuse_policy.max_replicas)
    replicas: Any = plain(template.custom).get("replicas") if template.HasField("custom") else None
    return max(1, int(replicas)) if isinstance(replicas, int | float) else 1


def settable(spec: TaskSpec) -> int:
    """How many fields *spec* has that a manifest can set."""
    template, metadata = spec.task_template, spec.task_template.metadata
    container = primary(template)
    parts = [
        len(container.quantities("requests")) + len(container.quantities("limits")) if container else 0,
        len(container.env()) + bool(container.image) if container else 0,
        len(template.extended_resources.ListFields()),
        len(template.security_context.secrets) + bool(template.security_context.run_as.k8s_service_account),
        len(metadata.metadata.labels) + len(metadata.metadata.annotations),
        metadata.HasField("retries") + metadata.HasField("timeout") + len(metadata.timeouts.ListFields()),
        1 + bool(metadata.discovery_version) + metadata.HasField("cache_max_age"),
        metadata.HasField("interruptible") + bool(metadata.pod_template_name) + bool(spec.short_name),
    ]
    return sum(parts)
