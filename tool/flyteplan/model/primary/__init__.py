"""The container of a template that overrides act on, whether a `container` or one of a pod's.

Both kinds are read and edited through one set of words. Quantities go by the manifest's names: `cpu`, `memory`,
`gpu`, `disk`, `storage`, and any other name as the template has it (`smarter-devices/fuse`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from flyteplan.model.primary.container import ContainerPrimary
from flyteplan.model.primary.names import (
    PRIMARY_NAME_KEY,
    SHARED_MEMORY_MOUNT,
    SIDES,
    Side,
    counts_gpus,
    manifest_name,
    quantity_name,
)
from flyteplan.model.primary.pod import PodPrimary

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import K8sPod, TaskTemplate
    from google.protobuf.struct_pb2 import Struct

__all__ = [
    "PRIMARY_NAME_KEY",
    "SHARED_MEMORY_MOUNT",
    "SIDES",
    "Primary",
    "Side",
    "containers_of",
    "counts_gpus",
    "manifest_name",
    "primary",
    "primary_name",
    "quantity_name",
]


class Primary(Protocol):
    """What the edits need of the primary container. Nothing here creates what it only reads."""

    image: str

    def quantities(self, side: Side) -> dict[str, str]:
        """Name to quantity, in the template's order."""

    def set_quantities(self, side: Side, wanted: Mapping[str, str]) -> dict[str, str]:
        """Set each in place, or append it; one that is equal keeps its spelling. What is there then, as above."""

    def set_both(self, requests: Mapping[str, str], limits: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """`set_quantities` of requests and of limits."""

    def drop_quantity(self, side: Side, name: str) -> None:
        """Remove; nothing to remove is no error."""

    def clear_resources(self) -> None:
        """Remove requests and limits; a pod's resource claims stay."""

    def env(self) -> list[tuple[str, Any]]:
        """(name, value), in order; a pod's variable that is no plain string has the rest of its entry."""

    def set_env(self, variables: Mapping[str, str | None], *, by_name: bool = False) -> list[str]:
        """Set each that has a value in place, or append it, in order or *by_name*. The names of what is there then."""

    def keep_env(self, names: Collection[str]) -> list[str]:
        """Remove all variables but these. The names of what was there before."""


def primary(template: TaskTemplate) -> Primary | None:
    """The primary container, or None: no target, sql, or a pod that does not tell which container it is."""
    if template.HasField("container"):
        return ContainerPrimary(template.container)
    if template.HasField("k8s_pod"):
        found = _pod_container(template.k8s_pod, template.config.get(PRIMARY_NAME_KEY, ""))
        return None if found is None else PodPrimary(found)
    return None


def primary_name(template: TaskTemplate) -> str:
    """The name of a pod's primary container, "" for another target or where the pod does not tell."""
    if not template.HasField("k8s_pod"):
        return ""
    found = _pod_container(template.k8s_pod, template.config.get(PRIMARY_NAME_KEY, ""))
    return "" if found is None else _name_of(found)


def _pod_container(pod: K8sPod, configured: str) -> Struct | None:
    """By `config.primary_container_name`, then the pod's own field, then the only one there is."""
    containers = containers_of(pod)
    # Of two with one name the first is it, as for the SDK.
    by_name = {_name_of(container): container for container in reversed(containers)}
    for name in (configured, pod.primary_container_name):
        if name and name in by_name:
            return by_name[name]
    return containers[0] if len(containers) == 1 else None


def _name_of(container: Struct) -> str:
    return container.fields["name"].string_value if "name" in container.fields else ""


def containers_of(pod: K8sPod) -> list[Struct]:
    if "containers" not in pod.pod_spec.fields:
        return []
    return [item.struct_value for item in pod.pod_spec.fields["containers"].list_value.values]
