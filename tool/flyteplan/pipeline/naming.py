"""Runs -> their names, and the runs that have them already."""

from __future__ import annotations

from collections.abc import Sequence

from flyteplan.model.resolution import Desired, Resolution
from flyteplan.model.run import Naming
from flyteplan.plan import naming
from flyteplan.ports import Catalog
from flyteplan.record import replace


def named(runs: Sequence[tuple[Resolution, Desired]], catalog: Catalog, *, again: bool) -> list[Naming]:
    """One naming a run, in order. *again*: the first name that no run has, else the one that the content gives."""
    namings = _found([naming(*one) for one in runs], catalog)
    number = 1
    while again and any(one.found for one in namings):
        number += 1
        taken = [index for index, one in enumerate(namings) if one.found]
        following = _found([naming(*runs[index], number) for index in taken], catalog)
        for index, one in zip(taken, following, strict=True):
            namings[index] = one
    return namings


def _found(namings: Sequence[Naming], catalog: Catalog) -> list[Naming]:
    runs = catalog.runs([one.name for one in namings]) if namings else {}
    return [replace(one, found=runs.get(one.name)) for one in namings]
