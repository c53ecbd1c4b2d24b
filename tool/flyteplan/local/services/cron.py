"""Whether the server's scheduler can read a cron expression: five fields, or one of the words that begin with @."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from flyteplan.local.faults import Fault

if TYPE_CHECKING:
    from flyteidl2.task.common_pb2 import Schedule

_WORDS = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    (0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_PART = re.compile(r"(?P<low>\*|\?|\w+)(?:-(?P<high>\w+))?(?:/(?P<step>\d+))?")
_DURATION = re.compile(r"@every (?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+")


def check_schedule(trigger: str, schedule: Schedule) -> None:
    """Raises Fault."""
    expression, zone = schedule.cron_expression, ""
    if schedule.HasField("cron"):
        expression, zone = schedule.cron.expression, schedule.cron.timezone
    elif not schedule.HasField("cron_expression"):
        return
    if not (_is_zone(zone) and _is_cron(_without_zone(expression))):
        why = f'invalid cron expression "{expression}"'
        raise Fault("INVALID_ARGUMENT", f'trigger "{trigger}" has invalid cron expression: {why}')


def _without_zone(expression: str) -> str:
    match = re.match(r"(?:CRON_)?TZ=(\S+) +", expression)
    return expression[match.end() :] if match and _is_zone(match[1]) else expression


def _is_zone(name: str) -> bool:
    try:
        return not name or bool(ZoneInfo(name))
    except ZoneInfoNotFoundError:
        # A machine that knows no zones at all can not tell a wrong one.
        return not available_timezones()
    except (ValueError, OSError):
        return False


def _is_cron(expression: str) -> bool:
    if expression.startswith("@"):
        return expression in _WORDS or bool(_DURATION.fullmatch(expression))
    fields = expression.split()
    return len(fields) == len(_FIELDS) and all(map(_is_field, fields, _FIELDS))


def _is_field(text: str, field: tuple[int, int, dict[str, int]]) -> bool:
    return all(_is_part(part, *field) for part in text.split(",") if part) and bool(text.strip(","))


def _is_part(text: str, least: int, most: int, names: dict[str, int]) -> bool:
    match = _PART.fullmatch(text.lower())
    if match is None or match["step"] == "0" or (match["step"] and int(match["step"]) < 1):
        return False
    if match["low"] in "*?":
        return match["high"] is None
    low = _number(match["low"], names)
    high = _number(match["high"], names) if match["high"] else low
    return least <= low <= high <= most


def _number(text: str, names: dict[str, int]) -> int:
    return names.get(text, int(text) if text.isdecimal() else -1)
