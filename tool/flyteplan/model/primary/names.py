"""What the resources of a container are called: in a manifest, as a number, and in a pod."""

from __future__ import annotations

from typing import Literal

Side = Literal["requests", "limits"]
SIDES: tuple[Side, Side] = ("requests", "limits")
# Path and name that the SDK gives every mount of shared memory.
SHARED_MEMORY_MOUNT = ("/dev/shm", "flyte-shm")  # noqa: S108
PRIMARY_NAME_KEY = "primary_container_name"

# flyteidl2.core.Resources.ResourceName
NUMBERS = {"cpu": 1, "gpu": 2, "memory": 3, "storage": 4, "disk": 5}
NAMES = {number: name for name, number in NUMBERS.items()}
POD_NAMES = {"disk": "ephemeral-storage"}
_MANIFEST_NAMES = {"ephemeral-storage": "disk"}
_POD_GPUS = frozenset(
    {
        "gpu",
        "nvidia.com/gpu",
        "amd.com/gpu",
        "google.com/tpu",
        "habana.ai/gaudi",
        "aws.amazon.com/neuron",
        "aws.amazon.com/neuroncore",
    }
)
_POD_GPU_PREFIX = "nvidia.com/mig-"


def quantity_name(number: int) -> str:
    """The manifest's name for a `flyteidl2.core.Resources.ResourceName`."""
    return NAMES.get(number) or str(number)


def counts_gpus(key: str) -> bool:
    """Whether a pod's resource of this name is a count of accelerators."""
    return key in _POD_GPUS or key.startswith(_POD_GPU_PREFIX)


def manifest_name(key: str, gpu: str | None) -> str:
    """The manifest's name for a pod's resource; *gpu* is the key that counts accelerators."""
    return "gpu" if key == gpu else _MANIFEST_NAMES.get(key, key)
