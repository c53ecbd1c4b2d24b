"""The literals of a run's inputs are those that the SDK makes of the same values: every type that is not refused.

What stands in dataclasses and models has a file of its own, and so has what is refused, and what differs on purpose.
"""

from __future__ import annotations

import asyncio
import enum
import typing
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

import msgpack
import pytest
from flyte._internal.runtime.convert import convert_from_native_to_inputs
from flyte.remote import TaskDetails as SdkDetails
from flyteidl2.task.task_definition_pb2 import TaskDetails
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.parity.converting import (
    BOOL,
    DAY,
    DIR,
    FILE,
    FLOAT,
    FRAME,
    INT,
    JSON,
    NAIVE,
    NONE,
    SPAN,
    TEXT,
    URI,
    UTC,
    ZONED,
    DataFrame,
    Dir,
    File,
    Pair,
    Values,
    as_text,
    both,
    dicts,
    given_as,
    lists,
    normal,
    ours,
    spec_of,
    template,
    theirs,
)
from tests.parity.planned import ROOT
from tests.parity.templates import snapshot

from flyteplan.inputs import literals
from flyteplan.pipeline.breaks import breaks

FEW = settings(max_examples=25)


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Point:
    x: int
    y: float = 1.0


class Named(typing.NamedTuple):
    size: int
    label: str


COLOR = as_text(st.sampled_from(Color), lambda value: value.name)
LEVEL = as_text(st.sampled_from(Level), lambda value: value.name)
POINT = as_text(
    st.builds(Point, x=st.integers(-(2**63), 2**63 - 1), y=st.floats(allow_nan=False, allow_infinity=False)),
    lambda value: {"x": value.x, "y": value.y},
)
NAMED = as_text(st.builds(Named, st.integers(-9, 9), st.text("ab")), lambda value: value._asdict())


def some(values: Values) -> Values:
    return st.lists(values, min_size=1, max_size=3).map(both)


def tuples(*parts: Values) -> Values:
    return st.tuples(*parts).map(lambda pairs: (tuple(both(list(pairs))[0]), both(list(pairs))[1]))


