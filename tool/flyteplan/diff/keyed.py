"""Lists of messages whose items have an identity: they are matched by it, and told apart item by item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from flyteplan.diff.names import name_of
from flyteplan.diff.values import Sides, difference, equal, plain, serialized, tell, teller, told, unlike
from flyteplan.model.itemname import ORDER, quoted
from flyteplan.model.plan import Difference
from flyteplan.model.primary import quantity_name
from flyteplan.model.settings import Secret

# What tells an item from others, what it is called by that, and what is told of it.
_Identity = Callable[[Any], Any]
_Name = Callable[[Any], str]
_Told = Callable[[Any], Any]
_Lists = Sequence[Sequence[Any]]


@lru_cache(maxsize=4096)
def _secret_name(key: str, group: str) -> str:
    return Secret(key=key, group=group).name


def _secret_value(secret: Any) -> dict[str, Any]:
    return {name: value for name, value in plain(secret).items() if name not in ("key", "group")}


_ITEMS: dict[str, tuple[_Identity, _Name, _Told]] = {
    "flyteidl2.core.Resources.ResourceEntry": (attrgetter("name"), quantity_name, attrgetter("value")),
    "flyteidl2.core.KeyValuePair": (attrgetter("key"), str, attrgetter("value")),
    "flyteidl2.core.Secret": (lambda item: _secret_name(item.key, item.group), str, _secret_value),
    "flyteidl2.core.VariableEntry": (attrgetter("key"), str, lambda item: plain(item.value)),
    "flyteidl2.task.NamedParameter": (attrgetter("name"), str, lambda item: plain(item.parameter)),
}


def keyed(field: Any, path: str) -> Callable[[Sides], Iterable[Difference]]:
    """What tells the differences of lists; whole lists where their items have no identity, or not a unique one."""
    kind = field.message_type.full_name
    if kind not in _ITEMS:
        return lambda sides: _whole(_lists(sides), path)
    identity, called, value = _ITEMS[kind]
    shown = teller(field.message_type, value)

    def tells(sides: Sides) -> Iterable[Difference]:
        lists = _lists(sides)
        items = [dict(zip(map(identity, side), side, strict=True)) for side in lists]
        if sum(map(len, items)) < sum(map(len, lists)):
            return _whole(lists, path)
        found: list[Difference] = []
        # Items are compared in C: of those that are equal not even the value is looked at.
        for key, there in unlike(items):
            found += _item(there, shown, name_of(f"{path}.{quoted(called(key))}"))
        if not _is_expected(list(map(list, items))):
            found += order([list(map(called, side)) for side in items], name_of(f"{path}."))
        return found

    return tells


def _lists(sides: Sides) -> _Lists:
    return [() if side is None else side[:] for side in sides]


def _whole(lists: _Lists, path: str) -> Iterable[Difference]:
    return told(name_of(path), [[tell(item, plain) for item in side] for side in lists])


def _item(items: Sides, shown: _Told, path: str) -> Iterable[Difference]:
    values = [shown(item) for item in items]
    if equal(values):
        return told(path, [None if item is None else {"serialized": serialized(item)} for item in items])
    return (difference(path, values),)


def order(names: Sequence[list[str]], path: str) -> Iterable[Difference]:
    """A field for the order, unless it follows from base or live: what stays in place, then what is new."""
    return () if _is_expected(names) else told(f"{path}{ORDER}", list(names))


def _is_expected(names: Sequence[list[Any]]) -> bool:
    *before, desired = names
    for side in before:  # noqa: SIM110 - a generator costs more than what it asks
        if desired[: len(side)] != side and desired != _expected(side, desired):
            return False
    return True


def _expected(before: Sequence[Any], desired: Sequence[Any]) -> list[Any]:
    stays = [name for name in before if name in desired]
    return stays + [name for name in desired if name not in before]
