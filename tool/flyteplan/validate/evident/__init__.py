"""What a JSON Schema evidently allows: told in Python, so that a library is loaded only where there is a doubt.

A part of a schema becomes a table (see `checks`). What is not in it, a KeyError, is not known to be allowed, and
neither is what a check does not pass. So a keyword that nobody here knows, a number in an enum, or a pattern that two
languages read differently costs time, and is never wrong. The tables of what is inside a value are made when a document
has it.

A document is what `load` makes: its keys are strings, and strings are of characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any, TypeAlias

from flyteplan.validate.evident.checks import (
    ANY,
    Check,
    Table,
    every,
    having,
    in_number,
    in_text,
    joined,
    lacking,
    of_length,
    of_types,
    one_of,
    united,
)
from flyteplan.validate.evident.patterns import matches

Node: TypeAlias = "Mapping[str, Any] | bool"

# That say nothing about a value. An $id stands for more below the root: it changes what a $ref means.
_SILENT = "$schema $comment $defs title description examples default deprecated patternErrorMessage"
_OF_A_SCALAR = "type minLength maxLength pattern minimum maximum"
_OF_A_LIST = "minItems maxItems prefixItems items"
_OF_AN_OBJECT = "required properties patternProperties additionalProperties"
_OF_ONE_TYPE = frozenset([*_OF_A_SCALAR.split(), *_OF_A_LIST.split(), *_OF_AN_OBJECT.split()])
_OF_ALL_TYPES = "$ref const enum anyOf oneOf not"
_KNOWN = _OF_ONE_TYPE.union(_SILENT.split(), _OF_ALL_TYPES.split())
_UNKNOWN: Node = {"$id": ""}
_DEFINITION = "#/$defs/"


def evident(schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    """Whether a value is valid beyond doubt; of what is not, the library has to say what it is."""
    table = _Tables(schema).of_root()

    def is_evident(value: Any) -> bool:
        try:
            check = table[type(value)]
            return True if check is None or check(value) else False  # noqa: SIM210 (bool() takes longer)
        except KeyError:
            return False

    return is_evident


class _Tables:
    """The tables of one schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._root = {keyword: value for keyword, value in schema.items() if keyword != "$id"}
        self._made: dict[int, Table] = {}
        numbers: dict[type, Callable[[Mapping[str, Any]], Check]] = {int: in_number, float: in_number}
        self._by_type = {**numbers, str: in_text, list: self._in_list, dict: self._in_object}
        self._by_keyword = self._makers()

    def _makers(self) -> Mapping[str, Callable[[Any], Table]]:
        return {
            "$ref": lambda name: self._of(self._referred(name)),
            "const": lambda value: one_of([value]),
            "enum": one_of,
            "anyOf": lambda nodes: united(map(self._of, nodes)),
            "oneOf": self._exclusive,
            "not": self._denied,
        }

    def of_root(self) -> Table:
        return self._of(self._root)

    def _of(self, node: Node) -> Table:
        """Nodes are told apart by what they are: all of them live as long as the schema."""
        table = self._made.get(id(node))
        if table is None:
            table = self._made[id(node)] = self._table(node)
        return table

    def _table(self, node: Node) -> Table:
        if isinstance(node, bool):
            return ANY if node else {}
        if not node.keys() <= _KNOWN:
            return {}
        try:
            tables = [] if node.keys().isdisjoint(_OF_ONE_TYPE) else [self._typed(node)]
            tables += [make(node[keyword]) for keyword, make in self._by_keyword.items() if keyword in node]
        except KeyError:
            return {}
        return joined(tables)

    def _typed(self, node: Mapping[str, Any]) -> Table:
        """What the keywords ask that each concern one type."""
        own, table = self._by_type, _possible(node)
        return {kind: every([check, own[kind](node)]) if kind in own else check for kind, check in table.items()}

    def _referred(self, name: str) -> Node:
        """Of the definitions of the root alone."""
        if not name.startswith(_DEFINITION):
            return _UNKNOWN
        node: Node = self._root["$defs"].get(name.removeprefix(_DEFINITION), _UNKNOWN)
        return node

    def _exclusive(self, nodes: Iterable[Node]) -> Table:
        """Where no other branch can have the value's type, whatever else it asks, to pass one is to pass but one."""
        whole: Table = {}
        branches = [(_possible(node), self._of(node)) for node in nodes]
        for kind in ANY:
            tables = [table for possible, table in branches if kind in possible]
            if len(tables) == 1 and kind in tables[0]:
                whole[kind] = tables[0][kind]
        return whole

    def _denied(self, node: Node) -> Table:
        """What does not have the type, or one of the keys, that the node asks for."""
        possible = _possible(node)
        table: Table = {kind: None for kind in ANY if kind not in possible}
        required = node.get("required") if isinstance(node, Mapping) else None
        if required and dict in possible:
            table[dict] = lacking(required)
        return table

    def _in_list(self, node: Mapping[str, Any]) -> Check:
        first, rest = node.get("prefixItems", ()), node.get("items", True)
        least, most = node.get("minItems", 0), node.get("maxItems", inf)
        if not first:
            return every([of_length(least, most), self._alike(rest, iter)])
        known: dict[int, Table] = {}

        def check(values: list[Any]) -> bool:
            if not least <= len(values) <= most:
                return False
            for place, value in enumerate(values):
                try:
                    check = known[place][type(value)]
                except KeyError:
                    check = item(place)[type(value)]
                if check is not None and not check(value):
                    return False
            return True

        def item(place: int) -> Table:
            if place >= len(first):
                return self._of(rest)
            table = known[place] = self._of(first[place])
            return table

        return check

    def _in_object(self, node: Mapping[str, Any]) -> Check:
        required, properties = tuple(node.get("required", ())), node.get("properties", {})
        patterns, rest = node.get("patternProperties", {}), node.get("additionalProperties", True)
        if not properties and not patterns:
            return every([having(required), self._alike(rest, dict.values)])
        known: dict[str, Table] = {}

        def check(document: dict[str, Any]) -> bool:
            for name, value in document.items():
                try:
                    check = known[name][type(value)]
                except KeyError:
                    check = child(name)[type(value)]
                if check is not None and not check(value):
                    return False
            for name in required:  # noqa: SIM110 (a generator takes longer than all of this)
                if name not in document:
                    return False
            return True

        def child(name: str) -> Table:
            nodes = [properties[name]] if name in properties else []
            nodes += [node for pattern, node in patterns.items() if matches(pattern, name)]
            table = joined([*map(self._of, nodes or [rest])])
            if name in properties:  # of others there is no end
                known[name] = table
            return table

        return check

    def _alike(self, node: Node, values: Callable[[Any], Iterable[Any]]) -> Check:
        """All values of a collection are as *node* says."""
        if node is True:
            return None
        known: Table | None = None

        def check(collection: Any) -> bool:
            nonlocal known
            if known is None:
                known = self._of(node)
            for value in values(collection):
                check = known[type(value)]
                if check is not None and not check(value):
                    return False
            return True

        return check


def _possible(node: Node) -> Table:
    """The types that a node may allow, whatever else it asks."""
    return of_types(node["type"]) if isinstance(node, Mapping) and "type" in node else ANY
