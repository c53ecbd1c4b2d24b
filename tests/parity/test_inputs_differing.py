"""The table of what is refused, and of what a manifest makes otherwise than the SDK, on purpose.

Every row says what both sides do, so that it fails when either of them changes its mind.
"""

from __future__ import annotations

import dataclasses
import typing
from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal

import pytest
from flyteidl2.task.common_pb2 import Inputs
from pydantic import BaseModel, Field
from tests.parity.converting import URI, DataFrame, Dir, File, arrives, converted, given, ours, refused, theirs
from tests.parity.test_inputs import Color, Point


@dataclasses.dataclass
class Spot:
    x: int


@dataclasses.dataclass
class Source:
    data: File


@dataclasses.dataclass
class Blob:
    data: bytes


@dataclasses.dataclass
class Count:
    number: int


class Part(BaseModel):
    size: int = Field(default=3, ge=1, le=9)


class Circle(BaseModel):
    kind: Literal["circle"] = "circle"
    size: float = 1.0


class Square(BaseModel):
    kind: Literal["square"] = "square"
    size: float = 1.0


class Drawing(BaseModel):
    shape: Circle | Square = Field(discriminator="kind")


class Wait(BaseModel):
    span: timedelta


class Painted(BaseModel):
    color: Color | None = None


class Pair(typing.NamedTuple):
    size: int
    label: str = "a"


class Odd:
    """A class that the SDK does not know."""


def at(kind: Any, uri: str) -> Any:
    return kind.from_existing_remote(uri)


HOUR = timezone(timedelta(hours=2))
DAY = datetime(2026, 10, 1, tzinfo=timezone.utc)

