"""`overrides.resources.gpu`: a count, `"A100:2"`, or a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteplan.model import device
from flyteplan.model.document import Pointer
from flyteplan.model.nearest import nearest
from flyteplan.validate.draft import Draft

_PATH = ("overrides", "resources", "gpu")
_AT: Pointer = ("spec", *_PATH)
_CODE = "FP1205"
_MAC = "AppleSilicon"


def put_gpu(draft: Draft, value: Any) -> None:
    if isinstance(value, str):
        _put_text(draft, value)
    elif isinstance(value, dict):
        _put_mapping(draft, value)
    elif value or draft.replacing:
        draft.put((*_PATH, "quantity"), int(value), _AT)
    else:
        draft.put(_PATH, None)


def _put_text(draft: Draft, text: str) -> None:
    # A Mac has one GPU, and its text needs no count.
    written, _, count = (f"{text}:1" if text == _MAC else text).rpartition(":")
    name = device.canonical(written)
    if name not in device.COUNTS or count not in map(str, device.COUNTS[name]):
        draft.wrong(_CODE, _AT, *_misread(text, name, count))
        return
    draft.put((*_PATH, "quantity"), int(count), _AT)
    draft.put((*_PATH, "device"), device.accelerator(name, device.class_of(name) or "GPU"), _AT)


def _misread(text: str, name: str, count: str) -> tuple[str, str]:
    """Message and hint for a text that is no `<device>:<count>` of the SDK."""
    if name in device.COUNTS:
        return f"gpu: {name} can not have the count '{count}'", f"write {_counts(name)}"
    if text.isdecimal():
        return f'gpu: "{text}" names no device', f"write {text} without quotes for a count alone"
    return f'gpu: "{text}" is no device and count that Flyte knows', _suggestion(text, name, count)


def _counts(name: str) -> str:
    counts = sorted(device.COUNTS[name])
    if len(counts) > 2 and counts == list(range(1, len(counts) + 1)):
        return f"{name}:1 to {name}:{counts[-1]}"
    return " or ".join(f"{name}:{count}" for count in counts)


def _suggestion(text: str, name: str, count: str) -> str:
    if text in device.COUNTS:
        return f"write {text}:1"
    if device.class_of(name or text):
        return f"write {{device: {name or text}}}"
    close = "".join(nearest(_known_as(name or text), device.COUNTS, limit=1))
    return f"did you mean {close}:{count if name else 1}?" if close else "write <device>:<count>, such as A100:1"


def _known_as(name: str) -> str:
    """The SDK's name of a device that is written as templates name it (`nvidia-tesla-a100`)."""
    return next((known for known, proto in device.PROTO_NAMES.items() if proto == name.lower()), name)


def _put_mapping(draft: Draft, value: Mapping[str, Any]) -> None:
    count = int(value.get("quantity", 1))
    if "device" in value:
        name = device.canonical(value["device"])
        device_class = _class(draft, name, value.get("device_class"))
        _check_count(draft, name, device_class, count)
        _check_partition(draft, name, value.get("partition"))
        draft.put((*_PATH, "device"), device.accelerator(name, device_class), (*_AT, "device"))
    draft.put((*_PATH, "quantity"), count, (*_AT, "quantity") if "quantity" in value else _AT)
    if "partition" in value:
        draft.put((*_PATH, "partition"), value["partition"])


def _class(draft: Draft, name: str, given: str | None) -> str:
    known = device.class_of(name)
    if known is None and given is None:
        close = "".join(nearest(_known_as(name), (*device.COUNTS, *device.PROTO_NAMES), limit=1))
        hint = f"did you mean {close}?" if close else "name its device_class too"
        draft.wrong(_CODE, (*_AT, "device"), f"gpu: {name} is no device that Flyte knows", hint)
    if known is None and given == "APPLE_SILICON":
        draft.wrong(_CODE, (*_AT, "device"), f"gpu: {name} is no device of class {given}", f"write device: {_MAC}")
    if known and given and known != given:
        draft.wrong(_CODE, (*_AT, "device_class"), f"gpu: {name} is a {known}", "leave device_class out")
    return known or given or "GPU"


def _check_count(draft: Draft, name: str, device_class: str, count: int) -> None:
    """The SDK bounds the count of a GPU only where it is written as a text."""
    if device_class == "GPU" or device.class_of(name) is None:
        return
    allowed = device.COUNTS.get(name, frozenset({1}))
    if count not in allowed:
        hint = f"write {' or '.join(map(str, sorted(allowed)))}"
        draft.wrong(_CODE, (*_AT, "quantity"), f"gpu: {name} can not have the count {count}", hint)


def _check_partition(draft: Draft, name: str, partition: str | None) -> None:
    if partition is None:
        return
    pointer = (*_AT, "partition")
    allowed = device.PARTITIONS.get(name)
    if name.endswith(" shared"):
        draft.wrong(_CODE, pointer, f"gpu: {name} has no partitions", "leave partition out")
    elif allowed and partition not in allowed:
        draft.wrong(_CODE, pointer, f"gpu: {name} has no partition {partition}", f"it has {', '.join(allowed)}")
