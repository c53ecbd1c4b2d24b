"""The types of an interface in the words of Python, read from the protobuf messages alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flyteplan.model.struct import plain

if TYPE_CHECKING:
    from flyteidl2.core.types_pb2 import LiteralType

# flyteidl2.core.SimpleType, by number.
_SIMPLE = ("None", "int", "float", "str", "bool", "datetime", "timedelta", "pickle", "unknown(error)", "dict")
_BINARY, _STRUCT = 7, 9
_PICKLE_FORMAT, _PICKLE_TAG = "PythonPickle", "FlytePickle"
_MULTIPART = 1


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
    if is_pickle(kind):
        return next((_pickle(part) for part in (kind, *variants) if plain(part.metadata)), "pickle")
    names = dict.fromkeys(map(type_name, variants))
    return " | ".join(sorted(names, key=lambda name: name == "None"))


def is_pickle(kind: LiteralType) -> bool:
    """Whether values of this type travel as pickles: those of `bytes`, `Any` and of what the SDK does not know."""
    which = kind.WhichOneof("type")
    if which == "simple":
        return kind.simple == _BINARY
    if which == "blob":
        return kind.blob.format == _PICKLE_FORMAT
    if which != "union_type":
        return False
    return kind.structure.tag == _PICKLE_TAG or any(
        variant.blob.format == _PICKLE_FORMAT for variant in kind.union_type.variants
    )
