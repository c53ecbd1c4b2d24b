"""Descriptions are kept up to so many bytes."""

from __future__ import annotations

from flyteplan.local.faults import Fault

SHORT = 255
LONG = 2048


def cut(text: str, size: int, code: str = "INTERNAL") -> str:
    """The first *size* bytes. The server can not store the half of a character: Fault with *code*."""
    try:
        return text.encode()[:size].decode()
    except UnicodeDecodeError:
        raise Fault(code, "a description was cut inside of a character") from None
