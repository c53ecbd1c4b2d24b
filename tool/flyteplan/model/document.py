"""A YAML document: plain values, and where each of them stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeAlias

from flyteplan.errors import Position
from flyteplan.record import dataclass

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
Pointer: TypeAlias = tuple[str | int, ...]


class Locator(Protocol):
    """Where the parts of one document stand. A pointer is a path of keys and indexes from its root.

    A pointer that leads past what is there gives the place of the deepest part that is there.
    """

    def value(self, pointer: Pointer) -> Position:
        """Where the value at `pointer` begins."""

    def key(self, pointer: Pointer) -> Position:
        """Where the last key of `pointer` stands; for a list item and the root, the value itself."""

    def keys(self, pointers: Iterable[Pointer]) -> list[Position]:
        """As `key`, of many."""
        return list(map(self.key, pointers))

    def text(self, pointer: Pointer) -> str:
        """The scalar at `pointer` as it is written, without quotes; "" for a list and a mapping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of one file. `value` holds plain dicts, lists and scalars as YAML 1.2 reads them."""

    path: str
    value: Value
    locator: Locator
