"""The one container of a template without a pod."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from flyteplan.model.primary.names import NAMES, NUMBERS, Side, quantity_name
from flyteplan.model.primary.refill import refill
from flyteplan.model.quantity import same

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import Container

_KEY = attrgetter("key")
# To make a set takes longer than to look for a few names in a list.
_MANY = 20


class ContainerPrimary:
    """`TaskTemplate.container`. To look at a message makes an object of it, so what is edited is looked at once."""

    __slots__ = ("_container",)

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
        return _set(getattr(self._container.resources, side), wanted)

    def set_both(self, requests: Mapping[str, str], limits: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        resources = self._container.resources
        return _set(resources.requests, requests), _set(resources.limits, limits)

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

    def set_env(self, variables: Mapping[str, str | None], *, by_name: bool = False) -> list[str]:
        env, names = self._container.env, []
        for pair in env[:]:
            name = pair.key
            names.append(name)
            value = variables.get(name)
            if value is not None:
                pair.value = value
        there, add = names if len(variables) < _MANY else set(names), env.add
        for name in sorted(variables) if by_name else variables:
            value = variables[name]
            if value is not None and name not in there:
                names.append(name)
                pair = add()
                pair.key = name
                pair.value = value
        return names

    def keep_env(self, names: Collection[str]) -> list[str]:
        env = self._container.env
        pairs = env[:]
        there = list(map(_KEY, pairs))
        if not names:
            del env[:]
        elif any(name not in names for name in there):
            refill(env, [pair for pair, name in zip(pairs, there, strict=True) if name in names])
        return there


def _set(entries: Any, wanted: Mapping[str, str]) -> dict[str, str]:
    """In one pass. Of several with one name the last one counts."""
    found, seen, changed = dict(wanted), [], []
    for entry in entries[::-1]:
        number = entry.name
        name = NAMES[number] if number in NAMES else str(number)
        if name in seen:
            if name in changed:
                entry.value = wanted[name]
            continue
        seen.append(name)
        there = entry.value
        if name not in wanted or same(wanted[name], there):
            found[name] = there
        else:
            entry.value = wanted[name]
            changed.append(name)
    if len(seen) < len(found):
        for name in wanted:
            if name not in seen:
                entry = entries.add()
                entry.name = NUMBERS[name]
                entry.value = wanted[name]
    return found
