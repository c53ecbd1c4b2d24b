from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyteplan.errors import CODES, Problem
from flyteplan.load import MAXIMUM_BYTES, load
from flyteplan.model.document import Document, Value


def read(text: str | bytes, path: str = "f.yaml") -> list[Document | Problem]:
    return list(load(text.encode() if isinstance(text, str) else text, path))


def values(text: str | bytes, path: str = "f.yaml") -> list[Value]:
    documents = read(text, path)
    assert all(isinstance(document, Document) for document in documents), documents
    return [document.value for document in documents if isinstance(document, Document)]


def value(text: str | bytes, path: str = "f.yaml") -> Any:
    (only,) = values(text, path)
    return only


def problems(text: str | bytes, path: str = "f.yaml") -> list[Problem]:
    return [found for found in read(text, path) if isinstance(found, Problem)]


def places(text: str | bytes, path: str = "f.yaml") -> list[str]:
    """`code line:column` of every problem."""
    return [f"{p.code} {p.position.line}:{p.position.column}" for p in problems(text, path)]


# What scalars mean


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_null(text: str) -> None:
    assert value(f"a: {text}\n") == {"a": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False)],
)
def test_booleans(text: str, expected: bool) -> None:
    assert value(f"- {text}") == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("-0", 0),
        ("+12", 12),
        ("0o17", 15),
        ("0xFf", 255),
        ("18446744073709551615", 2**64 - 1),
        ("-9223372036854775808", -(2**63)),
        ("0.5", 0.5),
        (".5", 0.5),
        ("-1.", -1.0),
        ("1e3", 1000.0),
        ("0e0", 0.0),
        ("1.5E-3", 0.0015),
    ],
)
def test_numbers(text: str, expected: float) -> None:
    read_value = value(f"a: {text}")["a"]
    assert (read_value, type(read_value)) == (expected, type(expected))


STRINGS = """
    yes no on off y N NO tRUE nULL none 1:30 12:30:45 2024-01-01 1_000 0b11 0o8 -0x1F 8Gi 10s 1.2.3 1e + .. = inf nan
    .infinity <<< <<x
"""


@pytest.mark.parametrize("text", STRINGS.split())
def test_all_else_is_a_string(text: str) -> None:
    assert value(f"a: {text}") == {"a": text}
    assert value(f"[{text}]") == [text]


@pytest.mark.parametrize("text", ["1", "true", "null", "~", "", "007", "<<", ".inf"])
def test_a_quoted_scalar_is_a_string_as_value_and_as_key(text: str) -> None:
    assert value(f"'{text}': \"{text}\"") == {text: text}


def test_values_have_exact_types() -> None:
    found = value("a: [1, 1.5, x, true, null, {b: c}]")
    assert type(found) is dict
    assert [type(item) for item in found["a"]] == [int, float, str, bool, type(None), dict]


@pytest.mark.parametrize(
    "text",
    ["007", "-01", "00", "08", "00.5", "01e3", ".inf", "-.INF", ".NaN", "1e999", "-1e999", "18446744073709551616"],
)
def test_a_number_that_is_none(text: str) -> None:
    assert places(f"a:\n  - {text}") == ["FP1007 2:5"]
    assert places(f"{text}: x") == ["FP1007 1:1"]


def test_a_number_of_a_million_digits_is_refused_at_once() -> None:
    assert places("a: " + "9" * 10**6) == ["FP1007 1:4"]


# Tags


def test_tags_of_the_core_schema() -> None:
    found = value("!!map {a: !!str 1, b: !!int '1', c: !!float 1, d: !!bool 'true', e: !!null '', f: !!seq [!!str ~]}")
    assert found == {"a": "1", "b": 1, "c": 1.0, "d": True, "e": None, "f": ["~"]}
    assert type(found["c"]) is float
    assert value("!<tag:yaml.org,2002:str> 1") == "1"


def test_a_tag_makes_a_key_a_string() -> None:
    assert value("!!str 1: a\n!!str <<: b") == {"1": "a", "<<": "b"}