# By what the SDK makes of a type. None is refused, and stands in the table of what differs.
TYPES: dict[str, dict[str, tuple[Any, Values]]] = {
    "primitive": {"int": (int, INT), "float": (float, FLOAT), "str": (str, TEXT), "bool": (bool, BOOL)},
    "datetime": {"utc": (datetime, UTC), "naive": (datetime, NAIVE), "zoned": (datetime, ZONED)},
    "date": {"date": (date, DAY)},
    "timedelta": {"timedelta": (timedelta, SPAN)},
    "none": {"none": (type(None), NONE)},
    "enum": {"of texts": (Color, COLOR), "of ints": (Level, LEVEL)},
    "list": {
        "list": (list[int], lists(INT)),
        "of lists": (list[list[str]], lists(lists(TEXT))),
        "of optional": (list[int | None], lists(INT | NONE)),
        "of datetimes": (list[datetime], lists(ZONED)),
        "of enums": (list[Color], lists(COLOR)),
        "of dataclasses": (list[Point], lists(POINT)),
        "of dicts": (list[dict[str, timedelta]], lists(dicts(SPAN))),
        "of files": (list[File], lists(FILE)),
        "of unions": (list[int | str], lists(INT | TEXT)),
    },
    "dict of texts": {
        "dict": (dict[str, float], dicts(FLOAT)),
        "of lists": (dict[str, list[bool]], dicts(lists(BOOL))),
        "of dicts": (dict[str, dict[str, int]], dicts(dicts(INT))),
        "of optional": (dict[str, int | None], dicts(INT | NONE)),
        "of enums": (dict[str, Level], dicts(LEVEL)),
        "of untyped dicts": (dict[str, dict], dicts(JSON)),  # type: ignore[type-arg]
    },
    "untyped dict": {"dict": (dict, JSON), "typing.Dict": (dict, JSON), "optional": (dict | None, JSON | NONE)},
    "union": {
        "optional": (int | None, INT | NONE),
        "typing.Optional": (typing.Optional[str], TEXT | NONE),  # noqa: UP045 - another class than str | None
        "optional datetime": (datetime | None, UTC | NONE),
        "optional enum": (Color | None, COLOR | NONE),
        "optional list": (list[int] | None, lists(INT) | NONE),
        "optional lists of optionals": (list[list[int | None] | None], lists(lists(INT | NONE) | NONE)),
        "optional dict": (dict[str, float] | None, dicts(FLOAT) | NONE),
        "optional dataclass": (Point | None, POINT | NONE),
        "optional file": (File | None, FILE | NONE),
        "of primitives": (int | str | bool | float, INT | TEXT | BOOL | FLOAT),
        "the other way round": (float | bool | str | int, INT | TEXT | BOOL | FLOAT),
        "of a list and its item": (str | list[str], TEXT | lists(TEXT)),
        "of lists": (
            list[float] | list[str],
            st.lists(FLOAT, min_size=1).map(both) | st.lists(TEXT, min_size=1).map(both),
        ),
        "of lists of numbers": (list[float] | list[int], some(INT)),
        "of dicts of numbers": (dict[str, float] | dict[str, int], dicts(FLOAT).filter(lambda pair: bool(pair[0]))),
        "of a dataclass and a text": (Point | str, POINT | TEXT),
        "of a span and a datetime": (datetime | timedelta, UTC | SPAN),
    },
    "dataclass": {"dataclass": (Point, POINT)},
    "tuple": {
        "tuple": (tuple[int, str], tuples(INT, TEXT)),
        "of many": (tuple[bool, float, None], tuples(BOOL, FLOAT, NONE)),
        "of tuples": (tuple[int, tuple[str, int]], tuples(INT, tuples(TEXT, INT))),
        "of lists": (tuple[list[int], dict[str, int]], tuples(lists(INT), dicts(INT))),
        "of enums": (tuple[Color, Level], tuples(COLOR, LEVEL)),
        "of times": (tuple[datetime, timedelta, date], tuples(UTC, SPAN, DAY)),
        "of zoned times": (tuple[datetime, int], tuples(ZONED, INT)),
        "of dataclasses": (tuple[Point, int], tuples(POINT, INT)),
        "optional": (tuple[int, str] | None, tuples(INT, TEXT) | NONE),
        "list of them": (list[tuple[int, str]], lists(tuples(INT, TEXT))),
        "named": (Named, NAMED),
    },
    "file": {"file": (File, FILE), "directory": (Dir, DIR)},
    "dataframe": {"dataframe": (DataFrame, FRAME), "list of them": (list[DataFrame], lists(FRAME))},
}


# The SDK leaves the coroutines of the variants that it gives up.
@pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("row", "name"), [(row, name) for row, types in TYPES.items() for name in types])
def test_a_value_is_the_literal_that_the_sdk_makes_of_it(row: str, name: str) -> None:
    kind, values = TYPES[row][name]

    @FEW
    @given(values)
    def check(value: Pair) -> None:
        native, written = value
        assert ours(kind, written) == theirs(kind, native)

    check()


@given(st.permutations(["b", "a", "é", "10", "9", ""]))
@FEW
def test_the_order_of_keys_does_not_change_a_literal(keys: list[str]) -> None:
    written = {key: {key: 1, "x": 2} for key in keys}
    for kind in (dict, dict[str, dict[str, int]]):
        made = literals(template(spec_of(kind)), given_as({"x": written}), breaks)
        again = literals(template(spec_of(kind)), given_as({"x": dict(sorted(written.items()))}), breaks)
        assert made.message is not None
        assert again.message is not None
        assert made.message.SerializeToString(deterministic=True) == again.message.SerializeToString(deterministic=True)


def test_a_dataframe_has_the_columns_of_the_interface() -> None:
    spec = spec_of(DataFrame)
    kind = spec.task_template.interface.inputs.variables[0].value.type.structured_dataset_type
    kind.columns.add(name="age")
    kind.format = "parquet"
    made = literals(template(spec), given_as({"x": URI}), breaks)
    assert made.message is not None
    assert made.message.literals[0].value.scalar.structured_dataset.metadata.structured_dataset_type == kind


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
