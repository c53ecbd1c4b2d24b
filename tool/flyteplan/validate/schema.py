"""A JSON Schema, compiled, and what it finds.

What is `evident` needs no library. Of the rest two can tell: jsonschema-rs, which is a hundred times as fast, and
jsonschema, where the first can not be installed. What they report is reduced to the keyword that failed, the node of
the schema it stands in, and the place in the document: the words are made of these alone, so both give the same
messages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Literal

from flyteplan.model.document import Pointer
from flyteplan.record import dataclass
from flyteplan.validate.evident import evident

Node = Mapping[str, Any]
Library = Literal["jsonschema_rs", "jsonschema"]
_UNIONS = ("oneOf", "anyOf")
# What a key has in it that is no number.
_NAME = re.compile("[^0-9+]")


@dataclass(frozen=True, slots=True)
class Fault:
    """One keyword of the schema that one value breaks. `node` is the part of the schema that holds the keyword.

    `written` is a scalar as its document has it: 1.10 is the number 1.1, and the text "1.10".
    """

    keyword: str
    pointer: Pointer
    node: Node
    instance: Any
    written: str = ""


@dataclass(frozen=True, slots=True)
class _Raw:
    """A library's error: for a union, `branches` holds the errors of each branch in the order of the schema."""

    keyword: str
    pointer: Pointer
    node: Node
    branches: tuple[tuple[_Raw, ...], ...] = ()


class Validator:
    """One schema. Takes the first library that is there, and only where there is a doubt; or the one that is asked for,
    for everything (ImportError without it).
    """

    def __init__(self, schema_text: str, library: Library | None = None) -> None:
        self._made_of = (schema_text, library)
        if library:
            self._compiled  # noqa: B018 (to say at once that it is not there)

    @cached_property
    def schema(self) -> Node:
        """Only when it is asked: of some schemas there is no document."""
        schema: Node = json.loads(self._made_of[0])
        return schema

    @cached_property
    def _compiled(self) -> tuple[Callable[[Any], bool], Callable[[Any], Iterable[_Raw]]]:
        return _compile(self.schema, self._made_of[1])

    @cached_property
    def is_valid(self) -> Callable[[Any], bool]:
        if self._made_of[1]:
            return self._compiled[0]
        is_evident = evident(self.schema)
        return lambda value: is_evident(value) or self._compiled[0](value)

    def __reduce__(self) -> tuple[type[Validator], tuple[str, Library | None]]:
        """What is compiled stays in its process; another one compiles it anew."""
        return Validator, self._made_of

    def faults(self, value: Any) -> tuple[Fault, ...]:
        """What is wrong with *value*; of a union only what its closest branch finds. In order of the place."""
        found = {
            (fault.pointer, fault.keyword): fault for raw in self._errors(value) for fault in self._closest(raw, value)
        }
        return tuple(found[key] for key in sorted(found, key=lambda key: (tuple(map(str, key[0])), key[1])))

    def _errors(self, value: Any) -> Iterable[_Raw]:
        """jsonschema-rs loses the key "" from the places that it tells, and makes numbers of "1", "01" and "+1"."""
        if self._made_of[1] == "jsonschema" or _has_names_only(value):
            return self._compiled[1](value)
        return _compile_py(self.schema)[1](value)

    def resolve(self, node: Node) -> Node:
        """The node that a `$ref` inside this schema leads to, or *node* itself."""
        while "$ref" in node:
            node = _walk(self.schema, node["$ref"].removeprefix("#/").split("/"))
        return node

    def _closest(self, raw: _Raw, value: Any) -> Iterator[Fault]:
        index = self._branch(raw, value) if raw.keyword in _UNIONS else None
        if index is None:
            yield Fault(raw.keyword, raw.pointer, raw.node, at(value, raw.pointer))
            return
        for inner in raw.branches[index]:
            yield from self._closest(inner, value)

    def _branch(self, raw: _Raw, value: Any) -> int | None:
        """The branch whose type is the value's. Branches of one union never share a type."""
        instance = at(value, raw.pointer)
        for index, branch in enumerate(raw.node[raw.keyword]):
            if any(has_type(instance, node.get("type")) for node in options(branch, self)):
                return index
        return None


