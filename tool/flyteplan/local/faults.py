"""What a service answers instead of a response."""

from __future__ import annotations


class Fault(Exception):  # noqa: N818 - gRPC calls it a status; it is an error only to the caller
    """`code` is the name of a gRPC status code, such as NOT_FOUND."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
