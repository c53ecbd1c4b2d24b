"""What stands in a dataclass or a model is what the SDK packs there, field type by field type.

What is left out is filled by the defaults that the schema tells, and else by the class when the task runs: there, what
the task gets is compared.
"""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any, Literal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, create_model
from tests.parity.converting import (
    BOOL,
    DAY,
    FLOAT,
    INT,
    JSON,
    NAIVE,
    NONE,
    TEXT,
    UTC,
    ZONED,
    Pair,
    Values,
    arrives,
    as_text,
    dicts,
    lists,
    microseconds,
    ours,
    same,
    theirs,
)
from tests.parity.test_inputs import NAMED, POINT, Color, Level, Named, Point, tuples

FEW = settings(max_examples=15)
FLAVOURS = ("dataclass", "model")


class Part(BaseModel):
    size: int = Field(default=3, ge=1, le=9)
    label: str | None = None


@dataclasses.dataclass
class Shape:
    corners: list[Point]
    center: Point | None = None
    name: str | None = "shape"
    color: Color = Color.RED
    age: timedelta = timedelta(hours=1)
    weights: dict[str, float] = dataclasses.field(default_factory=dict)
    pair: tuple[int, str] = (1, "a")


class Model(BaseModel):
    part: Part
    parts: list[Part] = []
    ratio: float = 1
    color: Color = Color.BLUE
    level: Level = Level.LOW
    since: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc)
    every: timedelta = timedelta(hours=1)


def tuples_of(pairs: list[Pair]) -> Pair:
    return tuple(native for native, _ in pairs), [written for _, written in pairs]


PART = as_text(st.builds(Part, size=st.integers(1, 9), label=st.none() | st.text("ab")), Part.model_dump)
# A float of this many seconds is exact to a microsecond, and pydantic refuses more than 999,999,999 days.
SPAN = as_text(st.timedeltas(timedelta(days=-10_000), timedelta(days=10_000)), microseconds)
# A dataclass has the values of its enums in its schema, a model the names.
COLORS = {"dataclass": as_text(st.sampled_from(Color), lambda one: one.value)}
COLORS["model"] = as_text(st.sampled_from(Color), lambda one: one.name)
LEVELS = {"dataclass": as_text(st.sampled_from(Level), lambda one: one.value)}
LEVELS["model"] = as_text(st.sampled_from(Level), lambda one: one.name)
NOON = datetime.fromisoformat("2026-02-03T12:00:00")
SETS = st.sets(st.integers(-9, 9), max_size=3).map(lambda values: (values, list(values)))

FIELDS: dict[str, tuple[Any, Values | dict[str, Values]]] = {
    "int": (int, INT),
    "float": (float, FLOAT),
    "str": (str, TEXT),
    "bool": (bool, BOOL),
    "utc": (datetime, UTC),
    "naive": (datetime, NAIVE),
    "zoned": (datetime, ZONED),
    "date": (date, DAY),
    "timedelta": (timedelta, SPAN),
    "optional timedelta": (timedelta | None, SPAN | NONE),
    "list of datetimes": (list[datetime], lists(ZONED)),
    "list of timedeltas": (list[timedelta], lists(SPAN)),
    "time": (time, as_text(st.times(), time.isoformat)),
    "uuid": (UUID, as_text(st.uuids(), str)),
    "decimal": (Decimal, as_text(st.decimals(allow_nan=False, allow_infinity=False, places=2), str)),
    "path": (PurePosixPath, as_text(st.sampled_from(["/a/b", "c"]).map(PurePosixPath), str)),
    "enum of texts": (Color, COLORS),
    "enum of ints": (Level, LEVELS),
    "list of enums": (list[Color], {flavour: lists(values) for flavour, values in COLORS.items()}),
    "dict of enums": (dict[str, Level], {flavour: dicts(values) for flavour, values in LEVELS.items()}),
    "literal": (Literal["a", "b", 1, True], same(st.sampled_from(["a", "b", 1, True]))),
    "anything": (Any, JSON),
    "optional": (int | None, INT | NONE),
    "union": (int | str | None, INT | TEXT | NONE),
    "union of numbers": (float | int, INT | FLOAT),
    "list": (list[int], lists(INT)),
    "list of lists of optionals": (list[list[int | None]], lists(lists(INT | NONE))),
    "untyped list": (list, lists(INT)),
    "set": (set[int], SETS),
    "dict": (dict[str, float], dicts(FLOAT)),
    "dict of lists": (dict[str, list[str]], dicts(lists(TEXT))),
    "untyped dict": (dict, JSON),
    "tuple": (tuple[int, str], tuples(INT, TEXT)),
    "tuple of any length": (tuple[int, ...], st.lists(INT, max_size=3).map(tuples_of)),
    "named tuple": (Named, NAMED.map(lambda pair: (pair[0], list(pair[0])))),
    "dataclass": (Point, POINT),
    "optional dataclass": (Point | None, POINT | NONE),
    "list of dataclasses": (list[Point], lists(POINT)),
    "dict of lists of dataclasses": (dict[str, list[Point]], dicts(lists(POINT))),
}
OF_MODELS: dict[str, tuple[Any, Values]] = {
    "model": (Part, PART),
    "optional model": (Part | None, PART | NONE),
    "list of models": (list[Part], lists(PART)),
    "dict of models": (dict[str, Part], dicts(PART)),
    "bytes": (bytes, as_text(st.text("aé"), str).map(lambda pair: (pair[0].encode(), pair[1]))),
}
CASES = [(flavour, name) for flavour in FLAVOURS for name in FIELDS] + [("model", name) for name in OF_MODELS]

