"""Values of dataclasses and models, by the JSON Schema that their type carries.

The schema says what the fields are and what they are when left out. A default that does not fit its own schema (the
SDK writes those of a model's enums so) is left out: the task's own class fills it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from operator import getitem
from typing import Any, NoReturn

from flyteplan.inputs.mismatch import MismatchError, articled, listed, not_a, not_among, shown
from flyteplan.inputs.moment import is_date, iso_span, isoformat, span
from flyteplan.inputs.number import as_float, int64
from flyteplan.inputs.uri import check_uri
from flyteplan.model import duration
from flyteplan.model.document import Pointer
from flyteplan.model.nearest import did_you_mean

Node = Mapping[str, Any]
# (schema, value) -> the place, the keyword and its argument of everything in the value that the schema refuses.
Breaks = Callable[[Node, Any], Iterable[tuple[Pointer, str, Any]]]

_INTEGER = re.compile(r"[-+]?[0-9]+")
_UNIONS = ("anyOf", "oneOf")
_NAMES = {"integer": "int", "number": "float", "string": "str", "boolean": "bool", "null": "None", "array": "list"}
_PYTHON: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (float, int),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}
# The field of a nested file, directory or dataframe that holds its address.
_ADDRESSES = {"File": "path", "Dir": "path", "DataFrame": "uri"}
_EXAMPLES = {"datetime": '"2026-01-31T12:00:00Z"', "date": '"2026-01-31"', "timedelta": "90s, 1h30m or 7d"}
_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters long",
    "maxLength": "at most {} characters long",
    "pattern": "of the form {}",
    "minItems": "a list of at least {} items",
    "maxItems": "a list of at most {} items",
    "uniqueItems": "a list without repetitions",
    "minProperties": "a mapping of at least {} keys",
    "maxProperties": "a mapping of at most {} keys",
}


class Record:
    """One schema. *breaks* checks what is not about types and names: bounds, lengths, patterns.

    *model*: of a pydantic model, which writes UTC as `Z`, and not of a dataclass.
    """

    def __init__(self, schema: Node, breaks: Breaks, *, model: bool = True) -> None:
        self._schema, self._breaks, self._model = schema, breaks, model

    def filled(self, value: Any, at: str) -> Any:
        """*value* with the defaults of the schema, each number as its field has it. Raises MismatchError."""
        made = self._value(self._schema, value, at)
        for pointer, keyword, argument in self._breaks(self._schema, made):
            place = at + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in pointer)
            limit = _LIMITS.get(keyword, f"as its type has it ({keyword}: {{}})").format(argument)
            raise MismatchError(f"{place} must be {limit}, not {shown(reduce(getitem, pointer, made))}", code="FP2204")
        return made

    def _value(self, node: Node, value: Any, at: str) -> Any:
        node = self._resolved(node)
        branches = list(self._branches(node))
        if branches:
            _check_tag(node, value, at)
            return self._any(branches, value, at)
        choices = [node["const"]] if "const" in node else node.get("enum")
        if choices is not None:
            return _chosen(choices, value, at)
        kind = node.get("type", "object" if "properties" in node else "")
        return self._typed(kind, node, value, at) if kind in _PYTHON else value

    def _typed(self, kind: str, node: Node, value: Any, at: str) -> Any:
        value = self._spelled(kind, node, value, at)
        if type(value) not in _PYTHON[kind]:
            raise not_a(at, articled(_name(node)), value)
        if kind == "object":
            return self._object(node, value, at)
        if kind == "array":
            return self._array(node, value, at)
        if kind == "number":
            return as_float(value, at)
        return int64(value, at) if kind == "integer" else value

    def _spelled(self, kind: str, node: Node, value: Any, at: str) -> Any:
        """What a manifest spells otherwise than the message does: spans of time, addresses of files, tuples."""
        form, title = node.get("format"), node.get("title")
        if kind == "object" and isinstance(value, str) and title in _ADDRESSES:
            check_uri(title, value, at)
            return {_ADDRESSES[title]: value}
        if kind == "object" and isinstance(value, list) and is_tuple(node):
            return {f"item_{index}": item for index, item in enumerate(value)}
        return self._told(form, kind, value, at) if isinstance(form, str) else value

    def _told(self, form: str, kind: str, value: Any, at: str) -> Any:
        """A value of a format that JSON has no type for."""
        if form == "base64":
            raise MismatchError(f"{at} is bytes, which a manifest can not give", "call the task from Python", "FP2205")
        if form in ("time-delta", "duration") and type(value) in (str, int, float):
            return _span(kind, value, at)
        if form == "date-time" and isinstance(value, str):
            return isoformat(value, zulu=self._model) or _raise(at, "datetime", value)
        if form == "date" and isinstance(value, str) and not is_date(value):
            _raise(at, "date", value)
        return value

    def _object(self, node: Node, value: dict[str, Any], at: str) -> dict[str, Any]:
        fields = node.get("properties", {})
        made: dict[str, Any] = {}
        for key, item in value.items():
            other = node.get("additionalProperties", "properties" not in node)
            if "propertyNames" in node and key not in fields:
                _check_key(node["propertyNames"], key, at)
            if key not in fields and not other:
                hint = did_you_mean(key, fields, "its fields are")
                raise MismatchError(f"{at}.{key} is no field of {articled(_name(node))}", hint)
            field = fields.get(key, other if isinstance(other, Mapping) else {})
            made[key] = self._value(field, item, f"{at}.{key}")
        missing = [key for key in node.get("required", ()) if key not in value]
        if missing:
            raise MismatchError(f"{at} lacks {', '.join(missing)}", f"{articled(_name(node))} requires it")
        return made | dict(self._defaults(fields, made, at))

    def _defaults(self, fields: Node, given: Mapping[str, Any], at: str) -> Iterator[tuple[str, Any]]:
        for key, field in fields.items():
            if key in given or "default" not in field:
                continue
            try:
                yield key, self._value(field, field["default"], f"{at}.{key}")
            except MismatchError:
                continue

    def _array(self, node: Node, value: list[Any], at: str) -> list[Any]:
        first, rest = node.get("prefixItems", ()), node.get("items", {})
        nodes = [*first, *[rest if isinstance(rest, Mapping) else {}] * len(value)]
        return [self._value(part, item, f"{at}[{index}]") for index, (part, item) in enumerate(zip(nodes, value))]  # noqa: B905

    def _any(self, branches: list[Node], value: Any, at: str) -> Any:
        """The branch of the value's own type, else the first that takes it; the error of the only one of its shape."""
        near = sorted((one for one in branches if _takes(one, value)), key=lambda one: not _is_own(one, value))
        near = near or branches
        if len(near) == 1 and len(branches) > 1 and _takes(near[0], value):
            return self._value(near[0], value, at)
        for node in near:
            try:
                return self._value(node, value, at)
            except MismatchError:
                continue
        raise not_a(at, listed([articled(_name(one)) for one in branches]), value)

    def _branches(self, node: Node) -> Iterator[Node]:
        """The branches of a union and of the unions in it, flat; nothing for any other node."""
        kinds = node.get("type")
        if isinstance(kinds, list):
            yield from ({**node, "type": kind} for kind in kinds)
        for keyword in _UNIONS:
            for branch in node.get(keyword, ()):
                resolved = self._resolved(branch)
                yield from list(self._branches(resolved)) or [resolved]

    def _resolved(self, node: Node) -> Node:
        """The node that a `$ref` leads to; one that leads nowhere asks for nothing."""
        seen = set()
        while "$ref" in node and node["$ref"] not in seen:
            seen.add(node["$ref"])
            found: Any = self._schema
            for step in node["$ref"].removeprefix("#").strip("/").split("/"):
                found = found.get(step, {}) if isinstance(found, Mapping) else {}
            node = found if isinstance(found, Mapping) else {}
        return node


