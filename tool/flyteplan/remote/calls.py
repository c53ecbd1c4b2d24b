"""What a catalog needs of whoever makes its calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from flyteplan.remote.methods import Method

Key = TypeVar("Key")


class Calls(Protocol):
    """Unary calls that only read: a `Channel`, or a client that somebody else has opened."""

    def gather(
        self, method: Method, requests: Iterable[tuple[Key, Any]], tolerated: frozenset[str] = frozenset()
    ) -> Iterator[tuple[Key, Any]]:
        """(key, response) of every request, in any order; a `Fault` in its place for a code of *tolerated*.

        Raises CatalogError when another call fails.
        """
