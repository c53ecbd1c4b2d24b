"""`resources`: cpu, memory, gpu, disk and what else a container asks for, and the pod-wide accelerator and /dev/shm."""

from __future__ import annotations

from typing import Any

from flyteplan.model.device import CLASSES
from flyteplan.model.primary import PRIMARY_NAME_KEY, SHARED_MEMORY_MOUNT, SIDES, Primary, Side, containers_of
from flyteplan.model.quantity import is_above, same
from flyteplan.model.settings import OVERRIDES, WHOLE, Parts, Path
from flyteplan.model.struct import plain
from flyteplan.override.edit import Edit, clears

PARAMETER = "resources"
_SHARED_MEMORY, _DISK, _GPU = "shm", "disk", "gpu"
_COUNT, _DEVICE, _PARTITION = "gpu.quantity", "gpu.device", "gpu.partition"
_AMOUNTS = (("cpu", "cpu.request", "cpu.limit"), ("memory", "memory.request", "memory.limit"))
# What has nothing to do with accelerators and is in every container.
_PLAIN = frozenset({WHOLE, _DISK, _SHARED_MEMORY, *(part for _, *parts in _AMOUNTS for part in parts)})


def resources(edit: Edit, wanted: Parts) -> None:
    """Container resources and extended resources. On sql and no target there is nothing that could ask for them."""
    container = edit.primary
    if container is None:
        edit.problem(*no_container(edit, PARAMETER))
        return
    if WHOLE in wanted:
        edit.template.ClearField("extended_resources")
    if _SHARED_MEMORY not in wanted or not _keeps_container(edit, wanted):
        _of_container(edit, wanted, container)
    if _SHARED_MEMORY in wanted:
        _shared_memory(edit, wanted[_SHARED_MEMORY])


def _keeps_container(edit: Edit, wanted: Parts) -> bool:
    """The SDK's replacement leaves a pod's container alone when only shared memory is given."""
    return edit.replace and wanted.keys() - {WHOLE} == {_SHARED_MEMORY} and edit.template.HasField("k8s_pod")


def _of_container(edit: Edit, wanted: Parts, container: Primary) -> None:
    """Names that are new follow in the order of this function; all at once, for to look for one is to look at all."""
    if WHOLE in wanted:
        container.clear_resources()
    elif PARAMETER in edit.cleared:
        _drop(container, wanted)
    requests, limits = {}, {}
    for name, request, limit in _AMOUNTS:
        if request in wanted and wanted[request] is not None:
            requests[name] = wanted[request]
        if limit in wanted and wanted[limit] is not None:
            limits[name] = wanted[limit]
    plain_ones_only = _PLAIN.issuperset(wanted)
    if not plain_ones_only:
        _gpu(edit, wanted, container, {"requests": requests, "limits": limits})
    if _DISK in wanted and wanted[_DISK] is not None:
        requests["disk"] = wanted[_DISK]
    there = container.set_both(requests, limits)
    if not plain_ones_only:
        _extended(edit, wanted, container)
        there = container.quantities("requests"), container.quantities("limits")
    _check_limits(edit, wanted, *there)


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


def _drop(container: Primary, wanted: Parts) -> None:
    for name, *parts in _AMOUNTS:
        for side, part in zip(SIDES, parts, strict=True):
            if clears(wanted, part):
                container.drop_quantity(side, name)
    if clears(wanted, _DISK):
        _put_both(container, "disk", None)


def _put_both(container: Primary, name: str, value: str | None) -> None:
    for side in SIDES:
        if value is None:
            container.drop_quantity(side, name)
        else:
            container.set_quantities(side, {name: value})


def _gpu(edit: Edit, wanted: Parts, container: Primary, amounts: dict[Side, dict[str, str]]) -> None:
    """The device, and the count into *amounts*: where one is now, for Kubernetes wants requests and limits equal."""
    count = wanted.get(_COUNT)
    if _GPU in wanted or count == 0:
        _drop_gpu(edit, container)
    if count:
        for side in [side for side in SIDES if "gpu" in container.quantities(side)] or ["requests"]:
            amounts[side]["gpu"] = str(count)
    _set_device(edit, wanted)


