"""What a manifest writes as an input, what the SDK is given for it, and the literals that both make of it.

Messages are compared byte for byte, but for what is packed into them (dataclasses, models, dicts): the SDK leaves the
order of its keys to chance, so what is packed is packed anew with its keys in order.
"""

from __future__ import annotations

import asyncio
import inspect
import warnings
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import msgpack
from flyte._internal.runtime.convert import convert_from_native_to_inputs, convert_upload_default_inputs
from flyte._internal.runtime.types_serde import transform_native_to_typed_interface
from flyte.models import NativeInterface
from flyte.types import TypeEngine
from flyteidl2.core.literals_pb2 import Literal
from flyteidl2.task.common_pb2 import Inputs
from flyteidl2.task.task_definition_pb2 import TaskSpec
from hypothesis import strategies as st

from flyteplan.errors import Position, Problem
from flyteplan.inputs import Given, literals
from flyteplan.model.duration import show
from flyteplan.model.settings import Setting, Settings
from flyteplan.model.task import TaskName, TaskVersion, Template
from flyteplan.pipeline.breaks import breaks

with warnings.catch_warnings():  # pydantic's, about how the SDK spells it
    warnings.simplefilter("ignore")
    import flyte.io

File = flyte.io.File
Dir = flyte.io.Dir
DataFrame = flyte.io.DataFrame
AT = Position("m.yaml", 3, 5)
# (what the SDK is given, what a manifest writes)
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


CHARACTERS = st.characters(exclude_categories=["Cs"])
KEYS = st.text(CHARACTERS, max_size=5)
INT = same(st.integers(-(2**63), 2**63 - 1))
# A manifest has neither .inf nor .nan, and a JSON Schema knows none.
FLOAT = same(st.floats(allow_nan=False, allow_infinity=False))
TEXT = same(st.text(CHARACTERS))
BOOL = same(st.booleans())
NONE = same(st.none())
UTC = as_text(st.datetimes(timezones=st.just(timezone.utc)), datetime.isoformat)
NAIVE = as_text(st.datetimes(), lambda value: value.isoformat(" "))
MINUTES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSIDE = st.datetimes().filter(lambda value: 1 < value.year < 9999)
ZONED = as_text(st.builds(lambda value, zone: value.replace(tzinfo=zone), INSIDE, MINUTES), datetime.isoformat)
DAY = as_text(st.dates(), date.isoformat)
# A duration of the protocol has at most 315,576,000,000 seconds; a timedelta may have more.
LONGEST = timedelta(seconds=315_576_000_000)
SPAN = as_text(st.timedeltas(-LONGEST, LONGEST), microseconds)
URI = "s3://bucket/a path/x"
SCHEMES = st.sampled_from(["s3", "gs", "abfs", "https"])
URIS = st.builds("{}://{}".format, SCHEMES, st.text("aé /.?=", min_size=1))
FILE = as_text(URIS.map(File.from_existing_remote), lambda value: value.path)
DIR = as_text(URIS.map(Dir.from_existing_remote), lambda value: value.path)
FRAME = as_text(URIS.map(DataFrame.from_existing_remote), lambda value: value.uri)
JSON = same(
    st.dictionaries(
        KEYS,
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**63), 2**64 - 1)
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(CHARACTERS, max_size=3),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
            max_leaves=5,
        ),
        max_size=3,
    )
)


def lists(values: Values) -> Values:
    return st.lists(values, max_size=3).map(both)


def dicts(values: Values) -> Values:
    return st.dictionaries(KEYS, values, max_size=3).map(named)


def ours(kind: Any, written: Any) -> bytes:
    made = given(kind, written)
    assert made.problems == ()
    return normal(made.message)


def refused(kind: Any, written: Any) -> Problem:
    made = given(kind, written)
    (problem,) = made.problems
    assert made.message is None
    assert problem.position == AT
    return problem


def given(kind: Any, written: Any) -> Given:
    return literals(template(spec_of(kind)), given_as({"x": written}), breaks)


def theirs(kind: Any, native: Any) -> bytes:
    return normal(converted(kind, native))


def converted(kind: Any, native: Any) -> Inputs:
    return asyncio.run(convert_from_native_to_inputs(interface_of(kind), x=native)).proto_inputs


def arrives(kind: Any, written: Any) -> Any:
    """What the task gets of it, by the SDK that it runs with."""
    return asyncio.run(TypeEngine.to_python_value(Inputs.FromString(ours(kind, written)).literals[0].value, kind))


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
