"""Tables: types whose values may be allowed, each with the check that such a value has to pass, or None for all.

The types are exact ones, so that a boolean is no number; a check is passed by what is true of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf, isfinite
from typing import Any, TypeAlias

from flyteplan.validate.evident.patterns import is_plain, search

Check: TypeAlias = "Callable[[Any], object] | None"
Table: TypeAlias = dict[type, Check]

_NONE = type(None)
ANY: Table = dict.fromkeys((str, int, float, bool, _NONE, list, dict))
_TYPES: dict[str, Table] = {
    "null": {_NONE: None},
    "boolean": {bool: None},
    "integer": {int: None, float: float.is_integer},
    "number": {int: None, float: isfinite},
    "string": {str: None},
    "array": {list: None},
    "object": {dict: None},
}
# So many texts are remembered for a pattern that they match: the same few come again and again.
_REMEMBERED = 256


def of_types(names: str | Iterable[str]) -> Table:
    """Raises KeyError for a type that is none."""
    return _TYPES[names] if isinstance(names, str) else united(_TYPES[name] for name in names)


def one_of(values: Iterable[Any]) -> Table:
    """Without numbers and collections: 1, 1.0 and true are equal here, and not all of them are elsewhere."""
    members: dict[type, set[Any]] = {}
    for value in values:
        if type(value) in (str, bool, _NONE):
            members.setdefault(type(value), set()).add(value)
    return {kind: some.__contains__ for kind, some in members.items()}


def joined(tables: Sequence[Table]) -> Table:
    """What all of them allow."""
    if len(tables) < 2:
        return tables[0] if tables else ANY
    kinds = [kind for kind in ANY if all(kind in table for table in tables)]
    return {kind: every([table[kind] for table in tables]) for kind in kinds}


def united(tables: Iterable[Table]) -> Table:
    """What any of them allows."""
    whole: Table = {}
    for table in tables:
        for kind, check in table.items():
            whole[kind] = _either(whole[kind], check) if kind in whole else check
    return whole


def every(given: Iterable[Check]) -> Check:
    checks = [check for check in given if check is not None]
    if len(checks) < 2:
        return checks[0] if checks else None
    first, second, *more = checks
    if not more:
        return lambda value: first(value) and second(value)
    others = every(more)
    assert others is not None
    return lambda value: first(value) and second(value) and others(value)


def _either(one: Check, other: Check) -> Check:
    if one is None or other is None:
        return None

    def check(value: Any) -> object:
        try:
            return one(value) or other(value)
        except KeyError:
            return other(value)

    return check


def having(required: Sequence[str]) -> Check:
    if len(required) == 1:
        (name,) = required
        return lambda document: name in document
    lacks = lacking(required)
    return (lambda document: not lacks(document)) if required else None


def lacking(required: Sequence[str]) -> Callable[[Any], bool]:
    """For so few names a loop is faster than sets are."""

    def check(document: dict[str, Any]) -> bool:
        for name in required:  # noqa: SIM110 (a generator takes longer)
            if name not in document:
                return True
        return False

    return check


def of_length(least: float, most: float) -> Check:
    if most < inf:
        return lambda value: least <= len(value) <= most
    if least > 1:
        return lambda value: least <= len(value)
    return len if least else None


def in_number(node: Mapping[str, Any]) -> Check:
    least, most = node.get("minimum", -inf), node.get("maximum", inf)
    if most < inf:
        return lambda value: least <= value <= most
    return (lambda value: least <= value) if least > -inf else None


def in_text(node: Mapping[str, Any]) -> Check:
    least, most = node.get("minLength", 0), node.get("maxLength", inf)
    if "pattern" not in node:
        return of_length(least, most)
    found, seen = search(node["pattern"]), set[str]()

    def check(text: str) -> bool:
        if text in seen:
            return True
        if not (least <= len(text) <= most and is_plain(text) and found(text)):
            return False
        if len(seen) < _REMEMBERED:
            seen.add(text)
        return True

    return check
