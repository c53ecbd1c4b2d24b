"""Where parts of a document stand: asked for one by one or all at once, and past what is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from flyteplan.load import load
from flyteplan.model.document import Document, Locator, Pointer

STEPS = st.sampled_from(["a", "b", "0"]) | st.integers(0, 2)
VALUES = st.recursive(
    st.none() | st.integers(0, 9),
    lambda inner: st.dictionaries(st.sampled_from(["a", "b", "0"]), inner) | st.lists(inner, max_size=3),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(st.sampled_from(["a", "b", "0"]), VALUES, min_size=1)
POINTERS = st.lists(st.lists(STEPS, max_size=5).map(tuple))


def locator(value: Any) -> Locator:
    """Each of its places is another one: every item has a line of its own."""
    (document,) = load(json.dumps(value, indent=1).encode(), "f.yaml")
    assert isinstance(document, Document)
    return document.locator


def inside(value: Any, pointer: Pointer = ()) -> Iterator[Pointer]:
    yield pointer
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield from inside(item, (*pointer, step))


@example({"a": {"b": 1}, "b": 2}, [("a", "b"), ("a", "0", "b"), ("a", "b", "b"), (), ("b",)])
@given(DOCUMENTS, POINTERS)
def test_many_places_are_those_of_each(value: Any, more: list[Pointer]) -> None:
    pointers = [*inside(value), *more]
    assert locator(value).keys(pointers) == [locator(value).key(pointer) for pointer in pointers]


@given(DOCUMENTS, POINTERS)
def test_past_what_is_there_the_deepest_part_is_told(value: Any, asked: list[Pointer]) -> None:
    there, places = set(inside(value)), locator(value)
    for pointer in asked:
        deepest = max((pointer[:end] for end in range(len(pointer) + 1) if pointer[:end] in there), key=len)
        assert places.key(pointer) == places.key(deepest)
        assert places.value(pointer) == places.value(deepest)


@given(DOCUMENTS)
def test_no_two_keys_stand_at_one_place(value: Any) -> None:
    pointers = [pointer for pointer in inside(value) if pointer]
    assert len(set(locator(value).keys(pointers))) == len(pointers)
