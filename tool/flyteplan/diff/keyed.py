"""Lists of messages whose items have an identity: they are matched by it, and told apart item by item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any

from flyteplan.diff.names import name_of
from flyteplan.diff.values import Sides, difference, equal, holds_unknown, plain, serialized, tell, told, unlike
from flyteplan.model.plan import Difference
from flyteplan.model.primary import quantity_name
from flyteplan.model.settings import Secret

# What an item is called, and what is told of it.
_Name = Callable[[Any], str]
_Told = Callable[[Any], Any]
_Lists = Sequence[Sequence[Any]]
_FIRST = itemgetter(0)


@lru_cache(maxsize=4096)
def _secret_name(key: str, group: str) -> str:
    return Secret(key=key, group=group).name


def _secret_value(secret: Any) -> dict[str, Any]:
    return {name: value for name, value in plain(secret).items() if name not in ("key", "group")}


_ITEMS: dict[str, tuple[_Name, _Told]] = {
    "flyteidl2.core.Resources.ResourceEntry": (lambda item: quantity_name(item.name), lambda item: item.value),
    "flyteidl2.core.KeyValuePair": (lambda item: item.key, lambda item: item.value),
    "flyteidl2.core.Secret": (lambda item: _secret_name(item.key, item.group), _secret_value),
    "flyteidl2.core.VariableEntry": (lambda item: item.key, lambda item: plain(item.value)),
    "flyteidl2.task.NamedParameter": (lambda item: item.name, lambda item: plain(item.parameter)),
}
# Items that are an identity and a text and nothing else: their two fields, and what the identity is called.
_PAIRS: dict[str, tuple[str, str, Callable[[Any], str]]] = {
    "flyteidl2.core.Resources.ResourceEntry": ("name", "value", quantity_name),
    "flyteidl2.core.KeyValuePair": ("key", "value", str),
}


def keyed(field: Any, path: str) -> Callable[[Sides], Iterable[Difference]]:
    """What tells the differences of lists; whole lists where their items have no identity, or not a unique one."""
    kind = field.message_type.full_name
    if kind not in _ITEMS:
        return lambda sides: _whole(_lists(sides), path)
    name, value = _ITEMS[kind]

    def tells(sides: Sides) -> Iterable[Difference]:
        lists = _lists(sides)
        named = [{name(item): item for item in side} for side in lists]
        if sum(map(len, named)) < sum(map(len, lists)):
            return _whole(lists, path)
        return [*_items(named, value, path), *order(list(map(list, named)), name_of(f"{path}."))]

    return _pairs(field, path, tells) if kind in _PAIRS else tells


def _pairs(field: Any, path: str, otherwise: Callable[[Sides], Iterable[Difference]]) -> Callable[[Sides], Any]:
    """The same of items that are pairs, several times as fast; *otherwise* where more is to be told of one."""
    key, value, called = _PAIRS[field.message_type.full_name]
    if {inner.name for inner in field.message_type.fields} != {key, value}:
        return otherwise
    pair = attrgetter(key, value)

    def tells(sides: Sides) -> Iterable[Difference]:
        lists = _lists(sides)
        pairs = [dict(map(pair, side)) for side in lists]
        if sum(map(len, pairs)) < sum(map(len, lists)) or holds_unknown(chain(*lists)):
            return otherwise(sides)
        named = sorted([(called(key), values) for key, values in unlike(pairs)])
        found = [difference(name_of(f"{path}.{name}"), values) for name, values in named]
        if not _is_expected([*map(list, pairs)]):
            found += order([[called(key) for key in side] for side in pairs], name_of(f"{path}."))
        return found

    return tells


def _lists(sides: Sides) -> _Lists:
    return [() if side is None else list(side) for side in sides]


def _whole(lists: _Lists, path: str) -> Iterable[Difference]:
    return told(name_of(path), [[tell(item, plain) for item in side] for side in lists])


def _items(sides: Sequence[dict[str, Any]], value: _Told, path: str) -> list[Difference]:
    found: list[Difference] = []
    for name, there in sorted(unlike(sides), key=_FIRST):
        found += _item(there, value, name_of(f"{path}.{name}"))
    return found


def _item(items: Sides, value: _Told, path: str) -> Iterable[Difference]:
    values = [tell(item, value) for item in items]
    if equal(values):
        values = [None if item is None else {"serialized": serialized(item)} for item in items]
    return told(path, values)


def order(names: Sequence[list[str]], path: str) -> Iterable[Difference]:
    """A field for the order, unless it follows from base or live: what stays in place, then what is new."""
    return () if _is_expected(names) else told(f"{path}(order)", list(names))


def _is_expected(names: Sequence[list[Any]]) -> bool:
    *before, desired = names
    for side in before:  # noqa: SIM110 - a generator costs more than what it asks
        if desired[: len(side)] != side and desired != _expected(side, desired):
            return False
    return True


def _expected(before: Sequence[Any], desired: Sequence[Any]) -> list[Any]:
    stays = [name for name in before if name in desired]
    return stays + [name for name in desired if name not in before]
