"""Limits: the amount that a task would have, against the least and the most that a rule allows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from flyteplan.errors import Position
from flyteplan.model import duration, quantity
from flyteplan.model.policy import Bound
from flyteplan.policy.facts import Facts

_UNIT = 10**9
_GPU = "resources.gpu"
_SHM = "resources.shm"
_COUNTS = ("retries.count", "replicas")
_DURATIONS = ("timeout.", "cache.")
# What a task without them may take as long as it likes.
_UNBOUNDED = "timeout."

# Field, what is wrong with it, and where it is set.
Found = tuple[str, str, Position]


def outside(bound: Bound, facts: Facts) -> Iterator[Found]:
    """Every field of *bound* that is below its least or above its most."""
    for field in _fields(bound.field):
        amount, text = _amount(field, facts)
        place = facts.place(_set_as(field, facts))
        if amount is None:
            continue
        told = f"{field} {text}" if facts.sets(_set_as(field, facts)) else f"{field} {text} as it is deployed"
        if bound.most and amount > bound.most.value:
            yield field, f"{told}, and may be at most {bound.most.text}", place
        if bound.least and amount < bound.least.value:
            yield field, f"{told}, and must be at least {bound.least.text}", place


def _fields(name: str) -> tuple[str, ...]:
    """`resources.cpu` is the request and the limit; the count of accelerators is one."""
    group, _, rest = name.partition(".")
    if group != "resources" or name in (_GPU, _SHM) or rest.startswith(("requests.", "limits.")):
        return (name,)
    return (f"resources.requests.{rest}", f"resources.limits.{rest}")


def _set_as(field: str, facts: Facts) -> str:
    return _gpu_field(facts) if field == _GPU else field


def _gpu_field(facts: Facts) -> str:
    """Request and limit of a device are one count; of a template where they are not, the larger one counts."""
    sides = ("resources.requests.gpu", "resources.limits.gpu")
    return max(sides, key=lambda side: quantity.nano(str(facts.values.get(side, "0"))) or 0)


def _amount(field: str, facts: Facts) -> tuple[float | None, str]:
    """In billionths or nanoseconds, and in words. None where there is nothing to judge."""
    if field == "replicas":
        return (facts.replicas * _UNIT, f"is {facts.replicas}") if facts.whole else (None, "")
    value = facts.values.get(_set_as(field, facts))
    if value is None:
        return _absent(field) if facts.whole else (None, "")
    if field in _COUNTS:
        return value * _UNIT, f"is {value}"
    if field.startswith(_DURATIONS):
        return value, f"is {duration.show(value)}"
    return _quantity(field, value)


def _absent(field: str) -> tuple[float | None, str]:
    if field.startswith(_UNBOUNDED):
        return math.inf, "has no bound"
    return (0, "is 0") if field in (_GPU, *_COUNTS) else (None, "")


def _quantity(field: str, value: Any) -> tuple[float | None, str]:
    if field == _SHM and value in ("auto", ""):
        return math.inf, "is auto"
    return quantity.nano(str(value)), f"is {value}"
