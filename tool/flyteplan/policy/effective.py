"""What a template has of all that manifests can set, by the names of a plan's fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flyteplan.model import duration
from flyteplan.model.primary import SIDES, Primary, primary
from flyteplan.model.settings import Secret

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import TaskTemplate
    from flyteidl2.task.task_definition_pb2 import TaskSpec

Value = tuple[str, Any]


def effective(spec: TaskSpec) -> dict[str, Any]:
    """Quantities are text, durations nanoseconds. What the template does not have is left out."""
    template, metadata = spec.task_template, spec.task_template.metadata
    container = primary(template)
    found = dict(_container(container)) if container else {}
    found |= dict(_extended(template)) | dict(_bounds(metadata)) | dict(_cache(metadata)) | dict(_security(template))
    found |= {f"labels.{name}": value for name, value in metadata.metadata.labels.items()}
    found |= {f"annotations.{name}": value for name, value in metadata.metadata.annotations.items()}
    rest: dict[str, Any] = {
        "short_name": spec.short_name,
        "pod_template_name": metadata.pod_template_name,
        "produces_artifacts": metadata.produces_artifacts or "",
        "interruptible": metadata.interruptible if metadata.HasField("interruptible") else "",
    }
    return found | {name: value for name, value in rest.items() if value != ""}


def _container(container: Primary) -> Iterator[Value]:
    for side in SIDES:
        yield from ((f"resources.{side}.{name}", text) for name, text in container.quantities(side).items())
    yield from ((f"env_vars.{name}", value) for name, value in container.env())
    if container.image:
        yield "image", container.image


def _extended(template: TaskTemplate) -> Iterator[Value]:
    found = template.extended_resources
    if found.gpu_accelerator.device:
        yield "resources.gpu.device", found.gpu_accelerator.device
    if found.gpu_accelerator.partition_size:
        yield "resources.gpu.partition", found.gpu_accelerator.partition_size
    if found.HasField("shared_memory"):
        yield "resources.shm", found.shared_memory.size_limit or "auto"


def _bounds(metadata: Any) -> Iterator[Value]:
    yield "retries.count", metadata.retries.retries
    if metadata.retries.HasField("backoff"):
        yield from _durations(metadata.retries.backoff, {"base": "retries.backoff.base", "cap": "retries.backoff.cap"})
        yield "retries.backoff.factor", metadata.retries.backoff.factor
    yield from _durations(metadata, {"timeout": "timeout.max_runtime"})
    bounds = {"queued_timeout": "timeout.max_queued_time", "deadline": "timeout.deadline"}
    yield from _durations(metadata.timeouts, bounds)


def _cache(metadata: Any) -> Iterator[Value]:
    yield "cache.behavior", "override" if metadata.discoverable else "disable"
    if metadata.discovery_version:
        yield "cache.version_override", metadata.discovery_version
    if metadata.cache_serializable:
        yield "cache.serialize", True
    if metadata.cache_ignore_input_vars:
        yield "cache.ignored_inputs", tuple(metadata.cache_ignore_input_vars)
    yield from _durations(metadata, {"cache_max_age": "cache.max_age"})


def _durations(message: Any, names: dict[str, str]) -> Iterator[Value]:
    """A bound of 0 is none to Flyte."""
    for proto, name in names.items():
        found = getattr(message, proto)
        amount = found.seconds * duration.SECOND + found.nanos
        if amount:
            yield name, amount


def _security(template: TaskTemplate) -> Iterator[Value]:
    account = template.security_context.run_as.k8s_service_account
    if account:
        yield "service_account", account
    for one in template.security_context.secrets:
        secret = Secret(key=one.key, group=one.group, env_var=one.env_var)
        yield f"secrets.{secret.name}", secret
