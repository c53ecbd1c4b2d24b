"""What a template has that a manifest can set, as a tree of plain values in the words of the manifest.

Every setting has its long form here (`retries: {count: 3}`). What can not be said in a manifest is a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flyteplan.model import device, duration, quantity
from flyteplan.model.primary import Primary, primary
from flyteplan.model.settings import Secret

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import TaskTemplate
    from flyteidl2.task.task_definition_pb2 import TaskSpec

Tree = dict[str, Any]
_CLASS_NAMES = {number: name for name, number in device.CLASSES.items()}
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,3})?")
_SDK_PREFIX = "_F_"
_FILE = 2
_SECRETS = "/etc/flyte/secrets"


def present(spec: TaskSpec) -> Tree:
    """In the order in which the settings are explained; without those that *spec* does not have."""
    template, metadata = spec.task_template, spec.task_template.metadata
    container = primary(template)
    found: Tree = {
        "short_name": spec.short_name,
        "image": container.image if container else "",
        "resources": _resources(template, container) if container else {},
        "retries": _retries(metadata),
        "timeout": _timeout(metadata),
        "env_vars": dict(_env_vars(container)) if container else {},
        "cache": _cache(metadata),
        "secrets": {name: _secret(found[0]) for name, found in _secrets(template).items() if len(found) == 1},
        "service_account": template.security_context.run_as.k8s_service_account,
        "produces_artifacts": metadata.produces_artifacts or None,
        "interruptible": metadata.interruptible if metadata.HasField("interruptible") else None,
        "labels": dict(sorted(metadata.metadata.labels.items())),
        "annotations": dict(sorted(metadata.metadata.annotations.items())),
        "pod_template_name": metadata.pod_template_name,
    }
    return {name: value for name, value in found.items() if value not in ("", None, {})}


def remarks(spec: TaskSpec) -> Iterator[str]:
    """What *spec* has of the same kind that no manifest can say."""
    template = spec.task_template
    container = primary(template)
    yield from (f"secrets: {name} stands {len(f)} times" for name, f in _secrets(template).items() if len(f) > 1)
    if container is not None:
        yield from _container_remarks(container)


def _secrets(template: TaskTemplate) -> dict[str, list[Any]]:
    """By the name that a manifest tells them by."""
    found: dict[str, list[Any]] = {}
    for one in template.security_context.secrets:
        found.setdefault(Secret(key=one.key, group=one.group).name, []).append(one)
    return found


def _container_remarks(container: Primary) -> Iterator[str]:
    requests, limits = container.quantities("requests"), container.quantities("limits")
    for name, limit in limits.items():
        if name not in requests and name != "gpu" and "/" not in name:
            yield f"resources.{name}: a limit of {limit} without a request"
        elif name not in ("cpu", "memory", "gpu") and "/" not in name:
            yield f"resources.{name}: its limit of {limit}"
    yield from (f"resources.{name}: {value}" for name, value in requests.items() if not _settable(name))
    for name, values in _variables(container).items():
        if len(values) > 1:
            yield f"env_vars.{name}: it stands {len(values)} times"
        elif not isinstance(values[0], str):
            yield f"env_vars.{name}: it is no plain string"


def _variables(container: Primary) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name, value in container.env():
        found.setdefault(name, []).append(value)
    return found


def _settable(name: str) -> bool:
    return name in ("cpu", "memory", "gpu", "disk") or "/" in name


def _resources(template: TaskTemplate, container: Primary) -> Tree:
    requests, limits = container.quantities("requests"), container.quantities("limits")
    found: Tree = {name: _pair(requests[name], limits.get(name)) for name in ("cpu", "memory") if name in requests}
    found |= _gpu(template, requests.get("gpu") or limits.get("gpu") or "")
    found |= {"disk": requests["disk"]} if "disk" in requests else {}
    if template.extended_resources.HasField("shared_memory"):
        found["shm"] = template.extended_resources.shared_memory.size_limit or "auto"
    named = {**limits, **requests}
    return found | {name: number(named[name]) for name in sorted(named) if "/" in name}


def _pair(request: str, limit: str | None) -> Tree:
    return {"request": number(request)} | ({} if limit is None else {"limit": number(limit)})


def number(text: str) -> Any:
    """A quantity that is a number as one; `2` reads better than `"2"`."""
    if not _NUMBER.fullmatch(text) or not quantity.same(text, str(float(text))):
        return text
    return float(text) if "." in text else int(text)


def _gpu(template: TaskTemplate, count: str) -> Tree:
    """The count alone, or with the device by the name that the SDK has for it."""
    if not (count.isascii() and count.isdecimal()):
        return {}
    quantity_of: Tree = {"quantity": int(count)}
    found = template.extended_resources.gpu_accelerator
    if not found.device:
        return {"gpu": quantity_of}
    name, class_name = device.sdk_name(found.device), _CLASS_NAMES.get(found.device_class, "")
    unknown: Tree = {"device_class": class_name} if device.class_of(name) is None else {}
    partition: Tree = {"partition": found.partition_size} if found.partition_size else {}
    return {"gpu": {"device": name} | quantity_of | partition | unknown}


def _duration(message: Any) -> str:
    return duration.show(message.seconds * duration.SECOND + message.nanos)


def _durations(message: Any, names: dict[str, str]) -> Tree:
    return {name: _duration(getattr(message, proto)) for name, proto in names.items() if message.HasField(proto)}


def _retries(metadata: Any) -> Tree:
    if not metadata.HasField("retries"):
        return {}
    found: Tree = {"count": metadata.retries.retries}
    if metadata.retries.HasField("backoff"):
        backoff = metadata.retries.backoff
        factor: Tree = {"factor": backoff.factor} if backoff.factor else {}
        found["backoff"] = _durations(backoff, {"base": "base"}) | factor | _durations(backoff, {"cap": "cap"})
    return found


def _timeout(metadata: Any) -> Tree:
    bounds = {"max_queued_time": "queued_timeout", "deadline": "deadline"}
    return _durations(metadata, {"max_runtime": "timeout"}) | _durations(metadata.timeouts, bounds)


def _env_vars(container: Primary) -> Iterator[tuple[str, str]]:
    for name, values in _variables(container).items():
        if len(values) == 1 and isinstance(values[0], str) and not name.startswith(_SDK_PREFIX):
            yield name, values[0]


def _cache(metadata: Any) -> Tree:
    version = metadata.discovery_version
    found: Tree = {"behavior": "override" if metadata.discoverable else "disable"}
    found |= {"version_override": version} if version else {}
    found |= {"serialize": True} if metadata.cache_serializable else {}
    ignored = list(metadata.cache_ignore_input_vars)
    found |= {"ignored_inputs": ignored} if ignored else {}
    return found | _durations(metadata, {"max_age": "cache_max_age"})


def _secret(message: Any) -> Any:
    secret = Secret(key=message.key, group=message.group, env_var=message.env_var)
    group: Tree = {"group": message.group} if message.group else {}
    if message.mount_requirement == _FILE:
        return {"key": message.key, **group, "mount": _SECRETS}
    derived = secret.name.replace("/", "_").replace("-", "_").upper()
    if message.env_var and message.env_var != derived:
        group["as_env_var"] = message.env_var
    return {"key": message.key, **group} if group else message.key
