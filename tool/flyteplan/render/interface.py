"""A task's interface as a Python signature, read from the protobuf messages alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flyteplan.model import duration
from flyteplan.model.sensitive import HIDDEN, looks_secret
from flyteplan.model.struct import plain
from flyteplan.model.typename import type_name
from flyteplan.render.values import shown

if TYPE_CHECKING:
    from flyteidl2.core.literals_pb2 import Literal, Primitive, Scalar
    from flyteidl2.task.task_definition_pb2 import TaskSpec
    from google.protobuf.timestamp_pb2 import Timestamp

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
    return {item.name: _default(item.name, item.parameter) for item in spec.default_inputs}


def _default(name: str, parameter: Any) -> str:
    if looks_secret(name):
        return HIDDEN
    return literal_text(parameter.default) if parameter.HasField("default") else _UNKNOWN_VALUE


def required(spec: TaskSpec) -> list[str]:
    known = {item.name for item in spec.default_inputs}
    return [entry.key for entry in spec.task_template.interface.inputs.variables if entry.key not in known]


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


def _moment(moment: Timestamp) -> str:
    """A server takes what no calendar has, too."""
    try:
        return moment.ToJsonString()
    except ValueError:
        return f"{moment.seconds}s after 1970"


def _primitive(primitive: Primitive) -> str:
    which = primitive.WhichOneof("value")
    if which == "string_value":
        return '"' + primitive.string_value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if which == "datetime":
        return _moment(primitive.datetime)
    if which == "duration":
        return duration.show(primitive.duration.seconds * duration.SECOND + primitive.duration.nanos)
    return str(getattr(primitive, which)) if which else _UNKNOWN_VALUE
