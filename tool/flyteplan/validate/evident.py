"""What a JSON Schema allows beyond doubt, seen without a library.

Most documents are valid. To see that of one file takes a fraction of the time, and of the memory, in which a library
is imported that could say so; of many it takes no more time than the library does. Here only yes is said: what is not
evidently valid, be it wrong or only unusual, is for the library, and so are schemas in words that are not known here.
`tests/property/test_evident_laws.py` holds each yes to both libraries. Keys are texts, as in all that is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from typing import Any

Node = Mapping[str, Any]
# What decides about the values of one Python type; True allows them all. Types that are left out are not evident.
Test = Callable[[Any], Any] | bool
Tests = dict[type, Test]
_KEYWORDS = {
    "object": {"additionalProperties", "anyOf", "not", "patternProperties", "properties", "required"},
    "array": {"items", "maxItems", "minItems", "prefixItems"},
    "string": {"const", "enum", "maxLength", "minLength", "pattern"},
    "integer": {"maximum", "minimum"},
    "number": {"maximum", "minimum"},
    "boolean": set[str](),
    "null": set[str](),
}
_ABOUT = {"$schema", "$id", "$defs", "title", "description", "examples", "default", "patternErrorMessage"}
_ANYTHING: Tests = dict.fromkeys((dict, list, str, int, float, bool, type(None)), True)
_NOTHING: Tests = {}
# Larger ones are not the same number to everybody.
_LARGEST = 2**53
_ENDLESS = float("inf")


def evidently(schema: Node) -> Callable[[Any], bool]:
    """Whether a value is evidently valid."""
    return _allows(_Reader(schema).tests(schema))


def _allows(tests: Tests) -> Callable[[Any], bool]:
    def allowed(value: Any) -> bool:
        test = tests.get(type(value), False)
        return test is True or (test is not False and bool(test(value)))

    return allowed


class _Reader:
    """Turns the nodes of one schema into tests."""

    def __init__(self, schema: Node) -> None:
        self._schema = schema
        self._made: dict[str, Callable[[Node], Tests]] = {
            "object": lambda node: {dict: self._object(node)},
            "array": lambda node: {list: self._array(node)},
            "string": lambda node: {str: _string(node)},
            "integer": lambda node: {int: _number(node)},
            "number": lambda node: {int: _number(node), float: _number(node)},
            "boolean": lambda _: {bool: True},
            "null": lambda _: {type(None): True},
        }

    def tests(self, node: Node | bool) -> Tests:
        if isinstance(node, bool):
            return _ANYTHING if node else _NOTHING
        said = node.keys() - _ABOUT
        if not said:
            return _ANYTHING
        if said == {"$ref"}:
            return self.tests(self._referred(node["$ref"]))
        if said in ({"oneOf"}, {"anyOf"}):
            # No two branches have a type in common: the one that allows a value is the only one.
            return _merged(map(self.tests, node[said.pop()]))
        names = node.get("type", "string" if {"const", "enum"} & said else ())
        kinds = [names] if isinstance(names, str) else names
        return _merged(self._made[kind](node) for kind in kinds) if _is_known(said, kinds) else _NOTHING

    def _referred(self, reference: str) -> Node:
        node: Any = self._schema
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        return node  # type: ignore[no-any-return]

    def _object(self, node: Node) -> Test:
        nodes, patterns = node.get("properties", {}), node.get("patternProperties", {})
        others = self.tests(node.get("additionalProperties", True))
        required, present = (*node.get("required", ()),), _presence(node)
        made: dict[str, Tests] = {}

        def first(name: str) -> Tests:
            """Made when a document has it: of most schemas it has little."""
            if name in nodes:
                made[name] = _NOTHING if _matching(name, patterns) else self.tests(nodes[name])
                return made[name]
            found = _matching(name, patterns)
            return self.tests(found[0]) if len(found) == 1 else _NOTHING if found else others

        def allowed(value: dict[str, Any]) -> bool:
            for name, one in value.items():
                tests = made.get(name)
                if tests is None:
                    tests = first(name) if patterns or name in nodes else others
                test = tests.get(type(one), False)
                if test is not True and (test is False or not test(one)):
                    return False
            for name in required:
                if name not in value:
                    return False
            return present is True or (present is not False and bool(present(value.keys())))

        return allowed

    def _array(self, node: Node) -> Test:
        low, high = node.get("minItems", 0), node.get("maxItems", _ENDLESS)
        first, others = [*map(self.tests, node.get("prefixItems", ()))], self.tests(node.get("items", True))

        def allowed(value: list[Any]) -> bool:
            if not low <= len(value) <= high:
                return False
            for index, one in enumerate(value):
                test = (first[index] if index < len(first) else others).get(type(one), False)
                if test is not True and (test is False or not test(one)):
                    return False
            return True

        return allowed


def _is_known(said: Collection[str], kinds: Collection[str]) -> bool:
    """`const` and `enum` speak of values of all types, but are read for texts alone."""
    if len(kinds) > 1 and {"const", "enum"} & set(said):
        return False
    return set(said) <= {"type"}.union(*(_KEYWORDS[kind] for kind in kinds))


def _merged(parts: Iterable[Tests]) -> Tests:
    every = [*parts]
    merged = {kind: test for part in every for kind, test in part.items()}
    return merged if len(merged) == sum(map(len, every)) else _NOTHING


def _matching(name: str, patterns: Mapping[str, Node]) -> list[Node]:
    return [node for pattern, node in patterns.items() if re.search(pattern, name)]


def _presence(node: Node) -> Test:
    """What `anyOf` and `not` say of the names that are there; they may say nothing else."""
    groups, unwanted = node.get("anyOf", ()), node.get("not")
    if any(group.keys() - _ABOUT != {"required"} for group in groups):
        return False
    if unwanted is not None and not (unwanted.keys() == {"type", "required"} and unwanted["type"] == "object"):
        return False
    wanted = [frozenset(group["required"]) for group in groups]
    never = frozenset(unwanted["required"]) if unwanted else None

    def present(names: Set[str]) -> bool:
        return (never is None or not names >= never) and (not wanted or any(names >= group for group in wanted))

    return present if wanted or never else True


def _string(node: Node) -> Test:
    values = [node["const"]] if "const" in node else node.get("enum")
    low, high, pattern = node.get("minLength", 0), node.get("maxLength", _ENDLESS), node.get("pattern")
    if values is not None:
        plain = all(isinstance(value, str) for value in values) and not low and high is _ENDLESS and not pattern
        return frozenset(values).__contains__ if plain else False
    if pattern is not None:
        # Of such texts all dialects say the same.
        search = re.compile(pattern).search
        return lambda value: low <= len(value) <= high and value.isascii() and value.isprintable() and search(value)
    if high is _ENDLESS:
        return (lambda value: len(value) >= low) if low > 1 else len if low else True
    return lambda value: low <= len(value) <= high


def _number(node: Node) -> Test:
    low, high = max(node.get("minimum", -_LARGEST), -_LARGEST), min(node.get("maximum", _LARGEST), _LARGEST)
    return lambda value: low <= value <= high
