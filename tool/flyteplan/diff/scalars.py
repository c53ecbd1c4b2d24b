"""How the values of a field that is no message and no list are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flyteplan.diff.values import plain
from flyteplan.model.jsonnumber import jsonnumber

Shown = Callable[[Any], Any]


def shown_scalar(field: Any) -> Shown:
    """What shows a value of *field*. None is one that is not set: the default, where a field always has a value."""
    if field.enum_type is not None:
        return _enum(field)
    default = field.default_value
    if isinstance(default, bytes):
        return plain if field.has_presence else (lambda value: plain(value or default))
    if isinstance(default, float):
        absent = None if field.has_presence else jsonnumber(default)
        return lambda value: absent if value is None else jsonnumber(value)
    if field.has_presence:
        return lambda value: value
    if isinstance(default, str):
        return lambda value: value or None
    return lambda value: default if value is None else value


def _enum(field: Any) -> Shown:
    """The name of a number, the number itself where we do not know it; 0 is not set where nothing tells it is."""
    names = {number: str(value.name) for number, value in field.enum_type.values_by_number.items()}
    unset = {None} if field.has_presence else {None, 0}
    return lambda value: None if value in unset else names.get(value, value)
