"""What the change of a field does, beyond the value that it has then.

The one table of it: `tests/parity/test_effects.py` holds it to the SDK's own functions. A cached result is found by the
name of the task, its interface, its cache version and the inputs that are not ignored; the name of an action, by which
a run that recovers finds what it did before, comes from the same. Neither has the image, the resources or the
variables in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from flyteplan.model import quantity

CAPACITY = "capacity"  # what it asks the cluster for
RECOMPUTE = "recompute"  # results that are cached now are not found any more
IDENTITY = "identity"  # a run that recovers does not find what it did before
PIN = "pin"  # which code runs
BEHAVIOUR = "behaviour"  # how it runs
EFFECTS = (RECOMPUTE, IDENTITY, PIN, CAPACITY, BEHAVIOUR)

# The first pattern that fits the path of a field decides.
TABLE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cache.behavior", (RECOMPUTE, BEHAVIOUR)),
    ("cache.version_override", (RECOMPUTE, IDENTITY)),
    ("cache.ignored_inputs", (RECOMPUTE, IDENTITY)),
    ("interface*", (RECOMPUTE, IDENTITY)),
    ("id.name", (RECOMPUTE, IDENTITY)),
    ("image", (PIN,)),
    ("custom.spec.container_image", (PIN,)),
    ("k8s_pod.*.image", (PIN,)),
    ("resources*", (CAPACITY,)),
    ("container.resources*", (CAPACITY,)),
    ("reuse_policy.*_replicas", (CAPACITY,)),
    ("custom.replicas", (CAPACITY,)),
    ("primary_container.resources*", (CAPACITY,)),
    ("k8s_pod.*.resources*", (CAPACITY,)),
    ("*", (BEHAVIOUR,)),
)
ASKS = (CAPACITY,)
_IGNORED = "cache.ignored_inputs"
# Of these fields the values tell what their change does, whatever they are.
BY_VALUES = frozenset({_IGNORED})
# Amounts are texts, and in a pod they may be numbers.
_AMOUNTS = (str, int, float)


def is_same_amount(live: Any, desired: Any) -> bool:
    """Of a field that asks for capacity: it is only spelled otherwise."""
    amounts = isinstance(live, _AMOUNTS) and isinstance(desired, _AMOUNTS)
    return amounts and quantity.same(str(live), str(desired))


def effects(path: str, live: Any, desired: Any, *, cached: bool) -> tuple[str, ...]:
    """What it does that the field at *path* becomes *desired*. *cached*: results of what is live are cached.

    An amount that is only spelled otherwise asks for what it asked for.
    """
    if path == _IGNORED and set(live or ()) == set(desired or ()):
        return (BEHAVIOUR,)
    found = _of(path, cached)
    return () if found == ASKS and is_same_amount(live, desired) else found


@lru_cache(maxsize=4096)
def _of(path: str, cached: bool) -> tuple[str, ...]:
    found = next(found for pattern, found in TABLE if fnmatchcase(path, pattern))
    return tuple(effect for effect in found if cached or effect != RECOMPUTE)


def together(effects: Iterable[str]) -> tuple[str, ...]:
    """Each once, what hurts first."""
    found = set(effects)
    return tuple(effect for effect in EFFECTS if effect in found)
