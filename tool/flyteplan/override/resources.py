"""`resources`: cpu, memory, gpu, disk and what else a container asks for, and the pod-wide accelerator and /dev/shm."""

from __future__ import annotations

from typing import Any

from flyteplan.model import quantity
from flyteplan.model.device import CLASSES
from flyteplan.model.primary import PRIMARY_NAME_KEY, SHARED_MEMORY_MOUNT, SIDES, Primary, containers_of
from flyteplan.model.settings import Path
from flyteplan.model.struct import plain
from flyteplan.override.edit import Edit

PARAMETER = "resources"


def resources(edit: Edit) -> None:
    """Container resources and extended resources. On sql and no target there is nothing that could ask for them."""
    container = edit.primary
    if container is None:
        edit.problem(*no_container(edit, PARAMETER))
        return
    if edit.clears(PARAMETER):
        edit.template.ClearField("extended_resources")
    if not _keeps_container(edit):
        _of_container(edit, container)
    _shared_memory(edit)


def _keeps_container(edit: Edit) -> bool:
    """The SDK's replacement leaves a pod's container alone when only shared memory is given."""
    only_shared_memory = {path for path, _ in edit.leaves(PARAMETER)} == {("shm",)}
    return edit.replace and edit.template.HasField("k8s_pod") and only_shared_memory


def _of_container(edit: Edit, container: Primary) -> None:
    if edit.clears(PARAMETER):
        container.clear_resources()
    _pair(edit, container, "cpu")
    _pair(edit, container, "memory")
    _gpu(edit, container)
    _single(edit, container, "disk")
    _extended(edit, container)
    _check_limits(edit, container)


def no_container(edit: Edit, parameter: str) -> tuple[str, tuple[str, ...], str, str]:
    """The arguments of `Edit.problem` for an override that has no container to act on."""
    kind = edit.template.WhichOneof("target") or "no target"
    if kind == "k8s_pod":
        hint = "name the primary container in the task's pod template and deploy it again"
        return "FP2006", (parameter,), f"{parameter} can not take effect: {_lost_primary(edit)}", hint
    why = "it has an sql target and no container" if kind == "sql" else "it has neither a container nor a pod"
    return "FP2006", (parameter,), f"{parameter} can not take effect on this task: {why}", f"remove {parameter}"


def _lost_primary(edit: Edit) -> str:
    template = edit.template
    named = template.config.get(PRIMARY_NAME_KEY, "") or template.k8s_pod.primary_container_name
    there = ", ".join(str(plain(container).get("name")) for container in containers_of(template.k8s_pod)) or "none"
    if named:
        return f"the pod's primary container {named} is not in it (it has {there})"
    return f"the pod does not say which of its containers is the primary one (it has {there})"


def _pair(edit: Edit, container: Primary, name: str) -> None:
    for side, half in zip(SIDES, ("request", "limit"), strict=True):
        if edit.clears(PARAMETER, name, half):
            container.drop_quantity(side, name)
        value = edit.value(PARAMETER, name, half)
        if value is not None and not quantity.same(value, container.quantities(side).get(name, "")):
            container.set_quantity(side, name, value)


def _single(edit: Edit, container: Primary, name: str) -> None:
    if edit.clears(PARAMETER, name):
        for side in SIDES:
            container.drop_quantity(side, name)
    value = edit.value(PARAMETER, name)
    if value is not None and not quantity.same(value, container.quantities("requests").get(name, "")):
        container.set_quantity("requests", name, value)


def _gpu(edit: Edit, container: Primary) -> None:
    if edit.clears(PARAMETER, "gpu"):
        _drop_gpu(edit, container)
    count = edit.value(PARAMETER, "gpu", "quantity")
    if count == 0:
        _drop_gpu(edit, container)
    elif count is not None:
        _set_count(container, str(count))
    _set_device(edit)


def _drop_gpu(edit: Edit, container: Primary) -> None:
    for side in SIDES:
        container.drop_quantity(side, "gpu")
    if edit.template.HasField("extended_resources"):
        edit.template.extended_resources.ClearField("gpu_accelerator")
        _drop_empty_extended(edit)


