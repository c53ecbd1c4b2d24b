"""Laws of the JSON: written in parts, by whatever processes and library, a plan has the bytes that it has at once."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.property.test_text_parts_laws import whole

from flyteplan.model.plan import Plan
from flyteplan.plan.document import document
from flyteplan.render import jsontext as module
from flyteplan.render.jsontext import jsontext, jsontexts
from flyteplan.workspace.plantext import joined, written

MANY = 60
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(1e-7, 1e-3),  # where spellings change from digits to an exponent
    st.text(st.characters(codec=None)),
    st.sampled_from(["\x7f", "\x85", "\u202e", "\ud800", "\x1b", "\\", '"', "a\nb", "1e16,\n"]),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=20
)
DOCUMENTS = st.dictionaries(st.text(), VALUES, max_size=4)


@given(made=whole(), readers=st.booleans(), saved=st.booleans())
def test_parts_are_joined_to_the_same_text(made: tuple[Plan, list[Plan]], readers: Any, saved: Any) -> None:
    plan, parts = made
    told = [written(one, str, readers=readers, saved=saved) for one in parts]
    for place, (settings, wanted) in enumerate(((False, readers), (True, saved))):
        found = [one for pair in told if (one := pair[place])]
        assert len(found) == (len(parts) if wanted else 0)
        if wanted:
            text = b"".join(joined(replace(plan, changes=()), found)).decode()
            assert text == jsontext(document(plan, desired=str, settings=settings))


@given(made=whole())
def test_a_spec_is_written_once_for_readers_and_to_be_saved(made: tuple[Plan, list[Plan]]) -> None:
    seen: list[Any] = []
    written(made[0], seen.append, readers=True, saved=True)
    assert len(seen) == sum(change.desired is not None for change in made[0].changes)


@example({"a": [1e16, 1e-7, 1e22, 5e-324, -0.0, 2**64, 2**63, {}, [], ""]})
@example({"a": 6.1e-05, "b": [1e-05, -9.9e-05, 1e-04]})
@example({"\ud800": "\udfff"})
@given(DOCUMENTS)
def test_many_documents_are_written_as_one_is(value: dict[str, Any]) -> None:
    assert list(jsontexts([value] * MANY)) == [jsontext(value)] * MANY


def test_where_the_fast_library_is_missing_the_other_writes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"b": [1, 2.5, None], "a": {"\u202e": "x\x7f"}}
    fast = list(jsontexts([value] * MANY))
    monkeypatch.setitem(sys.modules, "orjson", None)
    assert module._fast() is jsontext
    assert list(jsontexts([value] * MANY)) == fast
    assert json.loads(fast[0]) == value
