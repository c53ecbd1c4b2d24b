"""Inputs of the interfaces of whole catalogs: any value is a literal or a problem, and a fitting one is the SDK's.

FLYTEPLAN_TEST_CATALOG names another snapshot whose interfaces are to be tried too.
"""

from __future__ import annotations

import asyncio
import os
import warnings
from pathlib import Path
from typing import Any, get_args

import pytest
from flyte._internal.runtime.convert import convert_from_native_to_inputs
from flyte.remote import TaskDetails as SdkDetails
from flyteidl2.core.types_pb2 import LiteralType, SimpleType
from flyteidl2.task.task_definition_pb2 import TaskDetails
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.parity.planned import ROOT
from tests.parity.templates import snapshot
from tests.parity.test_inputs import AWARE, INT, SPAN, TEXT, URI, Values, given_as, normal, template

from flyteplan.inputs import literals
from flyteplan.model.struct import plain
from flyteplan.model.typename import is_pickle
from flyteplan.pipeline.breaks import breaks

with warnings.catch_warnings():  # pydantic's, about how the SDK spells it
    warnings.simplefilter("ignore")
    import flyte.io

NAMED = os.environ.get("FLYTEPLAN_TEST_CATALOG")
CATALOGS = [ROOT / "examples" / "catalog" / "tasks.jsonl", *([Path(NAMED)] if NAMED else [])]
TASKS = [
    pytest.param(one, id=f"{path.stem}-{number}-{one.task_id.name}")
    for path in CATALOGS
    for number, one in enumerate(snapshot(path), 1)
    if one.spec.task_template.interface.inputs.variables
]
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
    SimpleType.FLOAT: st.floats(allow_nan=False).map(lambda value: (value, value)),
    SimpleType.STRING: TEXT,
    SimpleType.BOOLEAN: st.booleans().map(lambda value: (value, value)),
    SimpleType.DATETIME: AWARE,
    SimpleType.DURATION: SPAN,
    SimpleType.NONE: st.just((None, None)),
}
OF_SCHEMA: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(-(2**63), 2**63 - 1),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "string": st.text("ab"),
    "boolean": st.booleans(),
}


@pytest.mark.parametrize("details", TASKS)
def test_a_value_that_fits_is_the_literal_that_the_sdk_makes_of_it(details: TaskDetails) -> None:
    try:
        interface = SdkDetails(details).interface
    except (KeyError, ValueError) as wrong:
        pytest.skip(f"the SDK can not guess its types: {wrong!r}")
    kinds = {one.key: one.value.type for one in details.spec.task_template.interface.inputs.variables}
    drawn = {name: fitting(kind, interface.inputs[name][0]) for name, kind in kinds.items()}
    if None in drawn.values():
        pytest.skip("it has an input that no manifest can give, or that the SDK can not guess")

    @settings(max_examples=10)
    @given(st.fixed_dictionaries({name: values for name, values in drawn.items() if values is not None}))
    def check(values: dict[str, tuple[Any, Any]]) -> None:
        native = {name: one[0] for name, one in values.items()}
        made = literals(template(details.spec), given_as({name: one[1] for name, one in values.items()}), breaks)
        assert made.problems == ()
        wanted = asyncio.run(convert_from_native_to_inputs(interface, **native)).proto_inputs
        assert normal(made.message) == normal(wanted)

    check()


@pytest.mark.parametrize("details", TASKS)
def test_any_value_is_a_literal_or_a_problem(details: TaskDetails) -> None:
    names = [one.key for one in details.spec.task_template.interface.inputs.variables]

    @settings(max_examples=25)
    @given(st.fixed_dictionaries(dict.fromkeys(names, ANYTHING)))
    def check(values: dict[str, Any]) -> None:
        made = literals(template(details.spec), given_as(values), breaks)
        assert (made.message is None) == bool(made.problems)
        assert {one.code for one in made.problems} <= {"FP2203", "FP2204", "FP2205"}

    check()


def fitting(kind: LiteralType, native: Any) -> Values | None:
    """Pairs of what the SDK takes for a type that it guessed, and what a manifest writes; None: not compared."""
    which = kind.WhichOneof("type")
    if is_pickle(kind):
        return None
    if which == "simple":
        return SCALARS[kind.simple] if kind.simple in SCALARS else record(kind)
    if which == "enum_type":
        return st.sampled_from(list(kind.enum_type.values)).map(lambda name: (native[name], name))
    if which == "union_type":
        options = [fitting(*one) for one in zip(kind.union_type.variants, get_args(native), strict=True)]
        return st.one_of([one for one in options if one is not None])
    if which == "collection_type":
        inner = fitting(kind.collection_type, get_args(native)[0])
        return (
            None
            if inner is None
            else st.lists(inner, max_size=2).map(lambda pairs: ([a for a, _ in pairs], [b for _, b in pairs]))
        )
    if which == "map_value_type":
        inner = fitting(kind.map_value_type, get_args(native)[1])
        return (
            None
            if inner is None
            else st.dictionaries(st.text("ab"), inner, max_size=2).map(
                lambda pairs: ({key: a for key, (a, _) in pairs.items()}, {key: b for key, (_, b) in pairs.items()})
            )
        )
    return addressed(kind)


def record(kind: LiteralType) -> Values | None:
    """Records whose fields are all plain; an untyped dict is any mapping of texts."""
    schema = plain(kind.metadata)
    fields = {name: OF_SCHEMA.get(field.get("type", "")) for name, field in schema.get("properties", {}).items()}
    if None in fields.values():
        return None
    known = {name: values for name, values in fields.items() if values is not None}
    drawn: st.SearchStrategy[Any] = (
        st.fixed_dictionaries(known) if schema else st.dictionaries(st.text("ab"), st.text())
    )
    return drawn.map(lambda value: (value, value))


def addressed(kind: LiteralType) -> Values | None:
    """The SDK forgets the columns of a type that it guesses; `test_inputs` has one with columns."""
    if kind.structured_dataset_type.columns:
        return None
    if kind.HasField("structured_dataset_type"):
        return st.just((flyte.io.DataFrame.from_existing_remote(URI), URI))
    known = flyte.io.Dir if kind.blob.dimensionality else flyte.io.File
    return st.just((known.from_existing_remote(URI), URI))
