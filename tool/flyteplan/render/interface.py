"""A task's interface as a Python signature, read from the protobuf messages alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flyteplan.model import duration
from flyteplan.model.struct import plain
from flyteplan.render.values import shown

if TYPE_CHECKING:
    from flyteidl2.core.literals_pb2 import Literal, Primitive, Scalar
    from flyteidl2.core.types_pb2 import LiteralType
    from flyteidl2.task.task_definition_pb2 import TaskSpec

# flyteidl2.core.SimpleType, by number.
_SIMPLE = ("None", "int", "float", "str", "bool", "datetime", "timedelta", "pickle", "unknown(error)", "dict")
_BINARY, _STRUCT = 7, 9
_PICKLE_FORMAT, _PICKLE_TAG = "PythonPickle", "FlytePickle"
_MULTIPART = 1
_UNKNOWN_VALUE = "..."


def signature(spec: TaskSpec) -> str:
    """`train_model(data: File, epochs: int = 10) -> (o0: Dir)`."""
    interface = spec.task_template.interface
    known = defaults(spec)
    inputs = [_input(entry, known) for entry in interface.inputs.variables]
    outputs = [f"{entry.key}: {type_name(entry.value.type)}" for entry in interface.outputs.variables]
    name = spec.task_template.id.name.rpartition(".")[2]
    return f"{name}({', '.join(inputs)}) -> " + (f"({', '.join(outputs)})" if outputs else "None")


def _input(entry: Any, known: dict[str, str]) -> str:
    default = f" = {known[entry.key]}" if entry.key in known else ""
    return f"{entry.key}: {type_name(entry.value.type)}{default}"


def defaults(spec: TaskSpec) -> dict[str, str]:
    """The text of each default. An input that is listed here may be left out, even where its value is not told."""
    return {item.name: _default(item.parameter) for item in spec.default_inputs}


def _default(parameter: Any) -> str:
    return literal_text(parameter.default) if parameter.HasField("default") else _UNKNOWN_VALUE


def required(spec: TaskSpec) -> list[str]:
    known = {item.name for item in spec.default_inputs}
    return [entry.key for entry in spec.task_template.interface.inputs.variables if entry.key not in known]


def type_name(kind: LiteralType) -> str:
    """The type as its author would have written it, as far as the message tells."""
    which = kind.WhichOneof("type")
    if which == "simple":
        return _simple(kind)
    if which == "collection_type":
        return f"list[{type_name(kind.collection_type)}]"
    if which == "map_value_type":
        return f"dict[str, {type_name(kind.map_value_type)}]"
    if which == "union_type":
        return _union(kind)
    if which == "enum_type":
        return f"enum({', '.join(kind.enum_type.values)})"
    if which == "blob":
        return _blob(kind)
    return "DataFrame" if which == "structured_dataset_type" else f"unknown({which or 'unset'})"


def _simple(kind: LiteralType) -> str:
    known = plain(kind.metadata)
    if kind.simple in (_BINARY, _STRUCT) and isinstance(known.get("title"), str):
        return str(known["title"])
    if kind.simple == _BINARY:
        return _pickle(kind)
    return _SIMPLE[kind.simple] if kind.simple < len(_SIMPLE) else f"unknown({kind.simple})"


def _pickle(kind: LiteralType) -> str:
    name = plain(kind.metadata).get("python_class_name")
    return f"pickle[{name}]" if name else "pickle"


def _blob(kind: LiteralType) -> str:
    if kind.blob.format == _PICKLE_FORMAT:
        return _pickle(kind)
    return "Dir" if kind.blob.dimensionality == _MULTIPART else "File"


def _union(kind: LiteralType) -> str:
    variants = kind.union_type.variants
    if kind.structure.tag == _PICKLE_TAG or any(variant.blob.format == _PICKLE_FORMAT for variant in variants):
        return next((_pickle(part) for part in (kind, *variants) if plain(part.metadata)), "pickle")
    names = dict.fromkeys(map(type_name, variants))
    return " | ".join(sorted(names, key=lambda name: name == "None"))


def literal_text(literal: Literal) -> str:
    """A default as Python would write it; `...` for what no short text tells."""
    which = literal.WhichOneof("value")
    if which == "collection":
        return f"[{_listed(literal.collection.literals)}]"
    if which == "map":
        entries = literal.map.literals
        return "{" + ", ".join(f'"{key}": {literal_text(entries[key])}' for key in sorted(entries)) + "}"
    return _scalar(literal.scalar) if which == "scalar" else _UNKNOWN_VALUE


def _listed(literals: Iterable[Literal]) -> str:
    return ", ".join(map(literal_text, literals))


def _scalar(scalar: Scalar) -> str:
    which = scalar.WhichOneof("value")
    if which == "primitive":
        return _primitive(scalar.primitive)
    if which == "union":
        return literal_text(scalar.union.value)
    if which == "none_type":
        return "None"
    if which == "generic":
        return shown(plain(scalar.generic))
    if which in ("blob", "structured_dataset"):
        return repr(str(getattr(scalar, which).uri))
    return _UNKNOWN_VALUE


def _primitive(primitive: Primitive) -> str:
    which = primitive.WhichOneof("value")
    if which == "string_value":
        return '"' + primitive.string_value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if which == "datetime":
        return primitive.datetime.ToJsonString()
    if which == "duration":
        return duration.show(primitive.duration.seconds * duration.SECOND + primitive.duration.nanos)
    return str(getattr(primitive, which)) if which else _UNKNOWN_VALUE
