"""The literals of a run's inputs are those that the SDK makes of the same values.

Messages are compared byte for byte, but for what is packed into them (dataclasses, models, dicts): the SDK leaves the
order of its keys to chance, so there the packed values are compared. What differs on purpose has its own table.
"""

from __future__ import annotations

import asyncio
import enum
import inspect
import typing
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

import msgpack
import pytest
from flyte._internal.runtime.convert import convert_from_native_to_inputs, convert_upload_default_inputs
from flyte._internal.runtime.types_serde import transform_native_to_typed_interface
from flyte.models import NativeInterface
from flyte.remote import TaskDetails as SdkDetails
from flyteidl2.core.literals_pb2 import Literal
from flyteidl2.task.common_pb2 import Inputs
from flyteidl2.task.task_definition_pb2 import TaskDetails, TaskSpec
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from tests.parity.planned import ROOT
from tests.parity.templates import snapshot

from flyteplan.errors import Position, Problem
from flyteplan.inputs import literals
from flyteplan.model.duration import show
from flyteplan.model.settings import Setting, Settings
from flyteplan.model.task import TaskName, TaskVersion, Template
from flyteplan.pipeline.breaks import breaks

with warnings.catch_warnings():  # pydantic's, about how the SDK spells it
    warnings.simplefilter("ignore")
    import flyte.io

AT = Position("m.yaml", 3, 5)
FEW = settings(max_examples=25)
URI = "s3://bucket/a path/x"


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: int
    y: float = 1.0


@dataclass
class Spot:
    x: int


@dataclass
class Shape:
    corners: list[Point]
    center: Point | None = None
    name: str | None = "shape"
    color: Color = Color.RED
    age: timedelta = timedelta(hours=1)
    weights: dict[str, float] = field(default_factory=dict)
    pair: tuple[int, str] = (1, "a")


@dataclass
class Source:
    data: flyte.io.File


class Part(BaseModel):
    size: int = Field(default=3, ge=1, le=9)


class Model(BaseModel):
    part: Part
    parts: list[Part] = []
    ratio: float = 1
    color: Color = Color.BLUE
    since: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc)
    every: timedelta = timedelta(hours=1)


Pair = tuple[Any, Any]
Values = st.SearchStrategy[Pair]


def same(values: st.SearchStrategy[Any]) -> Values:
    return values.map(lambda value: (value, value))


def as_text(values: st.SearchStrategy[Any], written: Callable[[Any], Any]) -> Values:
    return values.map(lambda value: (value, written(value)))


def both(values: list[Pair]) -> Pair:
    return [native for native, _ in values], [written for _, written in values]


def named(values: dict[str, Pair]) -> Pair:
    return {key: one[0] for key, one in values.items()}, {key: one[1] for key, one in values.items()}


def microseconds(value: timedelta) -> str:
    size = (value.days * 86_400 + value.seconds) * 10**9 + value.microseconds * 1000
    return show(size)


INT = same(st.integers(-(2**63), 2**63 - 1))
FLOAT = same(st.floats(allow_nan=False))
TEXT = same(st.text(st.characters(exclude_categories=["Cs"])))
BOOL = same(st.booleans())
NONE = same(st.none())
AWARE = as_text(st.datetimes(timezones=st.just(timezone.utc)), datetime.isoformat)
NAIVE = as_text(st.datetimes(), lambda value: value.isoformat(" "))
ZONED = as_text(
    st.datetimes()
    .filter(lambda value: 1 < value.year < 9999)
    .map(lambda value: value.replace(tzinfo=timezone(timedelta(hours=-3, minutes=-30)))),
    datetime.isoformat,
)
DAY = as_text(st.dates(), date.isoformat)
# A duration of the protocol has at most 315,576,000,000 seconds; a timedelta has fewer.
LONGEST = timedelta(seconds=315_576_000_000)
SPAN = as_text(st.timedeltas(-LONGEST, LONGEST), microseconds)
COLOR = as_text(st.sampled_from(Color), lambda value: value.name)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
JSON = same(
    st.dictionaries(
        KEYS,
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text("ab"),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
            max_leaves=5,
        ),
        max_size=3,
    )
)
POINT = st.builds(Point, x=st.integers(-(2**63), 2**63 - 1), y=st.floats(allow_nan=False, allow_infinity=False))
POINTS = as_text(POINT, lambda value: {"x": value.x, "y": value.y})


def lists(values: Values) -> Values:
    return st.lists(values, max_size=3).map(both)


def dicts(values: Values) -> Values:
    return st.dictionaries(KEYS, values, max_size=3).map(named)


