"""Accelerators as the Flyte SDK knows them: names, classes, counts and partitions.

Source: `flyte.Resources`, `flyte.GPU`, `flyte.TPU` of SDK 2.12 and the device names its serializer writes.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache, lru_cache

from flyteplan.record import dataclass

# flyteidl2.core.GPUAccelerator.DeviceClass, by the SDK's names.
CLASSES = {"GPU": 0, "TPU": 1, "NEURON": 2, "AMD_GPU": 3, "HABANA_GAUDI": 4, "APPLE_SILICON": 5}

# What the SDK's serializer writes for a device; a name that is not here is written as it is.
PROTO_NAMES = {
    "A100": "nvidia-tesla-a100",
    "A100_80G": "nvidia-a100-80gb",
    "A100G": "nvidia-a100g",
    "A10": "nvidia-a10",
    "A10G": "nvidia-a10g",
    "H100": "nvidia-tesla-h100",
    "K80": "nvidia-tesla-k80",
    "L4": "nvidia-l4",
    "L40s": "nvidia-l40s",
    "L4_VWS": "nvidia-l4-vws",
    "M60": "nvidia-tesla-m60",
    "P4": "nvidia-tesla-p4",
    "P100": "nvidia-tesla-p100",
    "RTX_PRO_4500": "nvidia-rtx-pro-4500",
    "RTX_PRO_6000": "nvidia-rtx-pro-6000",
    "T4": "nvidia-tesla-t4",
    "V100": "nvidia-tesla-v100",
    "V5E": "tpu-v5-lite-podslice",
    "V5P": "tpu-v5p-slice",
    "V6E": "tpu-v6e-slice",
}
_SDK_NAMES = {proto: name for name, proto in PROTO_NAMES.items()}
_ALIASES = {"A100 80G": "A100_80G", "RTX PRO 6000": "RTX_PRO_6000"}

_UP_TO_8 = frozenset(range(1, 9))
_ONE = frozenset({1})
_TRAINIUM = frozenset({1, 4, 8, 16})
# The counts that `"<device>:<count>"` may name, by device.
COUNTS: dict[str, frozenset[int]] = {
    **dict.fromkeys(("A10", "A10G", "A100", "A100_80G", "B200", "H100", "H200", "L4", "L40s", "T4", "V100"), _UP_TO_8),
    **dict.fromkeys(("A2", "GB10", "RTX_PRO_4500", "Gaudi1", "AppleSilicon"), _ONE),
    **dict.fromkeys(("T4 shared", "L4 shared", "A10G shared", "A10 shared", "L40S shared"), _ONE),
    **dict.fromkeys(("MI100", "MI210", "MI250", "MI250X", "MI300A", "MI300X", "MI325X", "MI350X", "MI355X"), _ONE),
    **dict.fromkeys(("Trn1", "Trn1n", "Trn2", "Trn2u"), _TRAINIUM),
    "RTX_PRO_6000": frozenset({1, 2}),
    "Inf1": frozenset(range(1, 17)),
    "Inf2": frozenset(range(1, 13)),
}

_TPU_SLICES = ("1x1", "2x2", "2x4", "4x4", "4x8", "8x8", "8x16", "16x16")
# The partitions of the devices that have a closed list of them.
PARTITIONS: dict[str, tuple[str, ...]] = {
    "A100": ("1g.5gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb"),
    "A100_80G": ("1g.10gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"),
    "H100": ("1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"),
    "H200": ("1g.18gb", "1g.35gb", "2g.35gb", "3g.71gb", "4g.71gb", "7g.141gb"),
    "RTX_PRO_6000": ("1g.24gb", "2g.48gb", "4g.96gb"),
    "V5E": _TPU_SLICES,
    "V6E": _TPU_SLICES,
    "V5P": (
        *("2x2x1", "2x2x2", "2x4x4", "4x4x4", "4x4x8", "4x8x8"),
        *("8x8x8", "8x8x16", "8x16x16", "16x16x16", "16x16x24"),
    ),
}


@dataclass(frozen=True, slots=True)
class Accelerator:
    """A device as a template names it (`nvidia-tesla-a100`) and its class (a key of `CLASSES`)."""

    device: str
    device_class: str


def canonical(name: str) -> str:
    """The SDK's spelling of *name*: its two old spellings with spaces are still taken."""
    return _ALIASES.get(name, name)


def sdk_name(name: str) -> str:
    """The SDK's name of a device by any of its names; one that the SDK does not know has no other."""
    return _SDK_NAMES.get(name, canonical(name))


@lru_cache(maxsize=1024)
def spellings(name: str) -> frozenset[str]:
    """All names of the device that has this one: the SDK's, the old ones, and that of templates."""
    own = sdk_name(name)
    old = (alias for alias, device in _ALIASES.items() if device == own)
    return frozenset({own, PROTO_NAMES.get(own, own), *old})


@cache
def known() -> frozenset[str]:
    """All names of all devices that the SDK knows."""
    return frozenset(spelling for name in (*COUNTS, *PROTO_NAMES) for spelling in spellings(name))


def can_name(glob: str) -> bool:
    """Whether there is a device that *glob* can match; a wildcard at its beginning leaves open which."""
    return glob.startswith(("*", "?", "[")) or any(fnmatchcase(name, glob) for name in known())


def class_of(name: str) -> str | None:
    """The class of a device that the SDK knows, None for another."""
    if name in ("V5E", "V5P", "V6E"):
        return "TPU"
    if name.startswith(("Trn", "Inf")) and name in COUNTS:
        return "NEURON"
    if name.startswith("MI") and name in COUNTS:
        return "AMD_GPU"
    special = {"Gaudi1": "HABANA_GAUDI", "AppleSilicon": "APPLE_SILICON"}
    return special.get(name) or ("GPU" if name in COUNTS or name in PROTO_NAMES else None)


def accelerator(name: str, device_class: str) -> Accelerator:
    return Accelerator(PROTO_NAMES.get(name, name), device_class)