DEFAULTS: dict[str, tuple[Any, Any]] = {
    "int": (int, 10),
    "float": (float, 1.0),
    "text": (str, ""),
    "optional": (int | None, 3),
    "none": (int | None, None),
    "enum": (Color, Color.BLUE),
    "enum of ints": (Level, Level.HIGH),
    "timedelta": (timedelta, timedelta(minutes=5)),
    "datetime": (datetime, datetime(2026, 1, 1, tzinfo=timezone.utc)),
    "date": (date, date(2024, 2, 29)),
    "list": (list[int], [1]),
    "dict": (dict[str, float], {"a": 1.0}),
    "dataclass": (Point, Point(7)),
    "optional dataclass": (Point | None, None),
    "tuple": (tuple[int, str], (1, "a")),
    "literal": (Literal["a", "b"], "b"),
}


@pytest.mark.parametrize(("flavour", "name"), CASES)
def test_a_field_is_packed_as_the_sdk_packs_it(flavour: str, name: str) -> None:
    kind, drawn = {**FIELDS, **OF_MODELS}[name]
    record = record_of(flavour, kind)

    @FEW
    @given(drawn[flavour] if isinstance(drawn, dict) else drawn)
    def check(value: Pair) -> None:
        native, written = value
        assert ours(record, {"f": written}) == theirs(record, record(f=native))

    check()


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("name", DEFAULTS)
def test_a_field_that_is_left_out_has_its_default_in_the_task(flavour: str, name: str) -> None:
    kind, default = DEFAULTS[name]
    record = record_of(flavour, kind, default)
    got = arrives(record, {})
    assert got == record()
    assert type(got.f) is type(default)


@pytest.mark.parametrize(
    ("written", "native"),
    [
        ({"corners": []}, Shape([])),
        ({"corners": [{"x": 1}], "center": {"x": 2, "y": 3}}, Shape([Point(1)], Point(2, 3.0))),
        ({"corners": [], "name": None, "color": "blue"}, Shape([], None, None, Color.BLUE)),
        ({"corners": [], "weights": {"a": 1}, "age": "60s"}, Shape([], age=timedelta(minutes=1), weights={"a": 1.0})),
        ({"corners": [], "pair": [2, "b"]}, Shape([], pair=(2, "b"))),
        ({"part": {}}, Model(part=Part())),
        (
            {"part": {"size": 9}, "parts": [{"size": 1}, {}], "ratio": 2},
            Model(part=Part(size=9), parts=[Part(size=1), Part()], ratio=2),
        ),
        ({"part": {}, "color": "RED", "level": "HIGH"}, Model(part=Part(), color=Color.RED, level=Level.HIGH)),
        (
            {"part": {}, "since": "2026-02-03T12:00", "every": "90m"},
            Model(part=Part(), since=NOON, every=timedelta(minutes=90)),
        ),
    ],
    ids=str,
)
def test_a_record_of_many_fields_arrives_whole(written: Any, native: Any) -> None:
    assert arrives(type(native), written) == native


def record_of(flavour: str, kind: Any, default: Any = ...) -> Any:
    """A class with one field of this type."""
    if flavour == "model":
        return create_model("Thing", f=(kind, default))
    field = dataclasses.field() if default is ... else dataclasses.field(default_factory=lambda: default)
    return dataclasses.make_dataclass("Thing", [("f", kind, field)])
