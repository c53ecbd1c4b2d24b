"""Places in files: of syntax errors, of values, of aliases, and what is too deep or too much."""

from __future__ import annotations

import threading

import pytest

from flyteplan.errors import Problem
from flyteplan.load import load
from flyteplan.model.document import Document, Pointer


def read(text: str) -> list[Document | Problem]:
    return list(load(text.encode(), "f.yaml"))


def places(text: str) -> list[str]:
    return [f"{p.code} {p.position.line}:{p.position.column}" for p in read(text) if isinstance(p, Problem)]


def document(text: str) -> Document:
    (only,) = read(text)
    assert isinstance(only, Document), only
    return only


# Syntax


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: b: c", "1:5", "can not stand here"),
        ("a: 1\nb\nc: 2", "2:1", "no `key: value`"),
        ("a: 1\n b: 2", "2:3", "can not stand here"),
        ("key: - a", "1:6", "`- ` item"),
        ("- a\nb: 1", "2:1", "list that begins at 1:1"),
        ("a: 1\n- b", "2:1", "mapping that begins at 1:1"),
        ('a: "b" c', "1:8", "mapping that begins at 1:1"),
        ("a: [1, 2\nb: 3", "2:2", "list that begins at 1:4"),
        ("a: {x: 1, y: [2}", "1:16", "list that begins at 1:14"),
        ("a: [1, 2", "1:9", "not closed"),
        ("a: 1\nb: 'x\n", "2:4", "quote is never closed"),
        ('a: "\\q"', "1:5", "escape"),
        ('a: "\\uD83D\\uDE00"', "1:7", "no character"),
        ("a: @x", "1:4", "begin with @"),
        ("a: *x", "1:4", "no anchor"),
        ("name: *", "1:7", "without a name"),
        ("a: &x 1\nb: &x 2", "2:4", "first at 1:4"),
        ("a: ]", "1:4", "missing"),
        ("a: !e!foo 1", "1:4", "handle"),
        ("a: !<foo\n", "1:4", "a tag"),
        ("%FOO x\n---\na: 1", "1:1", "begins with %"),
        ("a: |0\n x", "1:5", "indicator equal to 0"),
        ("{a: 1}\n{b: 2}", "2:1", "after the end of the document"),
        ("a: 1\n<<<<<<< HEAD\nb: 2\n=======\n", "2:1", "merge conflict"),
        ("a: 1\nb: 😀😀\x7f", "2:6", "U+007F"),
        ("é" * 900 + ": b: c", "1:904", "can not stand here"),
    ],
)
def test_syntax_errors_are_said_in_plain_words_at_their_place(text: str, place: str, words: str) -> None:
    problem = next(found for found in read(text) if isinstance(found, Problem))
    assert (problem.code, f"{problem.position.line}:{problem.position.column}") == ("FP1003", place)
    assert words in problem.message
    assert problem.hint


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a:\n\tb: 1", "2:1"),
        ("\ta: 1", "1:1"),
        ("a: 1\n\tb: 2", "2:1"),
        ("a: |\n  x\n\ty", "3:1"),
        ("a:\n  - b\n \t- c", "3:2"),
    ],
)
def test_a_tab_is_said_to_be_one(text: str, place: str) -> None:
    (problem,) = read(text)
    assert isinstance(problem, Problem)
    assert f"{problem.position.line}:{problem.position.column}" == place
    assert "a tab" in problem.message


def test_tabs_that_do_no_harm_are_allowed() -> None:
    assert document("a:\t1\t# x\nb: [1,\t2]\n").value == {"a": 1, "b": [1, 2]}


# The locator

TEXT = """\
# comment
spec:
  task: {name: a.b, "😀x": 1}
  list:
  - one
  - k: two
    empty:
"""


@pytest.mark.parametrize(
    ("pointer", "key", "value"),
    [
        ((), "2:1", "2:1"),
        (("spec",), "2:1", "3:3"),
        (("spec", "task"), "3:3", "3:9"),
        (("spec", "task", "name"), "3:10", "3:16"),
        (("spec", "task", "😀x"), "3:21", "3:27"),
        (("spec", "list", 0), "5:5", "5:5"),
        (("spec", "list", 1), "6:5", "6:5"),
        (("spec", "list", 1, "k"), "6:5", "6:8"),
        (("spec", "list", 1, "empty"), "7:5", "7:11"),
        (("spec", "task", "gone", "far"), "3:3", "3:9"),
        (("spec", "list", 2), "4:3", "5:3"),
        (("spec", "list", -1), "4:3", "5:3"),
        (("spec", "list", "k"), "4:3", "5:3"),
        (("spec", 0), "2:1", "3:3"),
    ],
)
def test_where_a_pointer_leads(pointer: Pointer, key: str, value: str) -> None:
    locator = document(TEXT).locator
    assert (str(locator.key(pointer)), str(locator.value(pointer))) == (f"f.yaml:{key}", f"f.yaml:{value}")