TYPES: dict[str, tuple[Any, Values]] = {
    "int": (int, INT),
    "float": (float, FLOAT),
    "str": (str, TEXT),
    "bool": (bool, BOOL),
    "none": (type(None), NONE),
    "aware": (datetime, AWARE),
    "naive": (datetime, NAIVE),
    "zoned": (datetime, ZONED),
    "date": (date, DAY),
    "timedelta": (timedelta, SPAN),
    "enum": (Color, COLOR),
    "list": (list[int], lists(INT)),
    "list of lists": (list[list[str]], lists(lists(TEXT))),
    "dict": (dict[str, float], dicts(FLOAT)),
    "dict of lists": (dict[str, list[bool]], dicts(lists(BOOL))),
    "list of optional": (list[int | None], lists(INT | NONE)),
    "optional": (int | None, INT | NONE),
    "optional datetime": (datetime | None, AWARE | NONE),
    "optional list": (list[int] | None, lists(INT) | NONE),
    "union": (int | str | bool | float, INT | TEXT | BOOL | FLOAT),
    "untyped dict": (dict, JSON),
    "dataclass": (Point, POINTS),
    "optional dataclass": (Point | None, POINTS | NONE),
    "list of dataclasses": (list[Point], lists(POINTS)),
}
# A dataclass has the values of its enums in its schema, a model the names.
RECORDS: list[tuple[Any, Any]] = [
    ({"x": 1}, Point(1)),
    ({"x": 1, "y": 2}, Point(1, 2.0)),
    ({"corners": []}, Shape([])),
    (
        {"corners": [{"x": 1}], "center": {"x": 2, "y": 3}, "name": None, "color": "blue", "weights": {"a": 1}},
        Shape([Point(1)], Point(2, 3.0), None, Color.BLUE, weights={"a": 1.0}),
    ),
    ({"corners": [], "pair": [2, "b"], "age": 60}, Shape([], pair=(2, "b"), age=timedelta(minutes=1))),
    ({"part": {}}, Model(part=Part())),
    (
        {"part": {"size": 9}, "parts": [{"size": 1}, {}], "ratio": 2},
        Model(part=Part(size=9), parts=[Part(size=1), Part()], ratio=2),
    ),
    (
        {"part": {}, "color": "RED", "since": "2026-02-03T04:05:06Z"},
        Model(part=Part(), color=Color.RED, since=datetime(2026, 2, 3, 4, 5, 6, tzinfo=timezone.utc)),
    ),
]
# What no schema tells, or tells wrongly: the class fills it.
UNTOLD = {"weights", "color"}
ADDRESSES = [
    (flyte.io.File, flyte.io.File.from_existing_remote(URI)),
    (flyte.io.Dir, flyte.io.Dir.from_existing_remote(URI)),
    (flyte.io.DataFrame, flyte.io.DataFrame.from_existing_remote(URI)),
    (flyte.io.File | None, flyte.io.File.from_existing_remote(URI)),
]


@pytest.mark.parametrize("name", TYPES)
def test_a_value_is_the_literal_that_the_sdk_makes_of_it(name: str) -> None:
    kind, values = TYPES[name]

    @FEW
    @given(values)
    def check(value: Pair) -> None:
        native, written = value
        assert ours(kind, written) == theirs(kind, native)

    check()


@pytest.mark.parametrize(("written", "native"), RECORDS, ids=str)
def test_a_mapping_is_the_dataclass_or_model_that_the_sdk_makes_of_it(written: Any, native: Any) -> None:
    in_full = unpacked(theirs(type(native), native))
    known = unpacked(ours(type(native), written))
    assert known == {key: value for key, value in in_full.items() if key in known}
    assert set(in_full) - set(known) <= UNTOLD


@pytest.mark.parametrize(("kind", "native"), ADDRESSES, ids=str)
def test_an_address_is_the_file_directory_or_dataframe_that_the_sdk_makes_of_it(kind: Any, native: Any) -> None:
    assert ours(kind, URI) == theirs(kind, native)


def test_a_dataframe_has_the_columns_of_the_interface() -> None:
    spec = spec_of(flyte.io.DataFrame)
    kind = spec.task_template.interface.inputs.variables[0].value.type.structured_dataset_type
    kind.columns.add(name="age")
    kind.format = "parquet"
    made = literals(template(spec), given_as({"x": URI}), breaks)
    assert made.message is not None
    assert made.message.literals[0].value.scalar.structured_dataset.metadata.structured_dataset_type == kind


def test_a_tuple_is_written_as_a_list() -> None:
    assert ours(tuple[int, str], [1, "a"]) == theirs(tuple[int, str], (1, "a"))


