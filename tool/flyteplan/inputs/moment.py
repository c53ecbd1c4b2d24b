"""Points in time and spans of time, from the text of a manifest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flyteplan.model import duration

if TYPE_CHECKING:
    from google.protobuf.timestamp_pb2 import Timestamp

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([0-9]{2}:[0-9]{2})(?::([0-9]{2}(?:\.[0-9]{1,9})?))?"
    r" ?([Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?)?"
)


def moment(text: str) -> Timestamp | None:
    """An ISO 8601 date, or date and time; UTC when it names no offset. None for any other text."""
    from google.protobuf.timestamp_pb2 import Timestamp

    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    day, minute, second, zone = found.groups()
    stamp = Timestamp()
    try:
        stamp.FromJsonString(f"{day}T{minute or '00:00'}:{second or '00'}{_offset(zone or 'Z')}")
    except ValueError:
        return None
    return stamp


def _offset(zone: str) -> str:
    return "Z" if zone in "Zz" else f"{zone[:3]}:{zone[-2:]}"


def span(value: str | int) -> int | None:
    """Nanoseconds of `90`, `90s`, `-1h30m`; unlike a bound of a task, an input may be negative."""
    if isinstance(value, int):
        size = duration.parse(abs(value))
        return size if size is None or value >= 0 else -size
    size = duration.parse(value.removeprefix("-"))
    return size if size is None or not value.startswith("-") else -size
