"""Points in time and spans of time, from the text of a manifest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flyteplan.model import duration

if TYPE_CHECKING:
    from google.protobuf.timestamp_pb2 import Timestamp

_ISO_SPAN = re.compile(
    r"[+-]?P(?=.)([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?"
)
_DAY, _YEAR = 86_400, 365
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


def isoformat(text: str, *, zulu: bool) -> str | None:
    """The same moment as Python writes it, for a field that holds its text. None for any other text.

    Not every Python reads every spelling. Without an offset it stays without one; *zulu* is whether UTC is `Z`.
    """
    found = _MOMENT.fullmatch(text)
    if not found or moment(text) is None:
        return None
    day, minute, second, zone = found.groups()
    whole, _, fraction = (second or "00").partition(".")
    micros = fraction[:6].ljust(6, "0")
    told = f"{day}T{minute or '00:00'}:{whole}{f'.{micros}' if int(micros) else ''}"
    return f"{told}{_named(_offset(zone), zulu=zulu)}" if zone else told


def is_date(text: str) -> bool:
    return len(text) == len("2026-01-31") and moment(text) is not None


def _offset(zone: str) -> str:
    return "Z" if zone in "Zz" else f"{zone[:3]}:{zone[-2:]}"


def _named(offset: str, *, zulu: bool) -> str:
    if offset in ("Z", "+00:00", "-00:00"):
        return "Z" if zulu else "+00:00"
    return offset


def span(value: str | int) -> int | None:
    """Nanoseconds of `90`, `90s`, `-1h30m`; unlike a bound of a task, an input may be negative."""
    if isinstance(value, int):
        size = duration.parse(abs(value))
        return size if size is None or value >= 0 else -size
    size = duration.parse(value.removeprefix("-"))
    return size if size is None or not value.startswith("-") else -size


def iso_span(value: str | int) -> str | None:
    """A span as ISO 8601 text, in the form that models write; None for what is no span. Such text stays as it is."""
    if isinstance(value, str) and _ISO_SPAN.fullmatch(value):
        return value
    length = span(value)
    if length is None:
        return None
    seconds, micros = divmod(abs(length) // 1000, 10**6)
    days, seconds = divmod(seconds, _DAY)
    years, days = divmod(days, _YEAR)
    date = _parts({"Y": years, "D": days})
    hours, rest = divmod(seconds, 3600)
    fraction = f".{micros:06d}".rstrip("0") if micros else ""
    last = f"{rest % 60}{fraction}S" if rest % 60 or micros else ""
    time = _parts({"H": hours, "M": rest // 60}) + last
    told = f"{date}T{time}" if time else date
    return f"{'-' if length < 0 and told else ''}P{told or 'T0S'}"


def _parts(counts: dict[str, int]) -> str:
    return "".join(f"{count}{unit}" for unit, count in counts.items() if count)