# A manifest may write what the SDK refuses: type, what is written, what the SDK is given for the same literal.
KINDNESSES: list[tuple[Any, Any, Any]] = [
    (float, 1, 1.0),
    (float, 2**63, 2.0**63),
    (list[float], [1, 2.5], [1.0, 2.5]),
    (dict[str, float], {"a": 1}, {"a": 1.0}),
    (float | None, 1, 1.0),
    (datetime, "2026-10-01", DAY),
    (date, "2026-10-01", date(2026, 10, 1)),
    (datetime, "2026-10-01T10:00Z", DAY.replace(hour=10)),
    (datetime, "2026-10-01T10:00:00.5", DAY.replace(hour=10, microsecond=500_000)),
    (datetime, "2026-10-01 10:00:00+0200", DAY.replace(hour=10, tzinfo=HOUR)),
    (datetime, "2024-02-29t00:00:00z", datetime(2024, 2, 29, tzinfo=timezone.utc)),
    (datetime | None, "2026-10-01", DAY),
    (timedelta, 90, timedelta(seconds=90)),
    (timedelta, -90, timedelta(seconds=-90)),
    (timedelta, "-1h30m", timedelta(minutes=-90)),
    (timedelta, "-0.5s", timedelta(seconds=-0.5)),
    (dict[str, timedelta], {"a": "7d"}, {"a": timedelta(days=7)}),
    (File, URI, File.from_existing_remote(URI)),
    (Dir, URI, Dir.from_existing_remote(URI)),
    (DataFrame, URI, DataFrame.from_existing_remote(URI)),
    (list[File], [URI], [File.from_existing_remote(URI)]),
]
# What both refuse, and why a manifest is.
BOTH: list[tuple[Any, Any, str]] = [
    (int, "1", 'x must be an int, not "1"'),
    (int, 1.0, "x must be an int, not 1.0"),
    (int, True, "x must be an int, not true"),
    (int, None, "x must be an int, not null"),
    (int, 2**63, "x must be an int of 64 bits, not 9223372036854775808"),
    (int, -(2**63) - 1, "x must be an int of 64 bits, not -9223372036854775809"),
    (float, "1", 'x must be a float, not "1"'),
    (float, True, "x must be a float, not true"),
    (float, 10**400, "x must be a float, not 1000000000"),
    (str, 1, "x must be a str, not 1"),
    (bool, 1, "x must be a bool, not 1"),
    (bool, "yes", 'x must be a bool, not "yes"'),
    (type(None), 0, "x must be None, not 0"),
    (datetime, 20261001, "x must be a datetime, not 20261001"),
    (datetime, "2023-02-29", 'x must be a datetime, not "2023-02-29"'),
    (datetime, "2026-12-31T24:00:00Z", 'x must be a datetime, not "2026-12-31T24:00:00Z"'),
    (datetime, "2016-12-31T23:59:60Z", 'x must be a datetime, not "2016-12-31T23:59:60Z"'),
    (datetime, "0001-01-01T00:00:00+01:00", 'x must be a datetime, not "0001-01-01T00:00:00+01:00"'),
    (timedelta, 1.5, "x must be a timedelta, not 1.5"),
    (timedelta, True, "x must be a timedelta, not true"),
    (timedelta, "1h-30m", 'x must be a timedelta, not "1h-30m"'),
    (timedelta, "P1D", 'x must be a timedelta, not "P1D"'),
    (Color, "red", 'x must be "RED" or "BLUE", not "red"'),
    (list[int], 1, "x must be a list[int], not 1"),
    (list[int], [1, "a"], 'x[1] must be an int, not "a"'),
    (list[int], None, "x must be a list[int], not null"),
    (dict[str, int], [1], "x must be a dict[str, int], not [1]"),
    (dict[str, int], {"a": "b"}, 'x.a must be an int, not "b"'),
    (dict, [1], "x must be a dict, not [1]"),
    (dict, {"a": 2**64}, "x.a must be an int of 64 bits, not 18446744073709551616"),
    (int | None, "a", 'x must be an int or None, not "a"'),
    (list[int | None] | None, ["a"], 'x[0] must be an int or None, not "a"'),
    (Point, {"x": 1, "z": 1}, "x.z is no field of a Point"),
    (tuple[int, str], [1], "x lacks item_1"),
    (tuple[int, str], [1, "a", 2], "x.item_2 is no field of a TupleWrapper_tuple"),
    (Point, {"y": 1}, "x lacks x"),
    (Point, {"x": "a"}, 'x.x must be an int, not "a"'),
    (Point, 1, "x must be a Point, not 1"),
    (Part, {"size": 10}, "x.size must be at most 9, not 10"),
    (Part, {"size": "a"}, 'x.size must be an int, not "a"'),
    (Drawing, {"shape": {"size": 2.0}}, "x.shape lacks kind"),
    (File, 1, "x must be a File, not 1"),
    (list[int] | list[str], [], "x fits list[int] and list[str]: which one is meant can not be told"),
    (dict[str, int] | dict[str, str], {}, "x fits dict[str, int] and dict[str, str]: which one is meant"),
]
# What only a manifest is refused: type, what the SDK takes, what is written, code and message.
REFUSALS: list[tuple[Any, Any, Any, str, str]] = [
    (bytes, b"a", "a", "FP2205", "x is a pickle[<class 'bytes'>], which only Python can make"),
    (Any, "a", "a", "FP2205", "x is a pickle[typing.Any], which only Python can make"),
    (object, "a", "a", "FP2205", "x is a pickle"),
    (list, ["a"], ["a"], "FP2205", "x is a pickle[<class 'list'>], which only Python can make"),
    (tuple, ("a",), ["a"], "FP2205", "x is a pickle[<class 'tuple'>], which only Python can make"),
    (tuple[int, ...], (1,), [1], "FP2205", "x is a pickle[tuple[int, ...]], which only Python can make"),
    (set[int], {1}, [1], "FP2205", "x is a pickle[set[int]], which only Python can make"),
    (list[bytes], [b"a"], ["a"], "FP2205", "x[0] is a pickle[<class 'bytes'>], which only Python can make"),
    (dict[str, Any], {"a": 1}, {"a": 1}, "FP2205", "x.a is a pickle[typing.Any], which only Python can make"),
    (bytes | None, b"a", "a", "FP2205", "x is a pickle[<class 'bytes'>], which only Python can make"),
    (Odd, Odd(), "a", "FP2205", "x is a pickle[<class 'tests.parity.test_inputs_differing.Odd'>]"),
    (Blob, Blob(b"a"), {"data": "a"}, "FP2205", "x.data is bytes, which a manifest can not give"),
    (Part, {"colour": 1}, {"colour": 1}, "FP2203", "x.colour is no field of a Part"),
    (Part, {"size": "4"}, {"size": "4"}, "FP2203", 'x.size must be an int, not "4"'),
    (Count, Count(2**63), {"number": 2**63}, "FP2204", "x.number must be an int of 64 bits, not 9223372036854775808"),
    (Point | Spot, Spot(1), {"x": 1}, "FP2203", "x fits Point and Spot: which one is meant can not be told"),
    (Pair, Pair(1), {"size": 1}, "FP2203", "x lacks label"),
    (timedelta, timedelta(days=4_000_000), "4000000d", "FP2203", 'x must be a timedelta, not "4000000d"'),
    (File, at(File, "a.csv"), "a.csv", "FP2203", 'x must be the URI of a File, not "a.csv"'),
    (Dir, at(Dir, "C:/a"), "C:/a", "FP2203", 'x must be the URI of a Dir, not "C:/a"'),
    (File | Dir, at(Dir, URI), URI, "FP2203", "x fits File and Dir: which one is meant"),
    (timedelta | float, 5.0, 5, "FP2203", "x fits timedelta and float: which one is meant can not be told"),
]
# What becomes another literal, and is the same to the task: type, what is written, what the SDK is given.
OTHER_LITERALS: list[tuple[Any, Any, Any]] = [
    (dict[int, str], {"1": "a"}, {1: "a"}),
    (dict[str, dict[int, str]], {"a": {"1": "b"}}, {"a": {1: "b"}}),
    (Source, {"data": URI}, Source(File(path=URI))),
    (Point, {"x": 1}, Point(1)),
    (Wait, {"span": "PT300S"}, Wait(span=timedelta(minutes=5))),
]


