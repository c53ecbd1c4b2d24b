"""The free-form parts of a template, where what changes is of another shape than what was."""

from __future__ import annotations

from typing import Any

import pytest
from flyteidl2.task.task_definition_pb2 import TaskSpec

from flyteplan.diff import differences, digest


def spec(custom: dict[str, Any]) -> TaskSpec:
    made = TaskSpec()
    made.task_template.custom.update(custom)
    return made


TWICE = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]


@pytest.mark.parametrize(
    ("live", "desired", "expected"),
    [
        ({"a": 1}, {"b": 2, "c": 3}, {"custom.a": (1, None), "custom.b": (None, 2), "custom.c": (None, 3)}),
        ({"a": 1}, {"a": {"b": 2}}, {"custom.a": (1, None), "custom.a.b": (None, 2)}),
        ({"a": {}}, {"a": {"b": 2}}, {"custom.a.b": (None, 2)}),
        ({"e": TWICE}, {"e": TWICE[:1]}, {"custom.e": (TWICE, None), "custom.e[A].value": (None, "1")}),
        ({"a": 1}, {"a": True}, {"custom.a": (1, True)}),
        ({"a": [1]}, {"a": [True]}, {"custom.a": ([1], [True])}),
        ({"a": [{"__mode": "x"}]}, {"a": [{"__mode": "y"}]}, {"custom.a": ([{"__mode": "x"}], [{"__mode": "y"}])}),
        ({"a": 0}, {"a": -0.0}, {"custom.a": (0, -0.0)}),
    ],
    ids=[
        *("nothing in common", "scalar to mapping", "empty to mapping", "list without names to list of names"),
        *("one and true", "one and true in a list", "private words", "zero and minus zero"),
    ],
)
def test_all_that_changes_is_told(
    live: dict[str, Any], desired: dict[str, Any], expected: dict[str, tuple[Any, Any]]
) -> None:
    before, after = spec(live), spec(desired)
    assert {d.path: (d.live, d.desired) for d in differences(before, before, after)} == expected


def test_the_keys_of_a_leaf_are_sorted_whatever_order_protobuf_has() -> None:
    keys = [f"k{number}" for number in range(20)]
    (told,) = differences(spec({"z": 1}), spec({"z": 1}), spec({"z": 1, "a": [dict.fromkeys(keys, 1)]}))
    assert list(told.desired[0]) == sorted(keys)


def test_a_template_without_an_id_has_a_digest_of_its_own() -> None:
    bare, empty = TaskSpec(), TaskSpec()
    empty.task_template.id.SetInParent()
    assert digest(bare) != digest(empty)
    assert differences(bare, bare, empty) != ()


def test_what_is_unknown_in_a_value_that_changes_is_told_by_its_bytes() -> None:
    before, after = spec({"a": 1}), spec({"a": 1})
    for made in (before, after):
        made.task_template.metadata.SetInParent()
    after.task_template.metadata.timeout.seconds = 90
    after.task_template.metadata.timeout.MergeFromString(b"\xa8\x46\x07")
    told = {difference.path: difference.desired for difference in differences(before, before, after)}
    assert told["timeout.max_runtime"] == {"value": "1m30s", "serialized": "085aa84607"}


def test_what_no_leaf_tells_apart_is_told_by_the_bytes() -> None:
    before, after = spec({"a": 1}), spec({"a": 1})
    after.task_template.custom.fields["a"].MergeFromString(b"\xa8\x46\x07")
    (told,) = differences(before, before, after)
    assert told.path == "custom.(serialized)"
    assert told.live != told.desired


def test_a_number_that_json_does_not_have_is_told_by_its_bytes() -> None:
    before, after = TaskSpec(), TaskSpec()
    for made, value in ((before, 1.0), (after, float("nan"))):
        parameter = made.default_inputs.add(name="x").parameter
        parameter.default.scalar.generic.update({"x": value})
    (told,) = differences(before, before, after)
    assert set(told.desired) == {"serialized"}
