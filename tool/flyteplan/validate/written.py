"""The settings of one manifest, whose places are looked up when somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

from flyteplan.model.document import Locator, Pointer
from flyteplan.model.settings import Path, Setting

# A value and the path it is set at. It stands at the pointer, or where that is None at the path below `spec`.
Put = tuple[Path, Any, "Pointer | None"]


class Written(Sequence[Setting]):
    """The settings in the order they are written.

    Rules need a few of the paths and values; to look up the places of all, and to make a `Setting` of each, takes as
    long as to parse the document.
    """

    __slots__ = ("_locator", "_made", "_puts")

    def __init__(self, puts: Sequence[Put], locator: Locator) -> None:
        self._puts = puts
        self._locator: Locator | None = locator
        self._made: tuple[Setting, ...] = ()

    def pairs(self) -> Iterable[tuple[Path, Any]]:
        """Path and value of each, without its place."""
        return ((path, value) for path, value, _ in self._puts)

    def settle(self) -> tuple[Setting, ...]:
        """All of them with their places. The document is not needed any more."""
        if self._locator is not None:
            self._made = tuple(_made(put, self._locator) for put in self._puts)
            self._locator = None
        return self._made

    def __iter__(self) -> Iterator[Setting]:
        return iter(self.settle())

    def __len__(self) -> int:
        return len(self._puts)

    @overload
    def __getitem__(self, index: int) -> Setting: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Setting, ...]: ...
    def __getitem__(self, index: int | slice) -> Setting | tuple[Setting, ...]:
        return self.settle()[index]


def _made(put: Put, locator: Locator) -> Setting:
    path, value, pointer = put
    place = locator.key(("spec", *path) if pointer is None else pointer)
    return Setting(path=path, value=value, position=place)
