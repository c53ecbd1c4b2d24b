"""What a template asks for in all: requests times replicas, and how many fields of it a manifest can set."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from flyteplan.model import quantity
from flyteplan.model.primary import SIDES, Primary, primary
from flyteplan.model.primary.container import ContainerPrimary
from flyteplan.model.struct import plain

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import TaskMetadata, TaskTemplate
    from flyteidl2.task.task_definition_pb2 import TaskSpec

RESOURCES = ("cpu", "memory", "gpu")


class Demand(NamedTuple):
    """What one template asks for: `requests`, by resource, in billionths of a core, a byte, a device.

    `attempts`: how often a task may be tried, the first time included; what the system retries for itself is not
    counted. `pool`: tasks of one name and one key share its containers, "" without one.
    """

    requests: Mapping[str, int]
    attempts: int
    replicas: int
    pool: str


class _Resources(NamedTuple):
    """Of the primary container: what one of it requests, and how many quantities it has on both sides."""

    requests: Mapping[str, int]
    quantities: int


_NONE = _Resources({}, 0)


def demand(template: TaskTemplate) -> Demand:
    asked, count = _resources(template).requests, _replicas(template)
    if count != 1:
        asked = {name: amount * count for name, amount in asked.items()}
    return Demand(asked, 1 + template.metadata.retries.retries, count, _pool(template))


def requests(live: Demand, desired: Demand) -> Mapping[str, tuple[int, int]]:
    """By resource, live and desired; what neither asks for is left out."""
    before, after = live.requests, desired.requests
    found = {name: (before.get(name, 0), after.get(name, 0)) for name in RESOURCES}
    return {name: amounts for name, amounts in found.items() if amounts != (0, 0)}


def _resources(template: TaskTemplate) -> _Resources:
    if template.HasField("container"):
        container = template.container
        kind: Any = type(container)
        return _in_container(kind, container.resources.SerializeToString())
    found = primary(template)
    return _NONE if found is None else _in_primary(found)


@lru_cache(maxsize=1024)
def _in_container(kind: Any, resources: bytes) -> _Resources:
    """Most tasks ask for the same as others, and the bytes are there at one blow."""
    container = kind()
    container.resources.MergeFromString(resources)
    return _in_primary(ContainerPrimary(container))


def _in_primary(container: Primary) -> _Resources:
    asked, limits = [container.quantities(side) for side in SIDES]
    amounts = {name: quantity.nano(text) or 0 for name, text in asked.items() if name in RESOURCES}
    return _Resources(amounts, len(asked) + len(limits))


def _pool(template: TaskTemplate) -> str:
    if not template.HasField("reuse_policy") or not template.HasField("custom"):
        return ""
    custom = plain(template.custom)
    return f"{custom.get('name', '')} {custom.get('version', '')}"


def _replicas(template: TaskTemplate) -> int:
    """The most containers that a pool or a cluster of workers may have; 1 for any other task."""
    if template.HasField("reuse_policy"):
        return max(1, template.reuse_policy.max_replicas)
    replicas: Any = plain(template.custom).get("replicas") if template.HasField("custom") else None
    return max(1, int(replicas)) if isinstance(replicas, int | float) else 1


def settable(spec: TaskSpec, template: TaskTemplate) -> int:
    """How many fields *spec* has that a manifest can set. *template* is its own: a look at it makes an object."""
    found = _resources(template).quantities + _besides(template) + _in_metadata(template.metadata)
    # To ask for a message makes an object, also of one that is not there.
    if template.HasField("extended_resources"):
        found += len(template.extended_resources.ListFields())
    if template.HasField("security_context"):
        security = template.security_context
        found += len(security.secrets) + bool(security.run_as.k8s_service_account)
    return found + bool(spec.short_name)


def _besides(template: TaskTemplate) -> int:
    """The image and the variables."""
    if template.HasField("container"):
        container = template.container
        return len(container.env) + bool(container.image)
    found = primary(template)
    return 0 if found is None else len(found.env()) + bool(found.image)


def _in_metadata(metadata: TaskMetadata) -> int:
    found = 1 + bool(metadata.discovery_version) + bool(metadata.pod_template_name)
    found += sum(map(metadata.HasField, ("retries", "timeout", "cache_max_age", "interruptible")))
    if metadata.HasField("timeouts"):
        found += len(metadata.timeouts.ListFields())
    if metadata.HasField("metadata"):
        found += len(metadata.metadata.labels) + len(metadata.metadata.annotations)
    return found