def test_an_address_stands_for_a_file_in_a_dataclass() -> None:
    native = Source(data=flyte.io.File(path=URI))
    packed = {"name": None}  # the SDK's class fills it from the address
    assert unpacked(ours(Source, {"data": URI}))["data"] == unpacked(theirs(Source, native))["data"] | packed


@pytest.mark.parametrize(
    ("kind", "written", "native"),
    [
        (float, 1, 1.0),
        (list[float], [1, 2.5], [1.0, 2.5]),
        (float | None, 1, 1.0),
        (datetime, "2026-10-01", datetime(2026, 10, 1, tzinfo=timezone.utc)),
        (datetime, "2026-10-01T10:00Z", datetime(2026, 10, 1, 10, tzinfo=timezone.utc)),
        (datetime, "2026-10-01 10:00:00+0200", datetime(2026, 10, 1, 8, tzinfo=timezone.utc)),
        (timedelta, 90, timedelta(seconds=90)),
        (timedelta, "-1h30m", timedelta(minutes=-90)),
        (Shape, {"corners": [], "age": "1h30m"}, Shape([], age=timedelta(minutes=90), weights={})),
        (dict[str, timedelta], {"a": "7d"}, {"a": timedelta(days=7)}),
    ],
    ids=str,
)
def test_what_a_manifest_may_write_otherwise(kind: Any, written: Any, native: Any) -> None:
    wanted, made = theirs(kind, native), ours(kind, written)
    if kind is Shape:
        assert unpacked(made)["age"] == unpacked(wanted)["age"]
    else:
        assert made == wanted


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (int, "1"),
        (int, 1.0),
        (int, True),
        (int, 2**63),
        (int, None),
        (float, "1"),
        (float, True),
        (str, 1),
        (bool, 1),
        (type(None), 0),
        (datetime, 20261001),
        (list[int], 1),
        (list[int], [1, "a"]),
        (dict[str, int], [1]),
        (dict[str, int], {"a": "b"}),
        (dict, [1]),
        (int | None, "a"),
        (Point, {"y": 1}),
        (Point, {"x": "a"}),
        (Point, 1),
        (Model, {"part": {"size": 10}}),
        (Model, {"part": {"size": "a"}}),
        (flyte.io.File, 1),
    ],
    ids=str,
)
def test_what_both_refuse(kind: Any, written: Any) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - of many kinds
        theirs(kind, written)
    assert refused(kind, written).code in ("FP2203", "FP2204")


@pytest.mark.parametrize(
    ("kind", "written", "message"),
    [
        (Point, {"x": 1, "z": 1}, "env.task: x.z is no field of a Point"),
        (Model, {"part": {}, "colour": "RED"}, "env.task: x.colour is no field of a Model"),
        (Color, "red", 'env.task: x must be "RED" or "BLUE", not "red"'),
        (flyte.io.File, "data.csv", 'env.task: x must be the URI of a File, not "data.csv"'),
        (flyte.io.File, "flyte://a/b", "env.task: x has a flyte:// address, which only the SDK resolves"),
        (Point | Spot, {"x": 1}, "env.task: x fits Point and Spot: which one is meant can not be told"),
    ],
    ids=str,
)
def test_what_only_a_manifest_may_not_write(kind: Any, written: Any, message: str) -> None:
    assert refused(kind, written).message == message


@pytest.mark.parametrize("kind", [bytes, typing.Any, typing.Literal["a"], list[bytes], bytes | None])
@pytest.mark.filterwarnings("ignore")
def test_what_travels_as_a_pickle_can_not_be_given(kind: Any) -> None:
    problem = refused(kind, ["a"] if kind == list[bytes] else "a")
    assert problem.code == "FP2205"
    assert "which only Python can make" in problem.message


def test_a_pickle_that_is_optional_can_be_none() -> None:
    assert ours(bytes | None, None) == theirs(bytes | None, None)


PARAMETERS = [one for one in snapshot(ROOT / "examples" / "catalog" / "tasks.jsonl") if one.spec.default_inputs]
GIVEN: dict[str, tuple[Any, Any]] = {
    "count": (7, 7),
    "ratio": (0.5, 0.5),
    "title": ("t", "t"),
    "verbose": (False, False),
    "since": (datetime(2026, 3, 4, tzinfo=timezone.utc), "2026-03-04"),
    "every": (timedelta(minutes=5), "5m"),
    "mode": ("EXACT", "EXACT"),
    "tags": (["x"], ["x"]),
    "weights": ({"b": 1.5}, {"b": 1.5}),
    "limit": (3, 3),
    "window": ({"start": 2, "stop": 3, "label": "x"}, {"start": 2, "stop": 3, "label": "x"}),
}


