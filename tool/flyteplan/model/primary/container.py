"""The one container of a template without a pod."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flyteplan.model.primary.names import NAMES, NUMBERS, Side, quantity_name
from flyteplan.model.primary.refill import refill
from flyteplan.model.quantity import same

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import Container


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
            name = NAMES.get(entry.name) or str(entry.name)
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
                entry.name, entry.value = NUMBERS[name], value
                found[name] = value
        return found

    def drop_quantity(self, side: Side, name: str) -> None:
        entries = getattr(self._container.resources, side)
        kept = [entry for entry in entries if entry.name != NUMBERS.get(name)]
        if len(kept) < len(entries):
            refill(entries, kept)
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
            refill(self._container.env, kept)
        return there
