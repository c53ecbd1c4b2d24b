from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from flyteplan.load import load
from flyteplan.model.document import Document
from flyteplan.model.yamltext import scalar

# Not what YAML can hold in no form: halves of surrogate pairs.
TEXTS = st.text(st.characters(codec="utf-8"))
AWKWARD = st.from_regex(r"[-+.0-9_:eExobni~yntf{}\[\]#&*!|>'\"%@ ,?Kim]{1,8}", fullmatch=True)


@given(st.one_of(TEXTS, AWKWARD))
@example("1e3")
@example("0o17")
@example("12:30:45")
@example("2001-12-14")
@example("=")
@example("<<")
@example("\N{GRINNING FACE}\u2028\ufeff\x85\x00\N{RIGHT-TO-LEFT OVERRIDE}")
def test_every_reader_takes_it_for_the_same_string(text: str) -> None:
    written = f"{scalar(text)}: [{scalar(text)}, {scalar(text)}]\n"
    (found,) = load(written.encode(), "x.yaml")
    assert isinstance(found, Document)
    assert found.value == {text: [text, text]}
    assert yaml.safe_load(written) == {text: [text, text]}


@pytest.mark.parametrize("text", ["v1", "etl.clean", "a/b-c_d", "4Gi", "500m", "1h30m", "7d", "1.5Gi", "_x"])
def test_what_is_safe_is_left_plain(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize("text", ["yes", "Null", "1", "1.5", "A100:2", "", "-", "a b", "1E", "a: b", "1_000", "0x1F"])
def test_what_is_not_is_quoted(text: str) -> None:
    assert scalar(text) == f'"{text}"'
