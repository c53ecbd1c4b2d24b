"""Where flyteplan accepts what the SDK crashes on or drops, and so differs from it on purpose.

Each predicate is one sentence; `quirks.py` has the rows that say what happens instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flyteidl2.core.tasks_pb2 import TaskTemplate
from google.protobuf import json_format
from tests.parity.translation import DEVICES, Overrides


def asks_to_clear(template: TaskTemplate, overrides: Overrides) -> bool:
    """`{}` and `[]` clear; to the SDK they are nothing at all."""
    return overrides.get("env_vars") == {} or overrides.get("secrets") == []


def asks_nothing_of_the_container(template: TaskTemplate, overrides: Overrides) -> bool:
    """Only `{}`, `shm` or `gpu: 0`: the SDK crashes on a container; a pod's keeps what it has, the GPU too."""
    resources = overrides.get("resources")
    if resources is None or _of_container(resources):
        return False
    return template.HasField("container") or set(resources) != {"shm"}


def _of_container(resources: Mapping[str, Any]) -> bool:
    return bool({"cpu", "memory", "disk"} & set(resources)) or resources.get("gpu", 0) != 0


def primary_is_named_by_the_pod_alone(template: TaskTemplate, overrides: Overrides) -> bool:
    """The SDK does not read `k8s_pod.primary_container_name`, and drops what is for the container."""
    if not template.HasField("k8s_pod") or not {"resources", "env_vars"} & set(overrides):
        return False
    containers = json_format.MessageToDict(template.k8s_pod.pod_spec).get("containers", [])
    names = [container.get("name") for container in containers]
    configured = template.config.get("primary_container_name")
    return len(names) > 1 and configured not in names and template.k8s_pod.primary_container_name in names


def stays_in_its_own_container_on_a_mac(template: TaskTemplate, overrides: Overrides) -> bool:
    """The deployed variable that permits AppleSilicon counts, not only one that the override sets again."""
    gpu = overrides.get("resources", {}).get("gpu")
    device = gpu.get("device", "") if isinstance(gpu, dict) else str(gpu).partition(":")[0]
    deployed = {pair.key: pair.value for pair in template.container.env}
    permitted = deployed.get("FLYTE_APPLE_SILICON_EXECUTION") == "container" and "env_vars" not in overrides
    return DEVICES.get(device) == "APPLE_SILICON" and permitted


EXCEPTIONS: tuple[Callable[[TaskTemplate, Overrides], bool], ...] = (
    asks_to_clear,
    asks_nothing_of_the_container,
    primary_is_named_by_the_pod_alone,
    stays_in_its_own_container_on_a_mac,
)
