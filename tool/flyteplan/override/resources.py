"""`resources`: cpu, memory, gpu, disk and what else a container asks for, and the pod-wide accelerator and /dev/shm."""

from __future__ import annotations

from typing import Any

from flyteplan.model import quantity
from flyteplan.model.device import CLASSES
from flyteplan.model.primary import SHARED_MEMORY_MOUNT, SIDES, Primary
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
        return "FP2006", (parameter,), f"{parameter} can not take effect: the pod has no primary container", hint
    message = f"{parameter} can not take effect: the task has {_article(kind)}, no container"
    return "FP2006", (parameter,), message, f"remove {parameter} for this task"


def _article(kind: str) -> str:
    return "an sql target" if kind == "sql" else kind


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
        message = f"{name}: the request {requests[name]} is above the limit {limits[name]}"
        hint = f"set both, {name}: [{requests[name]}, {requests[name]}], or clear the limit, [{requests[name]}, null]"
        edit.problem("FP2005", (PARAMETER, name), message, hint)
