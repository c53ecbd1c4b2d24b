"""Tokens, the headers that carry them, and where both come from."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from flyteplan.record import dataclass, field

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Token:
    """`refresh` is "" where the server gave none."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)


class Flow(Protocol):
    """One way to get a token."""

    def header(self) -> str:
        """The name of the header that the token goes into."""

    def token(self, old: Token | None) -> Token:
        """A new token, perhaps by means of the old one. Raises LoginError."""


class Source(Protocol):
    """Where headers come from. It is asked by one thread at a time."""

    def ready(self) -> Headers:
        """What can be sent without asking for a login."""

    def renewed(self, refused: Headers) -> Headers:
        """Others than those that were refused. Raises LoginError."""


class Cache(Protocol):
    """Where tokens outlive the process. It never raises: without it one logs in more often."""

    def read(self) -> Token | None: ...

    def write(self, token: Token) -> None: ...