def test_lines_count_from_the_start_of_the_file_in_every_document() -> None:
    _, second = read("a: 1\n---\nb: 1\n")
    assert isinstance(second, Document)
    assert str(second.locator.key(("b",))) == "f.yaml:3:1"


# Aliases


def test_an_alias_has_the_value_of_its_anchor_and_its_own_place() -> None:
    found = document("# *no\na: &x {k: [1, 2]}\nb: *x\nc: ['*no', *x ]\n")
    assert found.value == {"a": {"k": [1, 2]}, "b": {"k": [1, 2]}, "c": ["*no", {"k": [1, 2]}]}
    assert str(found.locator.value(("b",))) == "f.yaml:3:4"
    assert str(found.locator.value(("c", 1))) == "f.yaml:4:12"
    assert str(found.locator.value(("c", 1, "k", 1))) == "f.yaml:2:15"


def test_an_alias_as_key() -> None:
    found = document("&k a: &v 1\nb: {*k : *v }")
    assert found.value == {"a": 1, "b": {"a": 1}}
    assert str(found.locator.key(("b", "a"))) == "f.yaml:2:5"
    assert places("&k a: 1\n*k : 2") == ["FP1004 2:1"]
    assert places("&k [a]: 1\nb: {*k : 2}") == ["FP1005 1:1", "FP1005 2:5"]


def test_anchors_end_with_their_document_and_places_go_on() -> None:
    text = "a: &x 1\nb: *x\n---\na: &x 2\nb: *x\na: *x\n---\na: &x 3\nb: {c: *x }\n"
    first, second, third = read(text)
    assert isinstance(first, Document)
    assert isinstance(second, Problem)
    assert isinstance(third, Document)
    assert (second.code, str(second.position)) == ("FP1004", "f.yaml:6:1")
    assert third.value == {"a": 3, "b": {"c": 3}}
    assert str(third.locator.value(("b", "c"))) == "f.yaml:9:8"
    assert places("a: &x 1\n---\nb: *x") == ["FP1003 3:4"]


def test_aliased_collections_are_not_shared() -> None:
    found = document("a: &x [1]\nb: *x").value
    assert isinstance(found, dict)
    assert found["a"] is not found["b"]


def test_a_fault_behind_an_anchor_is_said_once() -> None:
    assert places("a: &x [007]\nb: *x\nc: [*x , *x ]") == ["FP1007 1:8"]


def test_a_bomb_of_aliases() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [" + ",".join([f"*a{n - 1} "] * 9) + "]" for n in range(1, 12)]
    assert places("\n".join(lines)) == ["FP1009 5:10"]


def test_a_large_document_with_a_small_alias_is_no_bomb() -> None:
    assert isinstance(document("a: &x [1]\nb: *x\nc: [" + "x," * 20_000 + "]"), Document)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &a [*a ]", ["FP1009 1:8"]),
        ("a: &a {b: {c: *a }}", ["FP1009 1:15"]),
        ("&a [&b [*a , *b ]]", ["FP1009 1:9", "FP1009 1:14"]),
    ],
)
def test_an_alias_inside_of_its_own_anchor(text: str, expected: list[str]) -> None:
    assert places(text) == expected


# Depth


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[" * 101 + "]" * 101, "1:101"),
        ("[" * 900 + "]" * 900, "1:101"),
        ("[" * 1_000_000, "1:101"),
        ("[" * 100_000 + "]" * 100_000, "1:101"),
        ("{a: " * 100_000, "1:401"),
        ("!!seq [" * 100_000, "1:701"),
        ("- " * 100_000 + "x", "1:201"),
        ("? " * 100_000, "1:201"),
        ("".join(" " * n + "a:\n" for n in range(1_000)), "101:101"),
        ("".join(f"{' ' * n}a:\n{' ' * n}-\n" for n in range(1_000)), "101:51"),
        ("\n".join(["- &a0 x", *(f"- &a{n} {'[' * 30}*a{n - 1} {']' * 30}" for n in range(1, 9))]), "5:37"),
    ],
)
def test_nesting_that_is_too_deep(text: str, place: str) -> None:
    assert places(text) == [f"FP1010 {place}"]


def test_a_hundred_levels_are_not_too_deep() -> None:
    assert places("[" * 100 + "x" + "]" * 100) == []
    assert places("- " * 100 + "x") == []
    assert places("[" * 100 + "]" * 100 + "\n---\n[[]]" * 1_000) == []


def test_depth_ends_no_process_on_the_stack_of_a_small_thread() -> None:
    found: list[str] = []
    before = threading.stack_size(1024 * 1024)
    try:
        thread = threading.Thread(target=lambda: found.extend(places("[" * 490 + "]" * 490)))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert found == ["FP1010 1:101"]
