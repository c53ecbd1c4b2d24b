from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyteplan.render.jsontext import jsontext
from flyteplan.render.magnitude import magnitude
from flyteplan.render.style import Span, ansi, columns, escaped, plain
from flyteplan.render.table import aligned
from flyteplan.render.values import pair, shortened, shortened_pair, shown


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "(unset)"),
        ("", '""'),
        ("DEBUG", "DEBUG"),
        ("a b", '"a b"'),
        ("(unset)", '"(unset)"'),
        ("a\nb\t\x1b", r'"a\nb\t\x1b"'),
        ("\\n", r'"\\n"'),
        (True, "true"),
        ({"a": [1, None, "x y"], "b": "1"}, '{a: [1, null, "x y"], b: "1"}'),
        (["--flag", "a,b"], '[--flag, "a,b"]'),
    ],
)
def test_a_value_reads_like_a_manifest(value: Any, expected: str) -> None:
    assert shown(value) == expected


def test_values_of_two_types_are_told_apart() -> None:
    assert pair(3, "3") == ("3", '"3"')


@given(
    st.text(alphabet="ab", max_size=60), st.text(alphabet="ab", max_size=60), st.integers(12, 30), st.integers(12, 30)
)
def test_shortened_values_fit_and_never_hide_that_they_differ(left: str, right: str, old: int, new: int) -> None:
    short = shortened_pair(left, right, (old, new))
    assert len(short[0]) <= old
    assert len(short[1]) <= new
    assert left == right or short[0] != short[1]


def test_the_middle_gives_way() -> None:
    assert shortened("abcdefghijklmnop", 9) == "abc...nop"


@pytest.mark.parametrize(
    ("path", "live", "desired", "expected"),
    [
        ("resources.requests.memory", "4Gi", "8Gi", ("+4Gi", "x2")),
        ("resources.limits.memory", "500M", "1G", ("+500M", "x2")),
        ("resources.requests.cpu", "1", "1500m", ("+500m", "x1.5")),
        ("resources.requests.gpu", "1", None, ("-1", "")),
        ("resources.limits.cpu", None, "2", ("", "")),
        ("resources.requests.cpu", 2, "1e400", ("", "")),
        ("timeout.max_runtime", 5, "10s", ("", "")),
        ("timeout.max_runtime", 0.5, None, ("", "")),
        ("resources.requests.cpu", "1000m", "1", ("(same value)", "")),
        ("resources.shm", "auto", "1Gi", ("", "")),
        ("retries.count", 3, 2, ("-1", "x0.667")),
        ("retries.backoff.factor", 2.0, 2.5, ("+0.5", "x1.25")),
        ("timeout.max_runtime", "1h", "1h30m", ("+30m", "x1.5")),
        ("cache.serialize", False, True, ("", "")),
        ("env_vars.N", "3", "5", ("", "")),
    ],
)
def test_what_can_be_measured_has_a_difference_and_a_ratio(
    path: str, live: Any, desired: Any, expected: tuple[str, str]
) -> None:
    assert magnitude(path, live, desired) == expected


@given(st.text())
def test_no_span_holds_what_a_terminal_acts_on(text: str) -> None:
    assert Span(text).text.isprintable()
    assert plain([(Span(text),)]).encode().count(b"\n") == 1


def test_escapes_have_the_shape_of_python() -> None:
    assert escaped("a\x1b\x9b\u202e\U000e0001\ud800\n") == r"a\x1b\x9b\u202e\U000e0001\ud800\n"


def test_colours_are_added_to_the_same_text() -> None:
    line = (Span("~ ", "change"), Span("name"), Span("", "dim"))
    assert ansi([line]) == "\x1b[33m~ \x1b[0mname\n"


def test_columns_are_aligned_by_what_a_terminal_shows() -> None:
    rows = [[Span("日本"), Span("1"), Span("")], [Span("a"), Span("22"), Span("")]]
    assert columns("日本e\u0301") == 5
    assert plain(aligned(rows, gaps=(0, 2, 2), right=(1,))) == "日本   1\na     22\n"


def test_json_keeps_the_order_of_keys_and_escapes_what_a_terminal_acts_on() -> None:
    assert jsontext({"b": "ä", "a": "\x1b\x9b\u202e\ud800"}) == (
        '{\n  "b": "ä",\n  "a": "\\u001b\\u009b\\u202e\\ud800"\n}\n'
    )


def test_what_is_sensitive_is_a_word_and_another_value_of_it_is_told() -> None:
    one, other = {"sensitive": "1"}, {"sensitive": "2"}
    assert pair(one, other) == ("(sensitive)", "(sensitive, changed)")
    assert pair(None, one) == ("(unset)", "(sensitive)")
    old, new = ([{"name": "A_TOKEN", "value": value}] for value in (one, other))
    assert pair(old, new) == (shown(old), f"{shown(old)} (sensitive, changed)")
    assert shown(old) == "[{name: A_TOKEN, value: (sensitive)}]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("::error::pwned", "\\x3a:error::pwned"),
        ("    ::stop-commands::x", "    \\x3a:stop-commands::x"),
        ("a ##[error]b", "a #\\x23[error]b"),
        ("a::b and s3://x ::y #[z]", "a::b and s3://x ::y #[z]"),
    ],
)
def test_no_line_is_a_command_to_a_runner(text: str, expected: str) -> None:
    """It takes what follows the blanks at the beginning of a line, and the older form wherever it stands."""
    blanks = len(text) - len(text.lstrip())
    assert plain([(Span(text[:blanks]), Span(text[blanks:]))]) == f"{expected}\n"
