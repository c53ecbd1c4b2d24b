"""What a template asks for in all: requests times replicas, and how many fields of it a manifest can set."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from flyteplan.model import quantity
from flyteplan.model.primary import SIDES, primary
from flyteplan.model.struct import plain

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import TaskTemplate
    from flyteidl2.task.task_definition_pb2 import TaskSpec

RESOURCES = ("cpu", "memory", "gpu")
_QUANTITY = attrgetter("name")


def requests(live: TaskSpec, desired: TaskSpec) -> Mapping[str, tuple[int, int]]:
    """By resource, live and desired, in billionths of a core, a byte, a device; what neither asks for is left out."""
    before, after = _requests(live.task_template), _requests(desired.task_template)
    found = {name: (before.get(name, 0), after.get(name, 0)) for name in RESOURCES if name in before or name in after}
    return {name: amounts for name, amounts in found.items() if amounts != (0, 0)}


def _requests(template: TaskTemplate) -> dict[str, int]:
    container = primary(template)
    quantities = container.quantities("requests") if container else {}
    count = replicas(template)
    return {name: (quantity.nano(text) or 0) * count for name, text in quantities.items() if name in RESOURCES}


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
    template = spec.task_template
    metadata, security, labelled = template.metadata, template.security_context, template.metadata.metadata
    parts = (
        _in_container(template),
        len(template.extended_resources.ListFields()),
        len(security.secrets) + bool(security.run_as.k8s_service_account),
        len(labelled.labels) + len(labelled.annotations),
        metadata.HasField("retries") + metadata.HasField("timeout") + len(metadata.timeouts.ListFields()),
        1 + bool(metadata.discovery_version) + metadata.HasField("cache_max_age"),
        metadata.HasField("interruptible") + bool(metadata.pod_template_name) + bool(spec.short_name),
    )
    return sum(parts)


def _in_container(template: TaskTemplate) -> int:
    """Quantities, variables and the image, counted without a look at them where that can be."""
    if template.HasField("container"):
        container, resources = template.container, template.container.resources
        quantities = sum(len(set(map(_QUANTITY, getattr(resources, side)))) for side in SIDES)
        return quantities + len(container.env) + bool(container.image)
    found = primary(template)
    if found is None:
        return 0
    return sum(len(found.quantities(side)) for side in SIDES) + len(found.env()) + bool(found.image)