@given(
    st.sets(st.sampled_from(sorted(GIVEN))), st.sampled_from([one for one in PARAMETERS if "show" in one.task_id.name])
)
@FEW
def test_what_is_left_out_is_the_default_of_the_template(names: set[str], details: TaskDetails) -> None:
    interface = SdkDetails(details).interface
    chosen = {name: GIVEN[name] for name in names if name in interface.inputs}
    native: dict[str, Any] = {"name": "n", **{name: values[0] for name, values in chosen.items()}}
    if "mode" in native:
        native["mode"] = interface.inputs["mode"][0]["EXACT"]
    written = {"name": "n", **{name: values[1] for name, values in chosen.items()}}
    made = literals(template(details.spec), given_as(written), breaks)
    assert made.problems == ()
    wanted = asyncio.run(convert_from_native_to_inputs(interface, **native)).proto_inputs
    assert normal(made.message) == normal(wanted)


@pytest.mark.parametrize(
    "details", snapshot(ROOT / "examples" / "catalog" / "tasks.jsonl"), ids=lambda one: one.task_id.name
)
def test_the_defaults_of_a_template_are_taken_as_they_are(details: TaskDetails) -> None:
    known = {item.name: item.parameter.default for item in details.spec.default_inputs}
    del details.spec.task_template.interface.inputs.variables[:]
    for item in details.spec.default_inputs:
        details.spec.task_template.interface.inputs.variables.add(key=item.name, value=item.parameter.var)
    made = literals(template(details.spec), given_as({}), breaks)
    assert made.message is not None
    assert {item.name: item.value for item in made.message.literals} == known


def test_a_default_of_a_schema_is_an_int_where_its_field_is_one() -> None:
    """A Struct holds doubles only, and the SDK gives a class that it guesses from one its 10.0 as it is."""
    spec = next(one.spec for one in PARAMETERS if "window" in {item.name for item in one.spec.default_inputs})
    made = literals(template(spec), given_as({"name": "n", "window": {"start": 2}}), breaks)
    assert made.message is not None
    (window,) = [one.value for one in made.message.literals if one.name == "window"]
    value = msgpack.unpackb(window.scalar.binary.value)
    assert value == {"label": "all", "start": 2, "stop": 10}
    assert type(value["stop"]) is int


def ours(kind: Any, written: Any) -> bytes:
    made = literals(template(spec_of(kind)), given_as({"x": written}), breaks)
    assert made.problems == ()
    return normal(made.message)


def refused(kind: Any, written: Any) -> Problem:
    made = literals(template(spec_of(kind)), given_as({"x": written}), breaks)
    (problem,) = made.problems
    assert made.message is None
    assert problem.position == AT
    return problem


def theirs(kind: Any, native: Any) -> bytes:
    return normal(asyncio.run(convert_from_native_to_inputs(interface_of(kind), x=native)).proto_inputs)


def interface_of(kind: Any) -> NativeInterface:
    return NativeInterface.from_types({"x": (kind, inspect.Parameter.empty)}, {})


def spec_of(kind: Any) -> TaskSpec:
    spec = TaskSpec()
    typed = transform_native_to_typed_interface(interface_of(kind))
    assert typed is not None
    spec.task_template.interface.CopyFrom(typed)
    spec.default_inputs.extend(asyncio.run(convert_upload_default_inputs(interface_of(kind))))
    return spec


def template(spec: TaskSpec) -> Template:
    return Template(key=TaskVersion(TaskName("p", "d", "env.task"), "v1"), spec=spec, deployed_at=0)


def given_as(written: dict[str, Any]) -> Settings:
    inputs = [Setting(path=("submit", "inputs", name), value=value, position=AT) for name, value in written.items()]
    return Settings((Setting(path=("submit", "as"), value="run", position=AT), *inputs))


def normal(inputs: Inputs | None) -> bytes:
    """Deterministic bytes, with everything that is packed packed anew with its keys in order."""
    assert inputs is not None
    copy = Inputs()
    copy.CopyFrom(inputs)
    for item in copy.literals:
        repack(item.value)
    return copy.SerializeToString(deterministic=True)


def repack(literal: Literal) -> None:
    if literal.HasField("collection"):
        for item in literal.collection.literals:
            repack(item)
    elif literal.HasField("map"):
        for item in literal.map.literals.values():
            repack(item)
    elif literal.scalar.HasField("union"):
        repack(literal.scalar.union.value)
    elif literal.scalar.HasField("binary"):
        value = msgpack.unpackb(literal.scalar.binary.value, strict_map_key=False)
        literal.scalar.binary.value = msgpack.packb(in_order(value))


def in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list) else value


def unpacked(message: bytes) -> Any:
    return msgpack.unpackb(Inputs.FromString(message).literals[0].value.scalar.binary.value)