@pytest.mark.parametrize(("kind", "written", "native"), KINDNESSES, ids=str)
def test_what_a_manifest_may_write_otherwise(kind: Any, written: Any, native: Any) -> None:
    assert ours(kind, written) == theirs(kind, native)
    with pytest.raises((TypeError, ValueError)):
        theirs(kind, written)


@pytest.mark.parametrize(("kind", "written", "message"), BOTH, ids=str)
def test_what_both_refuse(kind: Any, written: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError, OverflowError)):
        theirs(kind, written)
    problem = refused(kind, written)
    assert problem.message.startswith(f"env.task: {message}")
    assert problem.code in ("FP2203", "FP2204")


@pytest.mark.parametrize(("kind", "native", "written", "code", "message"), REFUSALS)
@pytest.mark.filterwarnings("ignore")
def test_what_only_a_manifest_may_not_write(kind: Any, native: Any, written: Any, code: str, message: str) -> None:
    assert len(converted(kind, native).literals) == 1
    problem = refused(kind, written)
    assert problem.message.startswith(f"env.task: {message}")
    assert problem.code == code


@pytest.mark.parametrize(("kind", "written", "native"), OTHER_LITERALS, ids=str)
def test_what_is_another_literal_and_the_same_to_the_task(kind: Any, written: Any, native: Any) -> None:
    assert arrives(kind, written) == native


def test_a_pickle_that_is_optional_can_be_none() -> None:
    assert ours(bytes | None, None) == theirs(bytes | None, None)


def test_a_text_is_a_text_before_it_is_the_name_of_an_enum() -> None:
    made = Inputs.FromString(ours(Color | str, "RED")).literals[0].value.scalar.union
    assert made.type.structure.tag == "str"
    assert ours(Color | str, "RED") == theirs(Color | str, "RED") != theirs(Color | str, Color.RED)


def test_a_mapping_is_a_dataclass_before_it_is_a_dict() -> None:
    assert ours(dict | Point, {"x": 1}) == theirs(dict | Point, Point(1))
    assert ours(dict | Point, {"a": 1}) == theirs(dict | Point, {"a": 1})


def test_more_than_a_microsecond_is_kept_where_the_protocol_can() -> None:
    made = given(datetime, "2026-01-01T00:00:00.123456789Z").message
    assert made is not None
    assert made.literals[0].value.scalar.primitive.datetime.nanos == 123_456_789
    assert arrives(datetime, "2026-01-01T00:00:00.123456789Z").microsecond == 123_456


def test_the_sdk_reads_no_names_of_an_enum_behind_a_bar() -> None:
    """Its schema tells names, its own literal has the value: what the schema tells is taken, and does not arrive."""
    assert ours(Painted, {"color": None}) == theirs(Painted, Painted())
    assert ours(Painted, {"color": "RED"}) != theirs(Painted, Painted(color=Color.RED))
    with pytest.raises(ValueError, match="Input should be 'red' or 'blue'"):
        arrives(Painted, {"color": "RED"})


def test_an_address_that_the_sdk_resolves_in_a_run_is_no_address_in_a_manifest() -> None:
    assert refused(File, "flyte://a/b").message == "env.task: x has a flyte:// address, which only the SDK resolves"
