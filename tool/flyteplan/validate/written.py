"""The settings of one manifest, whose places are looked up when somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

from flyteplan.model.document import Locator, Pointer
from flyteplan.model.settings import Path, Setting, made_setting

# A value and the path it is set at. It stands at the pointer, or where that is None at the path below `spec`.
Put = tuple[Path, Any, "Pointer | None"]
_Places = Sequence[tuple[int, int]]
_NOWHERE: _Places = ()


class Written(Sequence[Setting]):
    """The settings in the order they are written.

    Rules need a few of the paths and values; to look up the places of all, and to make a `Setting` of each, takes as
    long as to parse the document. What comes from another process stays as it came until somebody asks for it: whoever
    puts manifests together asks for none, and the next process may be the one that does.
    """

    __slots__ = ("_file", "_locator", "_made", "_packed", "_places", "_puts")

    def __init__(self, puts: Sequence[Put], locator: Locator | None, packed: bytes = b"") -> None:
        self._puts, self._locator, self._packed = puts, locator, packed
        self._file, self._places = "", _NOWHERE
        self._made: tuple[Setting, ...] | None = None

    def puts(self) -> Sequence[Put]:
        """Path and value of each, without its place."""
        return self._unpacked()[0] if self._packed else self._puts

    def settle(self) -> Written:
        """Itself, with the places of all. The document is not needed any more."""
        if self._locator is not None:
            key = self._locator.key
            positions = [key(("spec", *path) if pointer is None else pointer) for path, _, pointer in self._puts]
            self._file = positions[0].path if positions else ""
            self._places = [(position.line, position.column) for position in positions]
            self._puts = [(path, value, None) for path, value, _ in self._puts]
            self._locator = None
        return self

    def __reduce__(self) -> tuple[type[Written], tuple[tuple[()], None, bytes]]:
        if self._packed:
            return Written, ((), None, self._packed)
        from pickle import HIGHEST_PROTOCOL, dumps

        self.settle()
        return Written, ((), None, dumps((self._puts, self._file, self._places), HIGHEST_PROTOCOL))

    def _unpacked(self) -> tuple[Sequence[Put], str, _Places]:
        """Anew each time: kept, the settings of all manifests take several times what they take as they came."""
        from pickle import loads

        found: tuple[Sequence[Put], str, _Places] = loads(self._packed)  # noqa: S301 (our own bytes)
        return found

    def __iter__(self) -> Iterator[Setting]:
        return iter(self._settings())

    def __len__(self) -> int:
        return len(self.puts())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    @overload
    def __getitem__(self, index: int) -> Setting: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Setting, ...]: ...
    def __getitem__(self, index: int | slice) -> Setting | tuple[Setting, ...]:
        return self._settings()[index]

    def _settings(self) -> tuple[Setting, ...]:
        if self._packed:
            return _made(*self._unpacked())
        if self._made is None:
            self.settle()
            self._made = _made(self._puts, self._file, self._places)
        return self._made


def _made(puts: Sequence[Put], file: str, places: _Places) -> tuple[Setting, ...]:
    rows = zip(puts, places, strict=True)
    return tuple([made_setting(path, value, file, line, column) for (path, value, _), (line, column) in rows])