@pytest.mark.parametrize(
    "tagged",
    ["!foo x", "!foo [x]", "!!python/object:x {}", "!!timestamp 2024-01-01", "!!binary aGk=", "!!set {a}", "!!omap []"],
)
def test_other_tags_are_refused(tagged: str) -> None:
    (problem,) = problems(f"a: {tagged}")
    assert (problem.code, problem.position.column) == ("FP1008", 4)
    assert f"the tag {tagged.split(maxsplit=1)[0]} is not" in problem.message


@pytest.mark.parametrize("tagged", ["!!int x", "!!int 1.5", "!!bool 1", "!!null x", "!!map [x]", "!!seq x", "!!str {}"])
def test_a_tag_must_fit_its_value(tagged: str) -> None:
    (problem,) = problems(f"a: {tagged}")
    assert problem.code == "FP1008"
    assert f"the tag {tagged.split(maxsplit=1)[0]} does not fit" in problem.message


# Keys


def test_a_duplicate_key_says_where_the_first_stands() -> None:
    (problem,) = problems("a:\n  b: 1\n  c: 2\n  'b': 3\n")
    assert str(problem.position) == "f.yaml:4:3"
    assert problem.code == "FP1004"
    assert "first at 2:3" in problem.message


def test_a_duplicate_key_shows_no_value_that_is_written_into_it() -> None:
    (problem,) = problems("{DB_PASSWORD=hunter2, DB_PASSWORD=hunter2}")
    assert problem.message.startswith('the key "DB_PASSWORD=..." stands twice')


def test_every_repetition_of_a_key_is_reported() -> None:
    assert places("{a: 1, a: 2, b: 3, a: 4, b: 5}") == ["FP1004 1:8", "FP1004 1:20", "FP1004 1:26"]


@pytest.mark.parametrize("key", ["1", "1.5", "true", "null", "~", "? [a]\n", "[a]", "{a: b}", "!!int '1'"])
def test_a_key_that_is_no_string(key: str) -> None:
    (problem,) = problems(f"x: y\n{key}: z")
    assert problem.code == "FP1005"
    assert problem.position.line == 2
    assert problem.hint


def test_an_integer_and_its_text_are_not_the_same_key() -> None:
    assert places("1: a\n'1': b") == ["FP1005 1:1"]


def test_a_template_placeholder_is_a_complex_key_with_a_mend() -> None:
    (problem,) = problems("a: {{ x }}")
    assert (problem.code, problem.position.column) == ("FP1005", 5)
    assert "quote" in problem.hint


def test_a_merge_key_is_refused() -> None:
    assert places("a: &x {k: 1}\nb:\n  <<: *x\n  l: 2") == ["FP1006 3:3"]


def test_all_problems_of_a_document_come_sorted_and_the_next_document_is_read() -> None:
    found = read("a: 007\na: !foo [1e999]\n1: x\n---\nb: 1\n")
    assert [p.code for p in found if isinstance(p, Problem)] == ["FP1007", "FP1004", "FP1008", "FP1007", "FP1005"]
    assert isinstance(found[-1], Document)
    assert found[-1].value == {"b": 1}


# Documents


@pytest.mark.parametrize("text", ["", "\n \n", "# only\n# comments", "---\n", "---\n# x\n---\n...\n", "\ufeff"])
def test_nothing_in_it(text: str) -> None:
    assert read(text) == []


def test_empty_documents_are_skipped_but_null_is_not() -> None:
    assert values("---\n---\na: 1\n---\n---\nnull\n---\n''\n") == [{"a": 1}, None, ""]


def test_documents_come_before_the_syntax_error_that_ends_the_file() -> None:
    first, second = read("a: 1\n---\nb: [1\n---\nc: 1\n")
    assert isinstance(first, Document)
    assert isinstance(second, Problem)
    assert (second.code, second.position.line) == ("FP1003", 4)


# Bytes


