"""The settings of one manifest, of which a `Setting` each is made when somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple, overload

from flyteplan.errors import Position
from flyteplan.model.document import Pointer
from flyteplan.model.sent import made_of
from flyteplan.model.settings import Path, Setting, made_settings

# A value and the path it is set at. It stands at the pointer, or where that is None at the path below `spec`.
Put = tuple[Path, Any, "Pointer | None"]
# Most manifests of a team set the same paths, and few of them many.
_SHAPES, _MANY = 1_024, 100
_position = made_of(Position)


class _Columns(NamedTuple):
    """Settings as `made_settings` takes them."""

    paths: Sequence[Path]
    values: Sequence[Any]
    places: Iterable[Position]


class Written(Sequence[Setting]):
    """The settings in the order they are written.

    What comes from another process stays as it came until somebody asks for it: whoever groups manifests asks for
    none, and the next process may be the one that does.
    """

    __slots__ = ("_made", "_packed", "_places", "_puts")

    def __init__(self, puts: Sequence[Put], places: Sequence[Position], packed: bytes = b"") -> None:
        self._puts, self._places, self._packed = puts, places, packed
        self._made: tuple[Setting, ...] | None = None

    def made(self) -> tuple[Setting, ...]:
        """All of them, of what is packed anew each time: kept, they take several times what they take as they came."""
        if self._packed:
            return made_settings(*_unpacked(self._packed))
        if self._made is None:
            self._made = made_settings(*self._columns())
        return self._made

    def __reduce__(self) -> tuple[type[Written], tuple[tuple[()], tuple[()], bytes]]:
        return Written, ((), (), self._packed or _packed(self._columns()))

    def _columns(self) -> _Columns:
        if not self._puts:
            return _Columns((), (), ())
        paths, values, _ = zip(*self._puts, strict=True)
        return _Columns(paths, values, self._places)

    def __iter__(self) -> Iterator[Setting]:
        return iter(self.made())

    def __len__(self) -> int:
        return len(_unpacked(self._packed).paths if self._packed else self._puts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(self.made())

    @overload
    def __getitem__(self, index: int) -> Setting: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Setting, ...]: ...
    def __getitem__(self, index: int | slice) -> Setting | tuple[Setting, ...]:
        return self.made()[index]


def _packed(settings: _Columns) -> bytes:
    """All settings of a manifest stand in one file."""
    from pickle import HIGHEST_PROTOCOL, dumps

    paths, values, places = settings
    files, lines, columns = zip(*places, strict=True) if paths else (("",), (), ())
    shape = _shape(paths) if len(paths) < _MANY else paths
    return dumps((shape, values, files[0], lines, columns), HIGHEST_PROTOCOL)


def _unpacked(packed: bytes) -> _Columns:
    from pickle import loads

    shape, values, file, lines, columns = loads(packed)  # noqa: S301 (our own bytes)
    places = map(_position, zip(repeat(file), lines, columns))
    return _Columns(_paths(shape) if isinstance(shape, bytes) else shape, values, places)


@lru_cache(maxsize=_SHAPES)
def _shape(paths: Sequence[Path]) -> bytes:
    from pickle import HIGHEST_PROTOCOL, dumps

    return dumps(paths, HIGHEST_PROTOCOL)


@lru_cache(maxsize=_SHAPES)
def _paths(shape: bytes) -> Sequence[Path]:
    from pickle import loads

    found: Sequence[Path] = loads(shape)  # noqa: S301 (our own bytes)
    return found
