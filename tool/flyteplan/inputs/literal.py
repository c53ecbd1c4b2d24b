"""A value of a manifest and the type of its input -> the literal that the task gets.

What the Flyte SDK makes of the same value, with three kindnesses: a whole number may stand for a float, text for a
point in time or a span, and a URI for a file, a directory or a dataframe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flyteidl2.core.literals_pb2 import Literal
from flyteidl2.core.types_pb2 import SimpleType

from flyteplan.inputs.mismatch import MismatchError, articled, listed, not_a, not_among
from flyteplan.inputs.moment import moment, span
from flyteplan.inputs.number import as_float, int64
from flyteplan.inputs.packed import packed
from flyteplan.inputs.record import Breaks, Record, is_tuple
from flyteplan.inputs.uri import check_uri
from flyteplan.model import duration
from flyteplan.model.struct import plain
from flyteplan.model.typename import is_pickle, type_name

if TYPE_CHECKING:
    from flyteidl2.core.types_pb2 import LiteralType

_NONE, _INTEGER, _FLOAT = SimpleType.NONE, SimpleType.INTEGER, SimpleType.FLOAT
_STRING, _BOOLEAN, _STRUCT = SimpleType.STRING, SimpleType.BOOLEAN, SimpleType.STRUCT
_DATETIME, _DURATION = SimpleType.DATETIME, SimpleType.DURATION
# What the SDK marks the types of dataclasses with.
_DATACLASS = "Object-Dataclass-Transformer"

# The YAML types that may stand for a type, the first for it alone: of a union's variants that one is taken.
_SIMPLE: dict[int, tuple[type, ...]] = {
    _NONE: (type(None),),
    _INTEGER: (int,),
    _FLOAT: (float, int),
    _STRING: (str,),
    _BOOLEAN: (bool,),
    _DATETIME: (str,),
    _DURATION: (str, int),
    _STRUCT: (dict,),
}
_OTHER: dict[str | None, tuple[type, ...]] = {
    "collection_type": (list,),
    "map_value_type": (dict,),
    "enum_type": (str,),
    "blob": (str,),
    "structured_dataset_type": (str,),
}
_OWN = {type(None): _NONE, int: _INTEGER, float: _FLOAT, str: _STRING, bool: _BOOLEAN}

_HOW_TO_WRITE = {
    "str": "write it in quotes",
    "bool": "write true or false",
    "datetime": 'write it like "2026-01-31T12:00:00Z"',
    "timedelta": "write it like 90s, 1h30m or 7d",
    **dict.fromkeys(("File", "Dir", "DataFrame"), "write its URI, like s3://bucket/path"),
}


class Converter:
    """Makes literals. *breaks* finds what a JSON Schema holds against a value.

    *exact*: a whole number stands for no float and for no span.
    """

    def __init__(self, breaks: Breaks, *, exact: bool = False) -> None:
        self._breaks, self._is_exact = breaks, exact

    def literal(self, kind: LiteralType, value: Any, at: str) -> Literal:
        """*at* is how messages name the value. Raises MismatchError."""
        self._check_kind(kind, at)
        which = kind.WhichOneof("type")
        if which == "union_type":
            return self._union(kind, value, at)
        if type(value) not in _takes(kind) or (self._is_exact and type(value) is int and kind.simple != _INTEGER):
            raise _wrong(kind, value, at)
        if which == "collection_type":
            return self._list(kind.collection_type, value, at)
        if which == "map_value_type":
            return self._map(kind.map_value_type, value, at)
        if which == "enum_type":
            return _enum(kind, value, at)
        return self._simple(kind, value, at) if which == "simple" else _by_uri(kind, value, at)

    def _check_kind(self, kind: LiteralType, at: str) -> None:
        if is_pickle(kind):
            message = f"{at} is a {type_name(kind)}, which only Python can make: a manifest can not give it"
            raise MismatchError(message, "call the task from Python, or give the input another type", "FP2205")
        if kind.WhichOneof("type") != "union_type" and not _takes(kind):
            raise MismatchError(f"{at} has the type {type_name(kind)}, which a manifest can not give", code="FP2205")

    def _list(self, kind: LiteralType, value: list[Any], at: str) -> Literal:
        made = Literal()
        made.collection.SetInParent()
        made.collection.literals.extend(self.literal(kind, item, f"{at}[{index}]") for index, item in enumerate(value))
        return made

    def _map(self, kind: LiteralType, value: dict[str, Any], at: str) -> Literal:
        made = Literal()
        made.map.SetInParent()
        for key, item in value.items():
            made.map.literals[key].CopyFrom(self.literal(kind, item, f"{at}.{key}"))
        return made

    def _union(self, kind: LiteralType, value: Any, at: str) -> Literal:
        variant, chosen = self._chosen(kind, value, at)
        made = Literal()
        made.scalar.union.value.CopyFrom(chosen)
        made.scalar.union.type.CopyFrom(variant)
        return made

    def _chosen(self, kind: LiteralType, value: Any, at: str) -> tuple[LiteralType, Literal]:
        """The variant that is the value's own type, else the only one that takes it."""
        variants = list(_variants(kind, value))
        if len(variants) == 1:
            return variants[0], self.literal(variants[0], value, at)
        fitting = self._exact().fitting(variants, value, at) or self.fitting(variants, value, at)
        found = [one for one in fitting if _schema(one[0])] or fitting
        names = dict.fromkeys(type_name(variant) for variant, _ in found)
        if len(names) > 1:
            message = f"{at} fits {' and '.join(names)}: which one is meant can not be told"
            raise MismatchError(message, code="FP2203")
        if not found:
            for variant in kind.union_type.variants if not variants else ():
                if is_pickle(variant):
                    self._check_kind(variant, at)
            raise _wrong(kind, value, at)
        return found[0]

    def _exact(self) -> Converter:
        return Converter(self._breaks, exact=True)

    def fitting(self, variants: list[LiteralType], value: Any, at: str) -> list[tuple[LiteralType, Literal]]:
        """The variants that take the value, each with what it makes of it."""
        found = []
        for variant in variants:
            with suppress(MismatchError):
                found.append((variant, self.literal(variant, value, at)))
        return found

    def _simple(self, kind: LiteralType, value: Any, at: str) -> Literal:
        made = Literal()
        primitive = made.scalar.primitive
        if kind.simple == _STRUCT:
            return self._record(kind, value, at)
        if kind.simple == _NONE:
            made.scalar.none_type.SetInParent()
        elif kind.simple == _INTEGER:
            primitive.integer = int64(value, at)
        elif kind.simple == _FLOAT:
            primitive.float_value = as_float(value, at)
        elif kind.simple == _STRING:
            primitive.string_value = value
        elif kind.simple == _BOOLEAN:
            primitive.boolean = value
        else:
            _put_time(made, kind, value, at)
        return made

    def _record(self, kind: LiteralType, value: dict[str, Any], at: str) -> Literal:
        schema = _schema(kind)
        model = kind.structure.tag != _DATACLASS
        filled = Record(schema, self._breaks, model=model).filled(value, at) if schema else value
        made = Literal()
        made.scalar.binary.tag = "msgpack"
        made.scalar.binary.value = packed(filled, at)
        return made


