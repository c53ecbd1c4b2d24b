"""A repeated field with some of its messages."""

from __future__ import annotations

from typing import Any


def refill(repeated: Any, kept: list[Any]) -> None:
    # The kept messages live in the field that is emptied: copies of them survive it.
    copies = [type(message)() for message in kept]
    for copy, message in zip(copies, kept, strict=True):
        copy.CopyFrom(message)
    del repeated[:]
    if copies:
        repeated.extend(copies)
