"""Inputs of the interfaces of whole catalogs: any value is a literal or a problem, and a fitting one is the SDK's.

The SDK guesses the types of an interface, as it does for whoever calls a deployed task. What travels as a pickle is
refused, and a tuple inside of a record is guessed as text: every other input of every task is compared.

FLYTEPLAN_TEST_CATALOG names another snapshot whose interfaces are to be tried too.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import msgpack
import pytest
from flyte._internal.runtime.convert import convert_from_native_to_inputs
from flyte.models import NativeInterface
from flyte.remote import TaskDetails as SdkDetails
from flyteidl2.core.interface_pb2 import VariableEntry
from flyteidl2.core.literals_pb2 import Literal
from flyteidl2.core.types_pb2 import LiteralType, SimpleType
from flyteidl2.task.common_pb2 import Inputs
from flyteidl2.task.task_definition_pb2 import TaskDetails, TaskSpec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.parity.converting import (
    BOOL,
    DIR,
    FILE,
    FLOAT,
    FRAME,
    INT,
    NONE,
    SPAN,
    TEXT,
    URI,
    UTC,
    Pair,
    Values,
    dicts,
    given_as,
    lists,
    normal,
    same,
    template,
)
from tests.parity.planned import ROOT
from tests.parity.templates import snapshot

from flyteplan.inputs import literals
from flyteplan.model.struct import plain
from flyteplan.model.typename import is_pickle
from flyteplan.pipeline.breaks import breaks

NAMED = os.environ.get("FLYTEPLAN_TEST_CATALOG")
CATALOGS = [ROOT / "examples" / "catalog" / "tasks.jsonl", *([Path(NAMED)] if NAMED else [])]
TASKS = {
    f"{path.stem}-{number}-{one.task_id.name}": one
    for path in CATALOGS
    for number, one in enumerate(snapshot(path), 1)
    if one.spec.task_template.interface.inputs.variables
}
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(("", "a", "1h", "s3://b/c")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("a", "start", "stop")), inner),
    max_leaves=4,
)
SCALARS: dict[int, Values] = {
    SimpleType.INTEGER: INT,
    SimpleType.FLOAT: FLOAT,
    SimpleType.STRING: TEXT,
    SimpleType.BOOLEAN: BOOL,
    SimpleType.DATETIME: UTC,
    SimpleType.DURATION: SPAN,
    SimpleType.NONE: NONE,
}
OF_SCHEMA: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(-(2**63), 2**63 - 1),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "string": st.text("ab"),
    "boolean": st.booleans(),
    "null": st.none(),
}
OF_FORMAT: dict[str, st.SearchStrategy[Any]] = {
    "date-time": st.datetimes().map(datetime.isoformat),
    "date": st.dates().map(date.isoformat),
    "time-delta": st.floats(-1e9, 1e9),
    "duration": st.just("PT5M"),
}
# The SDK names a file after its address where it has no name, and leaves out a hash that a dataframe has not.
ADDRESSED = {
    "File": {"path": URI, "name": "x", "format": "", "hash": None},
    "Dir": {"path": URI, "name": "x", "format": "", "hash": None},
    "DataFrame": {"uri": URI, "format": "parquet", "hash": "1"},
}


@pytest.mark.parametrize("details", TASKS.values(), ids=TASKS.keys())
def test_a_value_that_fits_is_the_literal_that_the_sdk_makes_of_it(details: TaskDetails) -> None:
    spec = compared(details)
    interface = SdkDetails(TaskDetails(task_id=details.task_id, spec=spec)).interface
    kinds = {one.key: one.value.type for one in spec.task_template.interface.inputs.variables}
    taken = []

    @settings(max_examples=10)
    @given(st.fixed_dictionaries({name: fitting(kind, interface.inputs[name][0]) for name, kind in kinds.items()}))
    def check(values: dict[str, Pair]) -> None:
        made = literals(template(spec), given_as({name: one[1] for name, one in values.items()}), breaks)
        assert made.problems == ()
        wanted = converted(interface, {name: one[0] for name, one in values.items()})
        if wanted is not None:
            taken.append(wanted)
            assert as_guessed(made.message) == as_guessed(wanted)

    check()
    assert taken


@pytest.mark.parametrize("details", TASKS.values(), ids=TASKS.keys())
def test_what_travels_as_a_pickle_is_refused(details: TaskDetails) -> None:
    for one in details.spec.task_template.interface.inputs.variables:
        if is_pickled(one.value.type):
            spec = TaskSpec()
            spec.task_template.interface.inputs.variables.append(one)
            (problem,) = literals(template(spec), given_as({one.key: filled(one.value.type)}), breaks).problems
            assert problem.code == "FP2205"


def test_few_inputs_are_not_compared() -> None:
    entries = [one for task in TASKS.values() for one in task.spec.task_template.interface.inputs.variables]
    left = [one for one in entries if not is_compared(one)]
    assert all(is_pickled(one.value.type) or has_a_tuple(one.value.type) for one in left)
    assert len(left) <= len(entries) // 10


@pytest.mark.parametrize("details", TASKS.values(), ids=TASKS.keys())
def test_any_value_is_a_literal_or_a_problem(details: TaskDetails) -> None:
    names = [one.key for one in details.spec.task_template.interface.inputs.variables]

    @settings(max_examples=25)
    @given(st.fixed_dictionaries(dict.fromkeys(names, ANYTHING)))
    def check(values: dict[str, Any]) -> None:
        made = literals(template(details.spec), given_as(values), breaks)
        assert (made.message is None) == bool(made.problems)
        assert {one.code for one in made.problems} <= {"FP2203", "FP2204", "FP2205"}

    check()


def compared(details: TaskDetails) -> TaskSpec:
    """The spec with the inputs that the SDK is asked about, none of them with a default.

    It forgets the columns of a type that it guesses; `test_inputs` has a dataframe with columns.
    """
    spec = TaskSpec()
    spec.CopyFrom(details.spec)
    del spec.default_inputs[:]
    variables = [one for one in details.spec.task_template.interface.inputs.variables if is_compared(one)]
    del spec.task_template.interface.inputs.variables[:]
    spec.task_template.interface.inputs.variables.extend(variables)
    for one in spec.task_template.interface.inputs.variables:
        if one.value.type.HasField("structured_dataset_type"):
            del one.value.type.structured_dataset_type.columns[:]
    return spec


def converted(interface: NativeInterface, native: dict[str, Any]) -> Inputs | None:
    """None where the class that the SDK guessed is narrower than its schema: it forgets that a field may be None."""
    try:
        return asyncio.run(convert_from_native_to_inputs(interface, **native)).proto_inputs
    except TypeError as error:
        if "is not an instance of" in str(error) or "Failed to coerce dict" in str(error):
            return None
        raise


def as_guessed(inputs: Inputs | None) -> bytes:
    """Without what the SDK forgets of a type that it guesses, or of a dataframe in a record."""
    assert inputs is not None
    copy = Inputs()
    copy.CopyFrom(inputs)
    for item in copy.literals:
        forget(item.value)
    return normal(copy)


def forget(literal: Literal) -> None:
    for inner in (*literal.collection.literals, *literal.map.literals.values()):
        forget(inner)
    if literal.scalar.HasField("union"):
        forget_type(literal.scalar.union.type)
        forget(literal.scalar.union.value)
    if literal.scalar.HasField("binary"):
        value = without_hash(msgpack.unpackb(literal.scalar.binary.value))
        literal.scalar.binary.value = msgpack.packb(value)


def forget_type(kind: LiteralType) -> None:
    which = kind.WhichOneof("type")
    if which in ("collection_type", "map_value_type"):
        forget_type(getattr(kind, which))
    kind.ClearField("metadata")


def without_hash(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_hash(item) for key, item in value.items() if key != "hash" or "uri" not in value}
    return [without_hash(item) for item in value] if isinstance(value, list) else value


def is_compared(entry: VariableEntry) -> bool:
    return not is_pickled(entry.value.type) and not has_a_tuple(entry.value.type)


def has_a_tuple(kind: LiteralType) -> bool:
    return "prefixItems" in repr(plain(kind.metadata))


def is_pickled(kind: LiteralType) -> bool:
    which = kind.WhichOneof("type")
    if which in ("collection_type", "map_value_type"):
        return is_pickled(getattr(kind, which))
    return is_pickle(kind) or any(map(is_pickled, kind.union_type.variants))


def filled(kind: LiteralType) -> Any:
    """A value in which something stands where the pickle is."""
    if kind.HasField("collection_type"):
        return [filled(kind.collection_type)]
    return {"a": filled(kind.map_value_type)} if kind.HasField("map_value_type") else "a"


def fitting(kind: LiteralType, native: Any) -> Values:
    """Pairs of what the SDK takes for a type that it guessed, and what a manifest writes."""
    which = kind.WhichOneof("type")
    if which == "simple":
        return SCALARS[kind.simple] if kind.simple in SCALARS else record(plain(kind.metadata))
    if which == "enum_type":
        return st.sampled_from(list(kind.enum_type.values)).map(lambda name: (native[name], name))
    if which == "union_type":
        variants = kind.union_type.variants
        return st.one_of([fitting(*one) for one in zip(variants, get_args(native), strict=True)])
    if which == "collection_type":
        return lists(fitting(kind.collection_type, get_args(native)[0]))
    if which == "map_value_type":
        return dicts(fitting(kind.map_value_type, get_args(native)[1]))
    if which == "structured_dataset_type":
        return FRAME
    return DIR if kind.blob.dimensionality else FILE


def record(schema: Mapping[str, Any]) -> Values:
    """Records in full, which the SDK takes as they are for a class that it guessed; an untyped dict is any mapping."""
    return same(of_schema(schema, schema) if schema else st.dictionaries(st.text("ab"), st.text()))


def of_schema(schema: Mapping[str, Any], node: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in node:
        return of_schema(schema, schema["$defs"][node["$ref"].rpartition("/")[2]])
    choices = [node["const"]] if "const" in node else node.get("enum")
    if choices:
        return st.sampled_from(choices)
    branches = node.get("anyOf") or node.get("oneOf")
    if branches:
        return st.one_of([of_schema(schema, one) for one in branches])
    kind = node.get("type")
    if "format" in node:
        return OF_FORMAT[node["format"]]
    if kind == "array":
        return array(schema, node)
    return obj(schema, node) if kind == "object" else OF_SCHEMA[kind] if kind else st.none() | st.text("ab")


def array(schema: Mapping[str, Any], node: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "prefixItems" in node:
        return st.tuples(*[of_schema(schema, one) for one in node["prefixItems"]]).map(list)
    return st.lists(of_schema(schema, node.get("items") or {}), max_size=2)


def obj(schema: Mapping[str, Any], node: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if node.get("title") in ADDRESSED:
        return st.just(ADDRESSED[node["title"]])
    if "properties" in node:
        return st.fixed_dictionaries({name: of_schema(schema, one) for name, one in node["properties"].items()})
    other = node.get("additionalProperties")
    return st.dictionaries(st.text("ab"), of_schema(schema, other if isinstance(other, dict) else {}), max_size=2)
