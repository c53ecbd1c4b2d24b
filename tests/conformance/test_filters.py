"""The filters of lists, traps included."""

from __future__ import annotations

import pytest
from flyteidl2.common.list_pb2 import Filter
from tests.conformance.asking import Client, fails, spec_of, up, where


def test_filters_apply_before_the_newest_is_found(client: Client) -> None:
    client.deploy(version="v1")
    client.deploy(version="v1.0123456789.flyteplan")
    assert client.found() == ["task v1.0123456789.flyteplan"]
    assert client.found(where(Filter.NOT_ENDS_WITH, "version", ".flyteplan")) == ["task v1"]
    assert client.found(where(Filter.EQUAL, "version", "v1")) == ["task v1"]


def test_many_names_are_asked_for_at_once(client: Client) -> None:
    for short in ("a", "b", "c"):
        client.deploy(short)
    wanted = where(Filter.VALUE_IN, "name", client.name("a"), client.name("c"), client.name("none"))
    assert client.found(wanted) == ["a v1", "c v1"]


def test_one_name_in_a_list_is_more_than_the_server_can_take(client: Client) -> None:
    with fails("INTERNAL"):
        client.tasks(where(Filter.VALUE_IN, "name", client.name()))


@pytest.mark.parametrize("function", [Filter.EQUAL, Filter.NOT_EQUAL, Filter.GREATER_THAN])
def test_two_values_are_too_many_to_compare_with(client: Client, function: int) -> None:
    with fails("INTERNAL"):
        client.tasks(where(function, "name", "a", "b"))


def test_all_filters_must_pass(client: Client) -> None:
    client.deploy("a", spec=spec_of(name="one"))
    client.deploy("b", spec=spec_of(name="two"))
    assert client.found(where(Filter.EQUAL, "environment", "two")) == ["b v1"]
    both = where(Filter.EQUAL, "environment", "two"), where(Filter.EQUAL, "name", client.name("a"))
    assert client.found(*both) == []


@pytest.mark.parametrize(
    ("function", "value", "expected"),
    [
        (Filter.EQUAL, "b", "b"),
        (Filter.NOT_EQUAL, "b", "a c"),
        (Filter.GREATER_THAN, "b", "c"),
        (Filter.GREATER_THAN_OR_EQUAL, "b", "b c"),
        (Filter.LESS_THAN, "b", "a"),
        (Filter.LESS_THAN_OR_EQUAL, "b", "a b"),
        (Filter.CONTAINS, "b", "b"),
        (Filter.ENDS_WITH, "b", "b"),
        (Filter.NOT_ENDS_WITH, "b", "a c"),
        (Filter.CONTAINS, "B", ""),
        (Filter.CONTAINS_CASE_INSENSITIVE, "B", "b"),
    ],
)
def test_functions(client: Client, function: int, value: str, expected: str) -> None:
    for letter in "abc":
        client.deploy(letter, version=letter)
    assert client.found(where(function, "version", value)) == [f"{one} {one}" for one in expected.split()]


@pytest.mark.parametrize("function", [Filter.VALUE_NOT_IN, Filter.EXISTS, Filter.NOT_EXISTS])
def test_functions_that_the_server_does_not_have(client: Client, function: int) -> None:
    with fails("INVALID_ARGUMENT"):
        client.tasks(where(function, "name", "a"))


def test_a_filter_needs_a_value(client: Client) -> None:
    with fails("INVALID_ARGUMENT"):
        client.tasks(where(Filter.EQUAL, "name"))


@pytest.mark.parametrize("field", ["", "org", "short_name", "task_spec", "Name", "name; --"])
def test_columns_that_can_not_be_asked_for(client: Client, field: str) -> None:
    with fails("INVALID_ARGUMENT"):
        client.tasks(where(Filter.EQUAL, field, "a"))


@pytest.mark.parametrize("field", ["org", "short_name", "name; --"])
def test_columns_that_can_not_be_sorted_by(client: Client, field: str) -> None:
    with fails("INVALID_ARGUMENT"):
        client.tasks(sort_by_fields=[up(field)])


@pytest.mark.parametrize(
    "field",
    [
        "project",
        "domain",
        "name",
        "version",
        "environment",
        "function_name",
        "deployed_by",
        "created_at",
        "updated_at",
        "trigger_name",
        "total_triggers",
        "active_triggers",
        "env_description",
        "short_description",
    ],
)
def test_columns_that_can_be_sorted_by(client: Client, field: str) -> None:
    client.deploy()
    assert client.found(sort_by_fields=[up(field)]) == ["task v1"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("a_b", "a_b axb"), ("a%b", "a_b axb axxb"), ("a\\_b", "a_b"), ("[a]_b", ""), ("a?b", ""), ("*b", "")],
)
def test_what_is_looked_for_is_a_pattern(client: Client, pattern: str, expected: str) -> None:
    for short in ("a_b", "axb", "axxb"):
        client.deploy(short, version=short.replace("_", ""))
    assert client.found(where(Filter.ENDS_WITH, "name", f".{pattern}")) == [
        f"{short} {short.replace('_', '')}" for short in expected.split()
    ]


def test_a_pattern_can_not_end_in_the_middle_of_an_escape(client: Client) -> None:
    client.deploy()
    with fails("INTERNAL"):
        client.tasks(where(Filter.ENDS_WITH, "name", "task\\"))


def test_what_was_never_described_differs_from_nothing(client: Client) -> None:
    client.deploy("described", spec=spec_of(description="some"))
    client.deploy("not")
    assert client.found(where(Filter.NOT_EQUAL, "env_description", "other")) == ["described v1"]


def test_times_are_compared_as_times(client: Client) -> None:
    client.deploy()
    assert client.found(where(Filter.GREATER_THAN, "created_at", "2020-01-01T00:00:00Z")) == ["task v1"]
    assert client.found(where(Filter.LESS_THAN, "created_at", "2020-01-01T00:00:00Z")) == []
    with fails("INTERNAL"):
        client.tasks(where(Filter.GREATER_THAN, "created_at", "yesterday?"))


def test_numbers_are_compared_as_numbers(client: Client) -> None:
    client.deploy()
    assert client.found(where(Filter.LESS_THAN, "total_triggers", "10")) == ["task v1"]
    with fails("INTERNAL"):
        client.tasks(where(Filter.EQUAL, "total_triggers", "none"))


def test_raw_filters_are_not_looked_at(client: Client) -> None:
    client.deploy()
    assert client.found(raw_filters=["eq(name,none)"]) == ["task v1"]