def _set_count(container: Primary, count: str) -> None:
    """Where a count is now, in requests, limits or both: Kubernetes wants them equal."""
    sides = [side for side in SIDES if "gpu" in container.quantities(side)] or ["requests"]
    for side in sides:
        if not quantity.same(count, container.quantities(side).get("gpu", "")):
            container.set_quantity(side, "gpu", count)


def _set_device(edit: Edit) -> None:
    device, partition = edit.value(PARAMETER, "gpu", "device"), edit.value(PARAMETER, "gpu", "partition")
    if device is not None:
        accelerator = edit.template.extended_resources.gpu_accelerator
        device_class: Any = CLASSES[device.device_class]
        if (accelerator.device, accelerator.device_class) != (device.device, device_class):
            accelerator.Clear()
            accelerator.device, accelerator.device_class = device.device, device_class
    if partition is not None:
        edit.template.extended_resources.gpu_accelerator.partition_size = partition
    elif edit.setting(PARAMETER, "gpu", "partition") is not None and _has_accelerator(edit):
        edit.template.extended_resources.gpu_accelerator.ClearField("partition_size")


def _has_accelerator(edit: Edit) -> bool:
    extended = edit.template.extended_resources
    return edit.template.HasField("extended_resources") and bool(extended.HasField("gpu_accelerator"))


def _drop_empty_extended(edit: Edit) -> None:
    if not edit.template.extended_resources.ByteSize():
        edit.template.ClearField("extended_resources")


def _shared_memory(edit: Edit) -> None:
    """`size_limit` "" is the SDK's "auto": as much as the node gives."""
    if edit.clears(PARAMETER, "shm") and edit.template.HasField("extended_resources"):
        edit.template.extended_resources.ClearField("shared_memory")
        _drop_empty_extended(edit)
    size = edit.value(PARAMETER, "shm")
    if size is None:
        return
    shared = edit.template.extended_resources.shared_memory
    if not shared.mount_path:
        shared.mount_path, shared.mount_name = SHARED_MEMORY_MOUNT
    if not (size and quantity.same(size, shared.size_limit)):
        shared.size_limit = size


def _extended(edit: Edit, container: Primary) -> None:
    """Names with a slash, which only a pod can hold: Kubernetes wants their request and limit equal."""
    for path, item in edit.leaves(PARAMETER):
        name = path[0]
        if "/" not in name:
            continue
        if not edit.template.HasField("k8s_pod"):
            hint = "only tasks with a pod template can ask for such a resource"
            edit.problem("FP2006", (PARAMETER, name), f"{name} can not take effect on a plain container", hint)
        elif item.clears:
            _drop_both(container, name)
        else:
            _set_both(container, name, item.value)


def _drop_both(container: Primary, name: str) -> None:
    for side in SIDES:
        container.drop_quantity(side, name)


def _set_both(container: Primary, name: str, value: Any) -> None:
    for side in SIDES:
        if not quantity.same(value, container.quantities(side).get(name, "")):
            container.set_quantity(side, name, value)


def _check_limits(edit: Edit, container: Primary) -> None:
    requests, limits = container.quantities("requests"), container.quantities("limits")
    for name in sorted(requests.keys() & limits.keys()):
        request, limit = quantity.nano(requests[name]), quantity.nano(limits[name])
        if request is None or limit is None or request <= limit or not edit.under(PARAMETER, name):
            continue
        edit.problem("FP2005", *_above(edit, name, requests[name], limits[name]))


def _above(edit: Edit, name: str, request: str, limit: str) -> tuple[Path, str, str]:
    """Where, what and what to do when a request is above its limit: at the one of the two that was written last."""
    asked = next((half for half in ((name, "request"), (name,)) if edit.value(PARAMETER, *half) is not None), None)
    bound = edit.setting(PARAMETER, name, "limit")
    of_request = "" if asked else " of the template"
    of_limit = f" set at {bound.position}" if bound is not None else " of the template"
    message = f"{name}: the request {request}{of_request} is above the limit {limit}{of_limit if asked else ''}"
    both = f"set both, {name}: [{request}, {request}], or clear the limit, [{request}, null]"
    hint = both if name in ("cpu", "memory") else f"set {name} to at most {limit}"
    return (PARAMETER, *(asked or (name, "limit"))), message, hint
