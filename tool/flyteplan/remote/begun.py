"""Questions that are on their way before somebody asks them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

from flyteplan.remote.fresh import is_fresh, moment

Key = TypeVar("Key")
Answer = TypeVar("Answer")


class Begun(Generic[Key, Answer]):
    """What was asked about *keys*; *finish* waits for the answers, where there is one, and raises what went wrong."""

    def __init__(self, keys: Iterable[Key] = (), finish: Callable[[], Mapping[Key, Answer]] = dict) -> None:
        self._keys, self._finish, self._since = frozenset(keys), finish, moment()
        self._answers: Mapping[Key, Answer] | None = None

    def split(self, keys: Iterable[Key]) -> tuple[dict[Key, Answer], list[Key]]:
        """The answers about those of *keys* that were asked about, and the others: all, of what was asked long ago.

        Whoever reads our output may have us wait before we ask, for any time.
        """
        wanted = list(keys)
        if not self._keys or not is_fresh(self._since):
            return {}, wanted
        asked, answers = self._keys, self._finished()
        return {key: answers[key] for key in wanted if key in answers}, [key for key in wanted if key not in asked]

    def _finished(self) -> Mapping[Key, Answer]:
        """What failed was never asked."""
        if self._answers is None:
            asked, self._keys = self._keys, frozenset()
            self._answers = self._finish()
            self._keys = asked
        return self._answers
