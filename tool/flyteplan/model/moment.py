"""Days and minutes in UTC, as texts that sort in the order of time: `2026-12-31`, `2026-12-31T18:00Z`."""

from __future__ import annotations

import re

# RFC 3339, in UTC and without seconds.
_PATTERN = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T([01]\d|2[0-3]):[0-5]\dZ)?", re.ASCII)
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAY = len("2026-12-31")


def is_moment(text: str) -> bool:
    """Whether *text* is a day of the calendar, or a minute of one."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        return False
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    return year > 0 and 1 <= month <= 12 and 1 <= day <= _days(year, month)


def is_day(text: str) -> bool:
    return len(text) == _DAY and is_moment(text)


def first_minute(text: str) -> str:
    """Of a day; a minute is itself."""
    return f"{text}T00:00Z" if is_day(text) else text


def last_minute(text: str) -> str:
    return f"{text}T23:59Z" if is_day(text) else text


def _days(year: int, month: int) -> int:
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _DAYS[month - 1] + leap


def has_begun(start: str, now: str) -> bool:
    """Whether *now* is at *start* or after it; a day begins with its first minute."""
    return now >= start


def has_ended(end: str, now: str) -> bool:
    """Whether *now* is after *end*, which still counts: a day ends with its last minute."""
    return now[: len(end)] > end
