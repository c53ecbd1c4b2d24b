"""How long an answer is as good as one to a question that is asked now, and the answers that still are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from time import monotonic
from typing import Generic, TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")

# Counted from the question: when the server looked after that, nobody knows.
_FRESH_SECONDS = 5.0


def moment() -> float:
    return monotonic()


def is_fresh(asked: float) -> bool:
    """Whether what was asked at this moment still counts."""
    return monotonic() - asked < _FRESH_SECONDS


class Recent(Generic[Key, Answer]):
    """What was asked about keys and answered, no longer than it is fresh."""

    def __init__(self) -> None:
        # The one that was asked about the longest ago comes first.
        self._asked: OrderedDict[Key, float] = OrderedDict()
        self._answers: dict[Key, Answer] = {}

    def __len__(self) -> int:
        return len(self._asked)

    def asked(self, key: Key) -> None:
        """Now. What was answered before no longer counts."""
        self.forget([key])
        self._asked[key] = moment()
        self._forget_old()

    def keep(self, key: Key, answer: Answer) -> None:
        """Nothing of what was forgotten since it was asked about."""
        if key in self._asked:
            self._answers[key] = answer

    def split(self, keys: Iterable[Key]) -> tuple[dict[Key, Answer], list[Key]]:
        """The answers about those of *keys* that have one, and the others."""
        self._forget_old()
        wanted = list(keys)
        known = {key: self._answers[key] for key in wanted if key in self._answers}
        return known, [key for key in wanted if key not in known]

    def forget(self, keys: Iterable[Key]) -> None:
        for key in keys:
            self._asked.pop(key, None)
            self._answers.pop(key, None)

    def _forget_old(self) -> None:
        while self._asked and not is_fresh(next(iter(self._asked.values()))):
            key, _ = self._asked.popitem(last=False)
            self._answers.pop(key, None)
