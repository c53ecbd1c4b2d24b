"""The filters of list requests as the server has them in SQL, with their traps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import NoReturn

from flyteidl2.common.list_pb2 import Filter

from flyteplan.local.faults import Fault
from flyteplan.local.store.rows import Clause, Value


class Kind(Enum):
    """What a column holds. An OPAQUE one may be named, and not be compared."""

    TEXT = "text"
    INTEGER = "integer"
    TIME = "time"
    FLAG = "flag"
    OPAQUE = "opaque"


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_FLAGS = {
    **dict.fromkeys(("t", "true", "y", "yes", "on", "1"), True),
    **dict.fromkeys(("f", "false", "n", "no", "off", "0"), False),
}
_COMPARED = {
    Filter.EQUAL: "=",
    Filter.NOT_EQUAL: "!=",
    Filter.GREATER_THAN: ">",
    Filter.GREATER_THAN_OR_EQUAL: ">=",
    Filter.LESS_THAN: "<",
    Filter.LESS_THAN_OR_EQUAL: "<=",
}
# Patterns are not escaped by the server: what a user looks for is read as a pattern.
_MATCHED = {
    Filter.CONTAINS: ("{} GLOB ?", "%{}%"),
    Filter.ENDS_WITH: ("{} GLOB ?", "%{}"),
    Filter.NOT_ENDS_WITH: ("{} NOT GLOB ?", "%{}"),
    Filter.CONTAINS_CASE_INSENSITIVE: ("lower({}) GLOB lower(?)", "%{}%"),
}


def clause(filters: Sequence[Filter], kinds: Mapping[str, Kind]) -> Clause:
    """All of *filters* together. Raises Fault."""
    found = Clause()
    for one in filters:
        _check(one, kinds)
        found = found & _clause(one, kinds[one.field])
    return found


def _check(one: Filter, kinds: Mapping[str, Kind]) -> None:
    if one.field not in kinds:
        raise Fault("INVALID_ARGUMENT", f"failed to convert filters: invalid filter field: {one.field}")
    if one.function not in _COMPARED and one.function not in _MATCHED and one.function != Filter.VALUE_IN:
        raise Fault("INVALID_ARGUMENT", f"failed to convert filters: unsupported filter function: {one.function}")
    if not one.values:
        raise Fault("INVALID_ARGUMENT", f"failed to convert filters: filter {one.field} has no values")


def _clause(one: Filter, kind: Kind) -> Clause:
    if kind is Kind.OPAQUE or any("\0" in value for value in one.values):
        _refused(one)
    if one.function in _MATCHED:
        return _match(one, kind)
    # The server hands the database a list where it wants one value, or one value where it wants a list.
    if (one.function == Filter.VALUE_IN) != (len(one.values) > 1):
        _refused(one)
    values = tuple(_value(one, value, kind) for value in one.values)
    if one.function == Filter.VALUE_IN:
        return Clause(f"{one.field} IN ({', '.join('?' * len(values))})", values)
    return Clause(f"{one.field} {_COMPARED[one.function]} ?", values)


def _match(one: Filter, kind: Kind) -> Clause:
    if kind is not Kind.TEXT:
        _refused(one)
    condition, pattern = _MATCHED[one.function]
    text = one.values[0] if len(one.values) == 1 else f"[{' '.join(one.values)}]"
    return Clause(condition.format(one.field), (_glob(one, pattern.format(text)),))


def _glob(one: Filter, pattern: str) -> str:
    """A pattern of LIKE as one of GLOB, which tells upper from lower case as the server's database does."""
    found, characters = [], iter(pattern)
    for character in characters:
        if character == "\\":
            literal = next(characters, None)
            found.append(_literal(literal) if literal else _refused(one))
        else:
            found.append({"%": "*", "_": "?"}.get(character) or _literal(character))
    return "".join(found)


def _literal(character: str) -> str:
    return f"[{character}]" if character in "*?[" else character


def _value(one: Filter, text: str, kind: Kind) -> Value:
    try:
        return _VALUES[kind](text)
    except (ValueError, KeyError, OverflowError):
        _refused(one)


def _refused(one: Filter) -> NoReturn:
    raise Fault("INTERNAL", f"the database can not compare {one.field} so: {Filter.Function.Name(one.function)}")


def _time(text: str) -> int:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return (aware - _EPOCH) // timedelta(microseconds=1)


_VALUES: Mapping[Kind, Callable[[str], Value]] = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.TIME: _time,
    Kind.FLAG: lambda text: _FLAGS[text.strip().lower()],
}
