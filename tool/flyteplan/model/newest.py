"""Which version of a task is the newest: one rule for every catalog."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from hashlib import sha256

from flyteplan.model.derived import is_derived

_DERIVED = re.compile(r"\.[0-9a-f]{10}(?:-\d+)?\.flyteplan$")


def newest_first(times: Mapping[str, int]) -> tuple[str, ...]:
    """Versions by (first deployment, version), descending; a derived version comes just before its base on a tie."""
    bases = [version for version in times if not is_derived(version)]

    def rank(version: str) -> tuple[int, str, bool, str]:
        derived = is_derived(version)
        return times[version], base_of(version, bases) if derived else version, derived, version

    return tuple(sorted(times, key=rank, reverse=True))


def base_of(derived: str, bases: Collection[str]) -> str:
    """The base that a derived version's name tells: in full, or cut and marked with 8 hex digits of its sha256."""
    stem = _DERIVED.sub("", derived)
    cut, _, mark = stem.rpartition("-")
    for base in bases:
        if base == stem or (cut and base.startswith(cut) and sha256(base.encode()).hexdigest()[:8] == mark):
            return base
    return stem
