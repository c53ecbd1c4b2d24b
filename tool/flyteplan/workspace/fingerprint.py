"""What tells two states of many files apart, in whichever order and by however many processes they are read."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from flyteplan.ports import Content, Found, Reading, Waiting, idle

_Part = TypeVar("_Part")
_ROOM = 2**256


class Fingerprint:
    """Of all files that a `Spread` has read by way of it. *key*: who does not know it can not try contents."""

    def __init__(self, key: str) -> None:
        self._key, self._sum = key.encode(), 0

    def __str__(self) -> str:
        return f"sha256:{self._sum:064x}"

    def over(self, spread: Reading) -> Reading:
        def spread_and_summed(
            work: Callable[[Iterable[Found]], _Part],
            found: Iterable[Found],
            name: Callable[[Found], str],
            waiting: Waiting = idle,
            /,
        ) -> Sequence[_Part]:
            parts = spread(partial(_summed, work, self._key), found, name, waiting)
            self._sum = sum((one for one, _ in parts), self._sum) % _ROOM
            return [part for _, part in parts]

        return spread_and_summed


def _summed(work: Callable[[Iterable[Found]], _Part], key: bytes, found: Iterable[Found]) -> tuple[int, _Part]:
    """The sum of what each file comes to, and what *work* makes of them."""
    numbers: list[int] = []
    part = work(_noted(found, key, numbers))
    return sum(numbers), part


def _noted(found: Iterable[Found], key: bytes, numbers: list[int]) -> Iterator[Found]:
    for layer, path, given in found:
        content = given() if callable(given) else given
        numbers.append(_number(layer, path, content, key))
        yield layer, path, content


def _number(layer: int, path: str, content: Content, key: bytes) -> int:
    data = content if isinstance(content, bytes) else repr(content).encode("utf-8", "surrogatepass")
    name = f"{layer} {path}\0".encode("utf-8", "surrogatepass")
    return int.from_bytes(hmac.digest(key, name + data, "sha256"), "big")
