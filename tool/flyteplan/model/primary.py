"""The container of a template that overrides act on, whether a `container` or one of a pod's.

Both kinds are read and edited through one set of words. Quantities go by the manifest's names: `cpu`, `memory`,
`gpu`, `disk`, `storage`, and any other name as the template has it (`smarter-devices/fuse`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

from flyteplan.model.quantity import same
from flyteplan.model.struct import number, plain, plain_value

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import Container, K8sPod, TaskTemplate
    from google.protobuf.struct_pb2 import Struct

Side = Literal["requests", "limits"]
SIDES: tuple[Side, Side] = ("requests", "limits")
# Path and name that the SDK gives every mount of shared memory.
SHARED_MEMORY_MOUNT = ("/dev/shm", "flyte-shm")  # noqa: S108
PRIMARY_NAME_KEY = "primary_container_name"

# flyteidl2.core.Resources.ResourceName
_NUMBERS = {"cpu": 1, "gpu": 2, "memory": 3, "storage": 4, "disk": 5}
_NAMES = {number: name for name, number in _NUMBERS.items()}
_POD_NAMES = {"disk": "ephemeral-storage"}
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


class Primary(Protocol):
    """What the edits need of the primary container. Nothing here creates what it only reads."""

    image: str

    def quantities(self, side: Side) -> dict[str, str]:
        """Name to quantity, in the template's order."""

    def set_quantities(self, side: Side, wanted: Mapping[str, str]) -> dict[str, str]:
        """Set each in place, or append it; one that is equal keeps its spelling. What is there then, as above."""

    def drop_quantity(self, side: Side, name: str) -> None:
        """Remove; nothing to remove is no error."""

    def clear_resources(self) -> None:
        """Remove requests and limits; a pod's resource claims stay."""

    def env(self) -> list[tuple[str, Any]]:
        """(name, value), in order; a pod's variable that is no plain string has the rest of its entry."""

    def set_env(self, variables: Mapping[str, str]) -> list[str]:
        """Set each in place, or append it. The names of what is there then."""

    def keep_env(self, names: Iterable[str]) -> list[str]:
        """Remove all variables but these. The names of what was there before."""


def primary(template: TaskTemplate) -> Primary | None:
    """The primary container, or None: no target, sql, or a pod that does not tell which container it is."""
    if template.HasField("container"):
        return ContainerPrimary(template.container)
    if template.HasField("k8s_pod"):
        found = _pod_container(template.k8s_pod, template.config.get(PRIMARY_NAME_KEY, ""))
        return None if found is None else PodPrimary(found)
    return None


def primary_name(template: TaskTemplate) -> str:
    """The name of a pod's primary container, "" for another target or where the pod does not tell."""
    if not template.HasField("k8s_pod"):
        return ""
    found = _pod_container(template.k8s_pod, template.config.get(PRIMARY_NAME_KEY, ""))
    return "" if found is None else _name_of(found)


def _pod_container(pod: K8sPod, configured: str) -> Struct | None:
    """By `config.primary_container_name`, then the pod's own field, then the only one there is."""
    containers = containers_of(pod)
    # Of two with one name the first is it, as for the SDK.
    by_name = {_name_of(container): container for container in reversed(containers)}
    for name in (configured, pod.primary_container_name):
        if name and name in by_name:
            return by_name[name]
    return containers[0] if len(containers) == 1 else None


def _name_of(container: Struct) -> str:
    return container.fields["name"].string_value if "name" in container.fields else ""


def containers_of(pod: K8sPod) -> list[Struct]:
    if "containers" not in pod.pod_spec.fields:
        return []
    return [item.struct_value for item in pod.pod_spec.fields["containers"].list_value.values]


class ContainerPrimary:
    """`TaskTemplate.container`."""

    def __init__(self, container: Container) -> None:
        self._container = container

    @property
    def image(self) -> str:
        return str(self._container.image)

    @image.setter
    def image(self, image: str) -> None:
        self._container.image = image

    def quantities(self, side: Side) -> dict[str, str]:
        entries = getattr(self._container.resources, side)
        return {quantity_name(entry.name): entry.value for entry in entries[:]}

    def set_quantities(self, side: Side, wanted: Mapping[str, str]) -> dict[str, str]:
        """In one pass, for to look at an entry makes an object of it. Of several with one name the last one counts."""
        entries = getattr(self._container.resources, side)
        found: dict[str, str] = {}
        changed = []
        for entry in reversed(entries[:]):
            name = _NAMES.get(entry.name) or str(entry.name)
            if name in found:
                if name in changed:
                    entry.value = wanted[name]
                continue
            there, value = entry.value, wanted.get(name)
            if value is None or same(value, there):
                found[name] = there
            else:
                entry.value = found[name] = value
                changed.append(name)
        for name, value in wanted.items():
            if name not in found:
                entry = entries.add()
                entry.name, entry.value = _NUMBERS[name], value
                found[name] = value
        return found

    def drop_quantity(self, side: Side, name: str) -> None:
        entries = getattr(self._container.resources, side)
        kept = [entry for entry in entries if entry.name != _NUMBERS.get(name)]
        if len(kept) < len(entries):
            _refill(entries, kept)
            self._drop_empty_resources()

    def _drop_empty_resources(self) -> None:
        if not self._container.resources.ByteSize():
            self._container.ClearField("resources")

    def clear_resources(self) -> None:
        self._container.ClearField("resources")

    def env(self) -> list[tuple[str, Any]]:
        return [(pair.key, pair.value) for pair in self._container.env[:]]

    def set_env(self, variables: Mapping[str, str]) -> list[str]:
        pairs, names = self._container.env, []
        for pair in pairs[:]:
            name = pair.key
            names.append(name)
            if name in variables:
                pair.value = variables[name]
        for name, value in variables.items():
            if name not in names:
                names.append(name)
                pair = pairs.add()
                pair.key, pair.value = name, value
        return names

    def keep_env(self, names: Iterable[str]) -> list[str]:
        keep, pairs = set(names), self._container.env[:]
        there = [pair.key for pair in pairs]
        kept = [pair for pair, name in zip(pairs, there, strict=True) if name in keep]
        if len(kept) < len(pairs):
            _refill(self._container.env, kept)
        return there