def is_tuple(node: Node) -> bool:
    """The SDK wraps a tuple into a model whose fields are numbered."""
    fields = node.get("properties", {})
    return bool(fields) and set(fields) == {f"item_{index}" for index in range(len(fields))}


def _takes(node: Node, value: Any) -> bool:
    """Whether the value is of the type that the node names; text stands for a file too."""
    kind = node.get("type", "")
    return type(value) in _PYTHON.get(kind, ()) or (isinstance(value, str) and node.get("title") in _ADDRESSES)


def _is_own(node: Node, value: Any) -> bool:
    """Whether the node's type is the value's own: a whole number may stand for a float, where there is no int."""
    return type(value) is _PYTHON.get(node.get("type", ""), (None,))[0]


def _name(node: Node) -> str:
    if "enum" in node:
        return listed([str(one) for one in node["enum"]])
    kind = str(node.get("type", "value"))
    return str(node.get("title", "dict")) if kind == "object" else _NAMES.get(kind, kind)


def _check_tag(node: Node, value: Any, at: str) -> None:
    """Models that a field tells apart are told apart by it alone: the class takes no guess."""
    name = node.get("discriminator", {}).get("propertyName")
    if name and isinstance(value, dict) and name not in value:
        raise MismatchError(f"{at} lacks {name}", "it says which of its types is meant")


def _check_key(node: Node, key: str, at: str) -> None:
    """The keys of a manifest are text; one that stands for a number has to read as one."""
    if node.get("type") == "integer" and not _INTEGER.fullmatch(key):
        raise MismatchError(f"{at} has the key {shown(key)}, and its keys must be ints", 'write them like "1"')


def _chosen(choices: list[Any], value: Any, at: str) -> Any:
    """The choices say what their types are: the type beside them is of other values, where the SDK writes names."""
    if not any(value == one and type(value) is type(one) for one in choices):
        raise not_among(at, choices, value)
    return value


def _span(kind: str, value: str | float, at: str) -> Any:
    """Seconds as a number, as a dataclass has them; ISO 8601 text, as a model has it."""
    if isinstance(value, float):
        return value if kind == "number" else _raise(at, "timedelta", value)
    if kind == "number":
        length = span(value)
        return _raise(at, "timedelta", value) if length is None else length / duration.SECOND
    return iso_span(value) or _raise(at, "timedelta", value)


def _raise(at: str, name: str, value: Any) -> NoReturn:
    raise not_a(at, f"a {name}", value, f"write it like {_EXAMPLES[name]}")
