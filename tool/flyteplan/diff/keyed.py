"""Lists of messages whose items have an identity: they are matched by it, and told apart item by item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flyteplan.diff.names import name_of
from flyteplan.diff.values import Sides, equal, plain, serialized, tell, told
from flyteplan.model.plan import Difference
from flyteplan.model.primary import quantity_name
from flyteplan.model.settings import Secret

Identity = Callable[[Any], str]


def _secret_name(secret: Any) -> str:
    return Secret(key=secret.key, group=secret.group).name


def _secret_value(secret: Any) -> dict[str, Any]:
    return {name: value for name, value in plain(secret).items() if name not in ("key", "group")}


# By type: what an item is called, and what is told of it.
_ITEMS: dict[str, tuple[Identity, Callable[[Any], Any]]] = {
    "flyteidl2.core.Resources.ResourceEntry": (lambda item: quantity_name(item.name), lambda item: item.value),
    "flyteidl2.core.KeyValuePair": (lambda item: item.key, lambda item: item.value),
    "flyteidl2.core.Secret": (_secret_name, _secret_value),
    "flyteidl2.core.VariableEntry": (lambda item: item.key, lambda item: plain(item.value)),
    "flyteidl2.task.NamedParameter": (lambda item: item.name, lambda item: plain(item.parameter)),
}


def keyed(sides: Sequence[Sequence[Any]], field: Any, path: str) -> Iterable[Difference]:
    """The differences of lists; whole lists where their items have no identity, or not a unique one."""
    known = _ITEMS.get(field.message_type.full_name)
    names = [[known[0](item) for item in side] for side in sides] if known else []
    if known is None or any(len(set(side)) < len(side) for side in names):
        return told(name_of(path), [[tell(item, plain) for item in side] for side in sides])
    items = [dict(zip(side_names, side, strict=True)) for side_names, side in zip(names, sides, strict=True)]
    found: list[Difference] = []
    for name in sorted({name for side in names for name in side}):
        there = [side.get(name) for side in items]
        if not equal(there):
            found += _item(there, known[1], name_of(f"{path}.{name}"))
    found += order(names, name_of(f"{path}."))
    return found


def _item(items: Sides, value: Callable[[Any], Any], path: str) -> Iterable[Difference]:
    values = [tell(item, value) for item in items]
    if equal(values):
        values = [None if item is None else {"serialized": serialized(item)} for item in items]
    return told(path, values)


def order(names: Sequence[Sequence[str]], path: str) -> Iterable[Difference]:
    """A field for the order, unless it follows from base or live: what stays in place, then what is new."""
    *before, desired = names
    if all(list(desired) == _expected(side, desired) for side in before):
        return ()
    return told(f"{path}(order)", [list(side) for side in names])


def _expected(before: Sequence[str], desired: Sequence[str]) -> list[str]:
    stays = [name for name in before if name in desired]
    return stays + [name for name in desired if name not in before]