def _takes(kind: LiteralType) -> tuple[type, ...]:
    which = kind.WhichOneof("type")
    if which == "simple" and kind.simple == _STRUCT and is_tuple(_schema(kind)):
        return (dict, list)
    return _SIMPLE.get(kind.simple, ()) if which == "simple" else _OTHER.get(which, ())


def _variants(kind: LiteralType, value: Any) -> Iterator[LiteralType]:
    own = _OWN.get(type(value))
    variants = kind.union_type.variants
    exact = [one for one in variants if one.WhichOneof("type") == "simple" and one.simple == own]
    if own is not None and exact:
        yield exact[0]
        return
    yield from (
        one for one in variants if type(value) in _takes(one) or (one.HasField("union_type") and not is_pickle(one))
    )


def _schema(kind: LiteralType) -> dict[str, Any]:
    return plain(kind.metadata) if kind.WhichOneof("type") == "simple" and kind.simple == _STRUCT else {}


def _wrong(kind: LiteralType, value: Any, at: str) -> MismatchError:
    return not_a(at, _wanted(kind), value, _hint(type_name(kind), value))


def _wanted(kind: LiteralType) -> str:
    return listed([articled(part) for part in _names(kind)])


def _names(kind: LiteralType) -> list[str]:
    if not kind.HasField("union_type"):
        return [type_name(kind)]
    names = dict.fromkeys(map(type_name, kind.union_type.variants))
    return sorted(names, key=lambda name: name == "None")


def _hint(name: str, value: Any) -> str:
    if value is None:
        return "leave it out, or give it a value: it can not be None"
    if value in ("none", "None") and name.endswith(" | None"):
        return "write null for None"
    name = name.removesuffix(" | None")
    if name in ("int", "float") and isinstance(value, str):
        return "leave out the quotes" if re.fullmatch(r"-?[0-9.]+", value) else ""
    if name == "str" and isinstance(value, (list, dict)):
        return ""
    return _HOW_TO_WRITE.get(name, "")


def _put_time(made: Literal, kind: LiteralType, value: Any, at: str) -> None:
    if kind.simple == _DATETIME:
        point = moment(value)
        if point is None:
            raise _wrong(kind, value, at)
        made.scalar.primitive.datetime.CopyFrom(point)
        return
    nanoseconds = span(value)
    if nanoseconds is None:
        raise _wrong(kind, value, at)
    # Seconds and nanos have one sign, so both are cut towards zero.
    sign, (seconds, nanos) = (-1 if nanoseconds < 0 else 1), divmod(abs(nanoseconds), duration.SECOND)
    length = made.scalar.primitive.duration
    length.SetInParent()
    length.seconds, length.nanos = sign * seconds, sign * nanos


def _enum(kind: LiteralType, value: str, at: str) -> Literal:
    choices = list(kind.enum_type.values)
    if value not in choices:
        raise not_among(at, choices, value)
    made = Literal()
    made.scalar.primitive.string_value = value
    return made


def _by_uri(kind: LiteralType, value: str, at: str) -> Literal:
    check_uri(type_name(kind), value, at)
    made = Literal()
    if kind.HasField("blob"):
        made.scalar.blob.uri = value
        made.scalar.blob.metadata.type.CopyFrom(kind.blob)
    else:
        made.scalar.structured_dataset.uri = value
        made.scalar.structured_dataset.metadata.structured_dataset_type.CopyFrom(kind.structured_dataset_type)
    return made
