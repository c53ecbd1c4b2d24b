from __future__ import annotations

import difflib
from collections import Counter

import pytest

from flyteplan.model.nearest import Names, did_you_mean, nearest

FIELDS = ("cpu", "env_vars", "memory", "retries", "timeout")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("retry", ["retries"]),
        ("MEMROY", ["memory"]),
        ("env", ["env_vars"]),
        ("me", []),
        ("image", []),
        ("", []),
    ],
)
def test_the_nearest(word: str, found: list[str]) -> None:
    assert nearest(word, FIELDS) == found


def test_what_more_than_one_begins_with_is_none() -> None:
    assert nearest("tim", ["timeout_in_seconds", "time_between_retries"]) == []


def test_a_name_of_no_letters_is_one_as_well() -> None:
    assert nearest("", ["", "a"]) == [""]


def test_a_few_of_all_there_are_when_none_is_near() -> None:
    names = [f"field_{number}" for number in range(12)]
    assert did_you_mean("xyz", names[:2], "there are") == "there are field_0, field_1"
    assert did_you_mean("xyz", (), "there are") == "there are none"
    assert did_you_mean("xyz", names) == ""
    assert did_you_mean("xyz", names, "there are").endswith(", field_5 and 4 more")
    assert did_you_mean("xyz", names[:9], "there are").endswith(", field_7, field_8")


@pytest.mark.parametrize("asked", ["team{:02}.job_{:05}", "other.place_{:02}_{:05}", "team{:02}.task_{:05}_"])
def test_few_names_are_compared_however_many_there_are(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    """A comparison takes as long as all else together that is done for a word and a thousand names."""
    known = Names(f"team{number % 50:02}.task_{number:05}" for number in range(3_000))
    compared: Counter[str] = Counter()
    for method in ("ratio", "quick_ratio", "real_quick_ratio"):
        original = getattr(difflib.SequenceMatcher, method)

        def counting(self: object, original: object = original, method: str = method) -> float:
            compared[method] += 1
            return original(self)  # type: ignore[operator, no-any-return]

        monkeypatch.setattr(difflib.SequenceMatcher, method, counting)
    for number in range(200):
        known.nearest(asked.format(number % 50, number + 3_000))
    assert compared.total() <= 10 * 200


def test_the_same_names_are_made_ready_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, ...]] = []

    class Counted(Names):
        def __init__(self, names: tuple[str, ...]) -> None:
            made.append(names)
            super().__init__(names)

    monkeypatch.setattr("flyteplan.model.nearest.Names", Counted)
    known = [f"input_that_no_other_test_has_{number}" for number in range(10)]
    for number in range(20):
        assert did_you_mean(f"inptu_that_no_other_test_has_{number}", known).startswith("did you mean input_that")
        assert nearest("xyz", known) == []
    assert made == [tuple(known)]