def options(node: Node, validator: Validator) -> Iterator[Node]:
    """The branches of a union and of the unions inside it, flat; of any other node itself."""
    node = validator.resolve(node)
    branches = next((node[union] for union in _UNIONS if union in node and "type" not in node), None)
    if branches is None:
        yield node
        return
    for branch in branches:
        yield from options(branch, validator)


def _has_names_only(value: Any) -> bool:
    """Whether no key of a mapping in *value*, at any depth, is empty or could be a number."""
    if isinstance(value, dict):
        return all(map(_NAME.search, value)) and all(map(_has_names_only, _nested(value.values())))
    return not isinstance(value, list) or all(map(_has_names_only, _nested(value)))


def _nested(values: Iterable[Any]) -> list[Any]:
    """Those that can hold others. A list, and no call for the rest: a generator takes several times as long."""
    return [value for value in values if isinstance(value, dict | list)]


def at(value: Any, pointer: Pointer) -> Any:
    for step in pointer:
        value = value[step]
    return value


def has_type(value: Any, names: Any) -> bool:
    """Whether *value* has one of the JSON types in *names*, a name or a list of them."""
    wanted = [names] if isinstance(names, str) else names or ()
    return any(_TYPES[name](value) for name in wanted)


def _is_number(value: Any) -> bool:
    """JSON has no infinity: a number is a finite one."""
    if isinstance(value, float):
        return abs(value) < float("inf")
    return isinstance(value, int) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and value == int(value),
    "number": _is_number,
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def _compile(schema: Node, library: Library | None) -> tuple[Callable[[Any], bool], Callable[[Any], Iterable[_Raw]]]:
    if library != "jsonschema":
        try:
            return _compile_rs(schema)
        except ImportError:
            if library:
                raise
    return _compile_py(schema)


def _compile_rs(schema: Node) -> tuple[Callable[[Any], bool], Callable[[Any], Iterable[_Raw]]]:
    from jsonschema_rs import Draft202012Validator

    compiled = Draft202012Validator(dict(schema))

    def raw(error: Any) -> _Raw:
        keyword = error.kind.name
        branches = error.kind.context if keyword in _UNIONS else ()
        return _Raw(
            keyword,
            tuple(error.instance_path),
            _walk(schema, error.schema_path[:-1]),
            tuple(tuple(map(raw, branch)) for branch in branches),
        )

    return compiled.is_valid, lambda value: map(raw, compiled.iter_errors(value))


def _compile_py(schema: Node) -> tuple[Callable[[Any], bool], Callable[[Any], Iterable[_Raw]]]:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    checker = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {name: (lambda _, value, name=name: _TYPES[name](value)) for name in ("integer", "number")}
    )
    compiled = extend(Draft202012Validator, {"pattern": _ecma_pattern}, type_checker=checker)(dict(schema))  # type: ignore[no-untyped-call]

    def raw(error: Any) -> _Raw:
        keyword = error.validator
        return _Raw(keyword, tuple(error.absolute_path), error.schema, _grouped(error) if keyword in _UNIONS else ())

    def _grouped(error: Any) -> tuple[tuple[_Raw, ...], ...]:
        groups: list[list[_Raw]] = [[] for _ in error.validator_value]
        for inner in error.context:
            groups[inner.schema_path[0]].append(raw(inner))
        return tuple(map(tuple, groups))

    return compiled.is_valid, lambda value: map(raw, compiled.iter_errors(value))


def _ecma_pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[Any]:
    """`$` is the end of the text, as JSON Schema has it, and not also the line break before it, as Python has it."""
    from jsonschema import ValidationError

    if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
        yield ValidationError("pattern")


def _walk(node: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        node = node[step]
    return node
