"""A comment is as if all of it were made at every step, and then left away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from flyteplan.render.markdown.ladder import Ladder, Part, within

LAST = 4
lines = st.lists(st.sampled_from(["", "a", "b", "a longer line"]), max_size=6)


@dataclass(frozen=True, slots=True)
class Told:
    """Parts by their lines at each level; `asked` are the lines that were made."""

    levels: Sequence[Sequence[Sequence[str]]]
    asked: list[str] = field(default_factory=list)

    def parts(self) -> list[Part[Told]]:
        return [
            Part(lines=partial(Told.lines, number=number), steps=range(1, len(levels)))
            for number, levels in enumerate(self.levels)
        ]

    def lines(self, level: int, *, number: int) -> Iterator[str]:
        for line in self.levels[number][level]:
            self.asked.append(line)
            yield line

    def whole(self, step: int) -> str:
        texts = ("\n".join(levels[min(step, len(levels) - 1)]) for levels in self.levels)
        return "\n\n".join(filter(None, texts))


@given(levels=st.lists(st.lists(lines, min_size=1, max_size=LAST + 1), max_size=4), room=st.integers(0, 60))
def test_every_step_is_what_it_would_be_if_all_of_it_were_made(levels: list[list[list[str]]], room: int) -> None:
    told = Told(levels)
    ladder = Ladder(told, told.parts(), room)
    for step in range(LAST + 1):
        body, whole = ladder.body(step), told.whole(step)
        assert body == whole if len(whole) <= room else len(body) > room
    for step in range(1, LAST + 1):
        parts = [tuple("\n".join(one[min(s, len(one) - 1)]) for one in levels) for s in (step - 1, step)]
        assert ladder.differs(step) == (parts[0] != parts[1])


def test_of_what_has_no_room_no_more_is_made_than_shows_that() -> None:
    many = [f"line {number}" for number in range(10_000)]
    told = Told([[[*many], [*many[1:]], []]])
    ladder = Ladder(told, told.parts(), 100)
    assert len(ladder.body(0)) > 100
    assert ladder.differs(1)
    assert ladder.body(2) == ""
    assert ladder.differs(2)
    assert len(told.asked) < 40


def test_a_step_that_does_not_concern_a_part_makes_nothing_of_it() -> None:
    told = Told([[["a"], ["b"]]])
    ladder = Ladder(told, told.parts(), 100)
    assert [ladder.body(step) for step in range(LAST)] == ["a", "b", "b", "b"]
    assert not ladder.differs(2)
    assert told.asked == ["a", "b"]


def test_within_takes_a_line_more_where_there_is_no_room_for_it() -> None:
    assert within(["ab", "cd"], 5, len) == (["ab", "cd"], False)
    assert within(["ab", "cd"], 4, len) == (["ab", "cd"], True)
    assert within(["ab", "cd"], 1, len) == (["ab"], True)
    assert within([], 0, len) == ([], False)
