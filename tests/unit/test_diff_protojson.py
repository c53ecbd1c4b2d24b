"""Messages that only a server can have: proto3 JSON refuses to say them."""

from __future__ import annotations

import json

import pytest
from flyteidl2.task.task_definition_pb2 import TaskSpec
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict, SerializeToJsonError
from google.protobuf.struct_pb2 import NULL_VALUE
from google.protobuf.timestamp_pb2 import Timestamp

from flyteplan.diff.protojson import as_json

NO_NUMBERS = ("NaN", "Infinity", "-Infinity")
TEN_THOUSAND_YEARS = 315_576_000_000


def of_all_kinds() -> TaskSpec:
    """One value of each kind, which is said as it would be without the odd one."""
    spec = TaskSpec()
    template = spec.task_template
    template.config.update({"b": "2", "a": "1"})
    template.metadata.retries.backoff.factor = float("inf")
    template.metadata.cache_ignore_input_vars.extend(["x", "y"])
    template.custom.fields["none"].null_value = NULL_VALUE
    template.custom.fields["yes"].bool_value = True
    template.custom.fields["items"].list_value.values.add().struct_value.fields["n"].number_value = 1
    template.container.args.append("run")
    template.container.resources.requests.add(name="CPU", value="1")
    default = spec.default_inputs.add(name="size").parameter.default.scalar.primitive
    default.integer = 2**60
    return spec


def test_what_proto3_json_can_say_it_says() -> None:
    spec = of_all_kinds()
    assert as_json(spec) == MessageToDict(spec, preserving_proto_field_name=True)


@pytest.mark.parametrize("word", NO_NUMBERS)
def test_a_number_deep_in_a_struct(word: str) -> None:
    spec = of_all_kinds()
    told = as_json(spec)
    deep = spec.task_template.custom.fields["deep"].list_value.values.add().struct_value.fields
    deep["x"].number_value, deep["y"].number_value = float(word), 1.5
    told["task_template"]["custom"]["deep"] = [{"x": word, "y": 1.5}]
    before = spec.SerializeToString(deterministic=True)
    assert as_json(spec) == told
    assert spec.SerializeToString(deterministic=True) == before


@pytest.mark.parametrize("seconds", [TEN_THOUSAND_YEARS + 1, -TEN_THOUSAND_YEARS - 1, 2**62])
def test_a_duration_that_is_too_long_for_a_text(seconds: int) -> None:
    spec = of_all_kinds()
    told = as_json(spec)
    spec.task_template.metadata.timeout.seconds = seconds
    told["task_template"]["metadata"]["timeout"] = {"seconds": str(seconds)}
    assert json.loads(json.dumps(as_json(spec), allow_nan=False)) == told


def test_a_duration_of_two_signs() -> None:
    spec = TaskSpec()
    spec.task_template.metadata.timeout.CopyFrom(Duration(seconds=1, nanos=-1))
    assert as_json(spec) == {"task_template": {"metadata": {"timeout": {"seconds": "1", "nanos": -1}}}}


def test_a_moment_that_no_calendar_has() -> None:
    spec = of_all_kinds()
    primitive = spec.default_inputs.add(name="at").parameter.default.scalar.primitive
    primitive.datetime.CopyFrom(Timestamp(seconds=2**60))
    with pytest.raises(SerializeToJsonError):
        MessageToDict(spec)
    at = as_json(spec)["default_inputs"][1]
    assert at["parameter"]["default"]["scalar"]["primitive"] == {"datetime": {"seconds": str(2**60)}}