def test_a_byte_order_mark_does_not_move_columns() -> None:
    assert value("\ufeffa: 1") == {"a": 1}
    assert places("\ufeffa: 007") == ["FP1007 1:4"]
    assert places("\ufeffé: \x01") == ["FP1003 1:4"]


def test_not_utf8() -> None:
    (problem,) = problems(b"\xef\xbb\xbfa: 1\r\nb: \xc3\xa9\xff")
    assert (problem.code, str(problem.position)) == ("FP1002", "f.yaml:2:5")
    assert "0xFF" in problem.message


@pytest.mark.parametrize(("encoding", "name"), [("utf-16", "UTF-16"), ("utf-32", "UTF-32")])
def test_another_encoding_is_said_by_name(encoding: str, name: str) -> None:
    (problem,) = problems("a: 1".encode(encoding))
    assert (problem.code, str(problem.position)) == ("FP1002", "f.yaml:1:1")
    assert name in problem.message


def test_utf16_without_a_mark_is_suspected() -> None:
    (problem,) = problems("a: 1".encode("utf-16-le"))
    assert (problem.code, problem.position.column) == ("FP1003", 2)
    assert "UTF-16" in problem.hint


def test_a_file_that_is_too_large_is_not_parsed() -> None:
    assert places(b"[" * (MAXIMUM_BYTES + 1)) == ["FP1011 0:0"]


def test_a_control_character_far_into_a_file() -> None:
    assert places("é: x\r\n" * 20_000 + "b: 😀\x07")[-1] == "FP1003 20001:5"


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029"])
def test_a_line_separator_can_not_smuggle_a_key_out_of_a_comment(character: str) -> None:
    assert places(f"é: 1\n# x{character}b: 2\n") == ["FP1003 2:4"]
    assert value(f'"\\u{ord(character):04x}"') == character


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_for_every_line_end(end: str) -> None:
    assert places(f"a: 1{end}{end}b: 007{end}") == ["FP1007 3:4"]
    assert places(f"a: 1{end}b: @x") == ["FP1003 2:4"]


def test_yaml_directives() -> None:
    assert value("%YAML 1.2\n---\na: '%YAML 1.1'") == {"a": "%YAML 1.1"}
    assert places("a: 1\n...\n%YAML 1.1\n---\nb: 1") == ["FP1003 3:1"]


# JSON


def test_json_with_tabs_and_escapes() -> None:
    text = '\n\t{\n\t\t"a\\/b": "\\uD83D\\uDE00\\\\uD83D\\u00e9",\n\t\t"c":\t[1e3, true]\n\t}\n\t'
    assert value(text, "f.JSON") == {"a/b": "😀\\uD83Dé", "c": [1000.0, True]}


def test_joining_surrogates_keeps_positions_on_other_lines() -> None:
    assert places('{"a": "\\uD83D\\uDE00",\n\t"b": 007}', "f.json") == ["FP1007 2:7"]
    assert places('{"a": "\\uD83D"}', "f.json") == ["FP1003 1:10"]


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    # JSON writes DEL and the C1 controls as they are, which YAML refuses.
    | st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\u2028\u2029")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(string.printable, max_size=9), inner),
    max_leaves=20,
)


@given(_JSON, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_json_means_what_it_means_to_a_json_parser(data: Any, ascii_only: bool, indent: int | str | None) -> None:
    text = json.dumps(data, ensure_ascii=ascii_only, indent=indent)
    assert json.dumps(value(text, "f.json")) == json.dumps(json.loads(text))


def test_every_problem_has_a_known_code_and_a_mend() -> None:
    text = "a: 007\na: !foo x\n1: {<<: &a [*a]}\n[x]: 1\n---\n" + "[" * 101 + "]" * 101
    found = problems(text)
    assert {p.code for p in found} == {"FP1004", "FP1005", "FP1006", "FP1007", "FP1008", "FP1009", "FP1010"}
    assert all(p.code in CODES and p.hint for p in found)
