"""The templates that the rows of the quirk table begin with: every field is set that an override can lose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flyteidl2.core.tasks_pb2 import TaskTemplate
from flyteidl2.task.task_definition_pb2 import TaskDetails
from google.protobuf import json_format
from tests.parity.quirk import Result
from tests.parity.templates import APPLE_ENV, OWN_CONTAINER

_CPU, _GPU, _MEMORY = 1, 2, 3
APPLE_SILICON: Any = 5
_POD_ENV = [
    {"name": "A", "value": "1"},
    {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
]
_POD_RESOURCES = {
    "requests": {"cpu": "1", "nvidia.com/gpu": "2", "smarter-devices/fuse": "1"},
    "limits": {"cpu": "2", "smarter-devices/fuse": "1"},
    "claims": [{"name": "claim"}],
}
NANOS = 10**9


def base(name: str) -> TaskDetails:
    """A new one each time."""
    details = TaskDetails()
    details.task_id.project, details.task_id.domain, details.task_id.name = "p", "d", "env.task"
    details.spec.short_name = "deployed"
    template = details.spec.task_template
    template.type = "python"
    for key in "abcx":
        template.interface.inputs.variables.add(key=key)
    _BASES[name](template)
    _security(template)
    _metadata(template)
    if name not in ("mac", "mac in a container"):
        accelerator = template.extended_resources.gpu_accelerator
        accelerator.device, accelerator.partition_size = "nvidia-tesla-a100", "1g.5gb"
        template.extended_resources.shared_memory.size_limit = "1Gi"
    return details


def _container(template: TaskTemplate) -> None:
    container = template.container
    container.image = "registry.example.com/a:1"
    container.resources.requests.add(name=_CPU, value="1")
    container.resources.requests.add(name=_MEMORY, value="2Gi")
    container.resources.requests.add(name=_GPU, value="2")
    container.resources.limits.add(name=_MEMORY, value="4Gi")
    for name, value in (("A", "1"), ("B", "2"), ("_F_SYS_PATH", "./src")):
        container.env.add(key=name, value=value)


def _mac(template: TaskTemplate) -> None:
    _container(template)
    for name, value in APPLE_ENV:
        template.container.env.add(key=name, value=value)
    template.extended_resources.gpu_accelerator.device = "AppleSilicon"
    template.extended_resources.gpu_accelerator.device_class = APPLE_SILICON


def _mac_in_a_container(template: TaskTemplate) -> None:
    _container(template)
    template.container.env.add(key=OWN_CONTAINER[0], value=OWN_CONTAINER[1])


def _pod(*names: str, config: str = "", own: str = "") -> Callable[[TaskTemplate], None]:
    def build(template: TaskTemplate) -> None:
        containers: Any = [
            {"name": name, "image": "a:1", "env": _POD_ENV, "resources": _POD_RESOURCES} for name in names
        ]
        template.k8s_pod.pod_spec.update({"containers": containers})
        template.k8s_pod.primary_container_name = own
        if config:
            template.config["primary_container_name"] = config

    return build


def _sql(template: TaskTemplate) -> None:
    template.sql.statement = "SELECT 1"


def _no_target(template: TaskTemplate) -> None:
    template.type = "core-sleep"


_BASES: dict[str, Callable[[TaskTemplate], None]] = {
    "container": _container,
    "mac": _mac,
    "mac in a container": _mac_in_a_container,
    "pod": _pod("primary"),
    "pod with a config of another name": _pod("primary", config="other"),
    "pods, by config": _pod("side", "primary", config="primary"),
    "pods, by their own field": _pod("side", "primary", own="primary"),
    "pods": _pod("side", "primary"),
    "pods of one name": _pod("primary", "primary", config="primary"),
    "sql": _sql,
    "none": _no_target,
}


def _security(template: TaskTemplate) -> None:
    context = template.security_context
    context.secrets.add(key="old", mount_requirement=1, env_var="OLD")
    context.run_as.k8s_service_account, context.run_as.iam_role = "deployed", "role"
    context.run_as.oauth2_client.client_id, context.run_as.execution_identity = "client", "identity"
    context.tokens.add(name="token")


def _metadata(template: TaskTemplate) -> None:
    metadata = template.metadata
    metadata.retries.retries = 2
    metadata.retries.backoff.base.seconds, metadata.retries.backoff.factor = 10, 1.0
    metadata.timeout.seconds = 600
    metadata.timeouts.queued_timeout.seconds, metadata.timeouts.deadline.seconds = 60, 3600
    metadata.discoverable, metadata.discovery_version, metadata.cache_serializable = True, "v1", True
    metadata.cache_ignore_input_vars.append("x")
    metadata.cache_max_age.seconds = 86400
    metadata.produces_artifacts = True


def _template(result: Result) -> Any:
    return result.spec.task_template


def short_name(result: Result) -> str:
    return result.spec.short_name


def retries(result: Result) -> int | None:
    metadata = _template(result).metadata
    return metadata.retries.retries if metadata.HasField("retries") else None


def backoff(result: Result) -> tuple[float, float, float] | None:
    """Base, factor, cap."""
    if not _template(result).metadata.retries.HasField("backoff"):
        return None
    found = _template(result).metadata.retries.backoff
    return _seconds(found.base), found.factor, _seconds(found.cap)


def bounds(result: Result) -> tuple[float | None, float | None, float | None]:
    """Run time, time in the queue, deadline."""
    metadata = _template(result).metadata
    runtime = _seconds(metadata.timeout) if metadata.HasField("timeout") else None
    times = metadata.timeouts
    queued = _seconds(times.queued_timeout) if times.HasField("queued_timeout") else None
    return runtime, queued, _seconds(times.deadline) if times.HasField("deadline") else None


def nanos(result: Result) -> int:
    """The part of the run time below a second."""
    return int(_template(result).metadata.timeout.nanos)


def _seconds(duration: Any) -> float:
    return float(duration.seconds + duration.nanos / NANOS)


def env(result: Result) -> list[tuple[str, Any]]:
    """Of the container that is called primary."""
    if not _template(result).HasField("k8s_pod"):
        return [(pair.key, pair.value) for pair in _template(result).container.env]
    return [(one["name"], one.get("value", "?")) for one in _primary(result)["env"]]


def _primary(result: Result) -> Any:
    containers = json_format.MessageToDict(_template(result).k8s_pod.pod_spec)["containers"]
    return next(one for one in containers if one["name"] == "primary")


def resources(result: Result) -> tuple[dict[str, str], dict[str, str]]:
    """Requests and limits."""
    if not _template(result).HasField("k8s_pod"):
        found = _template(result).container.resources
        requests, limits = ({_NAMES[one.name]: one.value for one in side} for side in (found.requests, found.limits))
        return requests, limits
    of = _primary(result).get("resources", {})
    return of.get("requests", {}), of.get("limits", {})


_NAMES = {_CPU: "cpu", _GPU: "gpu", _MEMORY: "memory", 5: "disk"}


def claims(result: Result) -> list[str]:
    return [claim["name"] for claim in _primary(result)["resources"]["claims"]]


def accelerator(result: Result) -> tuple[str, int, str | None] | None:
    """Device, class, partition."""
    extended = _template(result).extended_resources
    if not extended.HasField("gpu_accelerator"):
        return None
    found = extended.gpu_accelerator
    return found.device, found.device_class, found.partition_size if found.HasField("partition_size") else None


def gpu(result: Result) -> tuple[str | None, Any]:
    return resources(result)[0].get("gpu"), accelerator(result)


def shm(result: Result) -> tuple[str, str, str] | None:
    extended = _template(result).extended_resources
    if not extended.HasField("shared_memory"):
        return None
    shared = extended.shared_memory
    return shared.mount_path, shared.mount_name, shared.size_limit


def asks(result: Result) -> tuple[Any, Any, Any]:
    """All that `resources` is about."""
    return resources(result), accelerator(result), shm(result) and shm(result)[2]  # type: ignore[index]


def secrets(result: Result) -> list[tuple[str, str, int, str]]:
    """Group, key, how it is mounted, variable."""
    found = _template(result).security_context.secrets
    return [(one.group, one.key, one.mount_requirement, one.env_var) for one in found]


def identity(result: Result) -> tuple[list[str], int]:
    """What of `run_as` is set, and the number of tokens."""
    context = _template(result).security_context
    return sorted(field.name for field, _ in context.run_as.ListFields()), len(context.tokens)


def account(result: Result) -> str:
    return str(_template(result).security_context.run_as.k8s_service_account)


def cache(result: Result) -> tuple[bool, str, bool, list[str], float | None]:
    """On, version, serialized, ignored inputs, seconds of age."""
    metadata = _template(result).metadata
    age = _seconds(metadata.cache_max_age) if metadata.HasField("cache_max_age") else None
    ignored = list(metadata.cache_ignore_input_vars)
    return metadata.discoverable, metadata.discovery_version, metadata.cache_serializable, ignored, age


def artifacts(result: Result) -> bool:
    return bool(_template(result).metadata.produces_artifacts)


def image(result: Result) -> str:
    return str(_template(result).container.image)


def queue(result: Result) -> str | None:
    return result.queue


def inline(result: Result) -> int | None:
    return result.max_inline_io_bytes
