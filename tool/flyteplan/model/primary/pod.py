"""The primary container of a template with a pod."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from flyteplan.model.primary.names import POD_NAMES, Side, counts_gpus, manifest_name
from flyteplan.model.primary.refill import refill
from flyteplan.model.quantity import same
from flyteplan.model.struct import number, plain, plain_value

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Struct


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

    def set_both(self, requests: Mapping[str, str], limits: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        return self.set_quantities("requests", requests), self.set_quantities("limits", limits)

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

    def set_env(self, variables: Mapping[str, str | None], *, by_name: bool = False) -> list[str]:
        there = self._env_by_name() if variables else {}
        for name in sorted(variables) if by_name else variables:
            value = variables[name]
            if value is None:
                continue
            for item in there.get(name) or [self._container.fields["env"].list_value.values.add().struct_value]:
                item.Clear()
                item.update({"name": name, "value": value})
        return [name for name, _ in self.env()]

    def keep_env(self, names: Collection[str]) -> list[str]:
        if "env" not in self._container.fields:
            return []
        values = self._container.fields["env"].list_value.values
        there = [_pod_variable(plain(value.struct_value))[0] for value in values]
        kept = [value for value, name in zip(values, there, strict=True) if name in names]
        if len(kept) < len(values):
            refill(values, kept)
        return there

    def _env_by_name(self) -> dict[str, list[Struct]]:
        found: dict[str, list[Struct]] = {}
        for item in self._env_items():
            found.setdefault(_pod_variable(plain(item))[0], []).append(item)
        return found

    def _env_items(self) -> list[Struct]:
        if "env" not in self._container.fields:
            return []
        return [value.struct_value for value in self._container.fields["env"].list_value.values]


def _gpu_key(quantities: Struct) -> str | None:
    """The key that holds the GPU count; of several, the first by name."""
    return min(filter(counts_gpus, quantities.fields), default=None)


def _pod_name(name: str, quantities: Struct) -> str:
    if name == "gpu":
        return _gpu_key(quantities) or "gpu"
    return POD_NAMES.get(name, name)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(number(value) if isinstance(value, float) else value)


def _pod_variable(entry: dict[str, Any]) -> tuple[str, Any]:
    rest = {key: value for key, value in entry.items() if key != "name"}
    if set(rest) == {"value"} and isinstance(rest["value"], str):
        return str(entry.get("name", "")), rest["value"]
    return str(entry.get("name", "")), rest
