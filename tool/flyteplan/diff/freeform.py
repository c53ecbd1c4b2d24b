"""The free-form parts of a template, `custom` and `pod_spec`: compared leaf by leaf.

A path names a list's item by its `name` where all have one (`containers[primary].env[LOG].value`); any other list
is one leaf. What a manifest can set in the primary container goes by the manifest's path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from flyteplan.diff.keyed import order
from flyteplan.diff.names import name_of
from flyteplan.diff.values import by_key, same, serialized, told
from flyteplan.model.itemname import ORDER
from flyteplan.model.plan import Difference
from flyteplan.model.struct import plain

# Struct has a null that is there; None in a difference is what is not there.
NULL = {"null_value": "NULL_VALUE"}
_SIMPLE = re.compile(r"[A-Za-z0-9_/-]+")


def freeform(sides: Sequence[Any], path: str) -> list[Difference]:
    """The differences of Structs that are not equal, None for one that is not there.

    Where no leaf tells them apart (a field of a newer server inside of a value), their bytes do.
    """
    found = list(_differences(sides, path))
    if found:
        return found
    return [*told(f"{name_of(path)}.(serialized)", [None if side is None else serialized(side) for side in sides])]


def _differences(sides: Sequence[Any], path: str) -> Iterator[Difference]:
    if None in sides:
        yield from told(f"{name_of(path)}.(present)", [side is not None for side in sides])
    structs = [{} if side is None else plain(side) for side in sides]
    flat = [dict(_leaves(struct, "")) for struct in structs]
    *before, desired = flat
    for leaf in sorted({leaf for side in before for leaf in _changed(side, desired)}):
        values = [side.get(leaf) for side in flat]
        if leaf.endswith(ORDER):
            yield from order([value or [] for value in values], f"{name_of(path)}{leaf.removesuffix(ORDER)}")
        elif not (_holds_more(desired, leaf) and all(value in (None, {}, []) for value in values)):
            yield from told(f"{name_of(path)}{leaf}", values)


def _changed(left: dict[str, Any], right: dict[str, Any]) -> set[str]:
    """The leaves in which two flat mappings differ."""
    shared = left.keys() & right.keys()
    return (left.keys() ^ right.keys()) | {leaf for leaf in shared if not same(left[leaf], right[leaf])}


def _holds_more(flat: dict[str, Any], leaf: str) -> bool:
    """Whether what was an empty list or mapping has leaves of its own now: those tell it."""
    return any(name.startswith((f"{leaf}.", f"{leaf}[")) for name in flat)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key in value:
            yield from _leaves(value[key], f"{path}.{word(key)}")
    elif isinstance(value, list) and _named(value):
        for item in value:
            rest = {key: item[key] for key in item if key != "name"}
            yield from _leaves(rest, f"{path}[{word(item['name'])}]")
        yield f"{path}{ORDER}", [item["name"] for item in value]
    else:
        yield path, NULL if value is None else by_key(value)


def _named(items: list[Any]) -> bool:
    names = [item.get("name") for item in items if isinstance(item, dict)]
    return 0 < len(names) == len(items) == len(set(map(str, names))) and all(isinstance(name, str) for name in names)


def word(key: str) -> str:
    """A key as a part of a path: quoted unless it is a simple word."""
    return key if _SIMPLE.fullmatch(key) else json.dumps(key)