def _drop_gpu(edit: Edit, container: Primary) -> None:
    _put_both(container, "gpu", None)
    if edit.template.HasField("extended_resources"):
        edit.template.extended_resources.ClearField("gpu_accelerator")
        _drop_empty_extended(edit)


def _set_device(edit: Edit, wanted: Parts) -> None:
    device, partition = wanted.get(_DEVICE), wanted.get(_PARTITION)
    if device is not None:
        accelerator = edit.template.extended_resources.gpu_accelerator
        device_class: Any = CLASSES[device.device_class]
        if (accelerator.device, accelerator.device_class) != (device.device, device_class):
            accelerator.Clear()
            accelerator.device, accelerator.device_class = device.device, device_class
    if partition is not None:
        edit.template.extended_resources.gpu_accelerator.partition_size = partition
    elif _PARTITION in wanted and _has_accelerator(edit):
        edit.template.extended_resources.gpu_accelerator.ClearField("partition_size")


def _has_accelerator(edit: Edit) -> bool:
    extended = edit.template.extended_resources
    return edit.template.HasField("extended_resources") and bool(extended.HasField("gpu_accelerator"))


def _drop_empty_extended(edit: Edit) -> None:
    if not edit.template.extended_resources.ByteSize():
        edit.template.ClearField("extended_resources")


def _shared_memory(edit: Edit, size: str | None) -> None:
    """`size_limit` "" is the SDK's "auto": as much as the node gives."""
    if size is None:
        if edit.template.HasField("extended_resources"):
            edit.template.extended_resources.ClearField("shared_memory")
            _drop_empty_extended(edit)
        return
    shared = edit.template.extended_resources.shared_memory
    if not shared.mount_path:
        shared.mount_path, shared.mount_name = SHARED_MEMORY_MOUNT
    if not (size and same(size, shared.size_limit)):
        shared.size_limit = size


def _extended(edit: Edit, wanted: Parts, container: Primary) -> None:
    """Names with a slash, which only a pod can hold: Kubernetes wants their request and limit equal.

    One after another: some of them are names of a count of accelerators too.
    """
    for name, value in wanted.items():
        if "/" not in name:
            continue
        if edit.template.HasField("k8s_pod"):
            _put_both(container, name, value)
        else:
            hint = "only tasks with a pod template can ask for such a resource"
            edit.problem("FP2006", (PARAMETER, name), f"{name} can not take effect on a plain container", hint)


def _check_limits(edit: Edit, wanted: Parts, requests: dict[str, str], limits: dict[str, str]) -> None:
    for name, limit in limits.items():
        if name in requests and is_above(requests[name], limit):
            _refuse(edit, wanted, requests, limits)
            break


def _refuse(edit: Edit, wanted: Parts, requests: dict[str, str], limits: dict[str, str]) -> None:
    for name in sorted(limits):
        above = name in requests and is_above(requests[name], limits[name])
        if above and edit.settings.under(OVERRIDES, PARAMETER, name):
            edit.problem("FP2005", *_above(edit, wanted, name, requests[name], limits[name]))


def _above(edit: Edit, wanted: Parts, name: str, request: str, limit: str) -> tuple[Path, str, str]:
    """Where, what and what to do when a request is above its limit: at the one of the two that was written last."""
    asked = next((part for part in (f"{name}.request", name) if wanted.get(part) is not None), None)
    bound = edit.settings.get(OVERRIDES, PARAMETER, name, "limit")
    of_request = "" if asked else " of the template"
    of_limit = f" set at {bound.position}" if bound is not None else " of the template"
    message = f"{name}: the request {request}{of_request} is above the limit {limit}{of_limit if asked else ''}"
    both = f"set both, {name}: [{request}, {request}], or clear the limit, [{request}, null]"
    hint = both if name in ("cpu", "memory") else f"set {name} to at most {limit}"
    half = (name, "request" if asked else "limit") if asked != name else (name,)
    return (PARAMETER, *half), message, hint