class PodPrimary:
    """One container of `TaskTemplate.k8s_pod.pod_spec`, a Struct in Kubernetes' own words."""

    def __init__(self, container: Struct) -> None:
        self._container = container

    @property
    def image(self) -> str:
        return str(plain(self._container).get("image") or "")

    @image.setter
    def image(self, image: str) -> None:
        self._container.fields["image"].string_value = image

    def quantities(self, side: Side) -> dict[str, str]:
        found = self._found(side)
        if found is None:
            return {}
        gpu = _gpu_key(found)
        return {manifest_name(key, gpu): _text(plain_value(value)) for key, value in sorted(found.fields.items())}

    def set_quantities(self, side: Side, wanted: Mapping[str, str]) -> dict[str, str]:
        for name, value in wanted.items():
            if not same(value, self.quantities(side).get(name, "")):
                self._set_quantity(side, name, value)
        return self.quantities(side)

    def _set_quantity(self, side: Side, name: str, value: str) -> None:
        resources = self._container.fields["resources"].struct_value
        quantities = resources.fields[side].struct_value
        quantities.fields[_pod_name(name, quantities)].string_value = value

    def drop_quantity(self, side: Side, name: str) -> None:
        found = self._found(side)
        if found is None or _pod_name(name, found) not in found.fields:
            return
        # A count under several names at once goes with all of them.
        while _pod_name(name, found) in found.fields:
            del found.fields[_pod_name(name, found)]
        if not found.fields:
            self._drop_empty(side)

    def _drop_empty(self, side: Side) -> None:
        resources = self._container.fields["resources"].struct_value
        del resources.fields[side]
        if not resources.fields:
            del self._container.fields["resources"]

    def clear_resources(self) -> None:
        if "resources" not in self._container.fields:
            return
        claims = plain(self._container.fields["resources"].struct_value).get("claims")
        del self._container.fields["resources"]
        if claims:
            self._container.fields["resources"].struct_value.update({"claims": claims})

    def _found(self, side: Side) -> Struct | None:
        if "resources" not in self._container.fields:
            return None
        resources = self._container.fields["resources"].struct_value
        return resources.fields[side].struct_value if side in resources.fields else None

    def env(self) -> list[tuple[str, Any]]:
        return [_pod_variable(plain(item)) for item in self._env_items()]

    def set_env(self, variables: Mapping[str, str]) -> list[str]:
        for name, value in variables.items():
            found = [item for item in self._env_items() if _pod_variable(plain(item))[0] == name]
            for item in found or [self._container.fields["env"].list_value.values.add().struct_value]:
                item.Clear()
                item.update({"name": name, "value": value})
        return [name for name, _ in self.env()]

    def keep_env(self, names: Iterable[str]) -> list[str]:
        keep = set(names)
        if "env" not in self._container.fields:
            return []
        values = self._container.fields["env"].list_value.values
        there = [_pod_variable(plain(value.struct_value))[0] for value in values]
        kept = [value for value, name in zip(values, there, strict=True) if name in keep]
        if len(kept) < len(values):
            _refill(values, kept)
        return there

    def _env_items(self) -> list[Struct]:
        if "env" not in self._container.fields:
            return []
        return [value.struct_value for value in self._container.fields["env"].list_value.values]


def _refill(repeated: Any, kept: list[Any]) -> None:
    # The kept messages live in the field that is emptied: copies of them survive it.
    copies = [type(message)() for message in kept]
    for copy, message in zip(copies, kept, strict=True):
        copy.CopyFrom(message)
    del repeated[:]
    if copies:
        repeated.extend(copies)


def quantity_name(number: int) -> str:
    """The manifest's name for a `flyteidl2.core.Resources.ResourceName`."""
    return _NAMES.get(number) or str(number)


def counts_gpus(key: str) -> bool:
    """Whether a pod's resource of this name is a count of accelerators."""
    return key in _POD_GPUS or key.startswith(_POD_GPU_PREFIX)


def manifest_name(key: str, gpu: str | None) -> str:
    """The manifest's name for a pod's resource; *gpu* is the key that counts accelerators."""
    return "gpu" if key == gpu else _MANIFEST_NAMES.get(key, key)


def _gpu_key(quantities: Struct) -> str | None:
    """The key that holds the GPU count; of several, the first by name."""
    return min(filter(counts_gpus, quantities.fields), default=None)


def _pod_name(name: str, quantities: Struct) -> str:
    if name == "gpu":
        return _gpu_key(quantities) or "gpu"
    return _POD_NAMES.get(name, name)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(number(value) if isinstance(value, float) else value)


def _pod_variable(entry: dict[str, Any]) -> tuple[str, Any]:
    rest = {key: value for key, value in entry.items() if key != "name"}
    if set(rest) == {"value"} and isinstance(rest["value"], str):
        return str(entry.get("name", "")), rest["value"]
    return str(entry.get("name", "")), rest
