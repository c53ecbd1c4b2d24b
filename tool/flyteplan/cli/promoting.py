"""`flyteplan diff -t staging -t production`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from flyteplan.cli.comparing import show, wanted
from flyteplan.cli.planning import Asked, make_plan
from flyteplan.errors import Exit
from flyteplan.plan.promotion import promotion


def promote(left: Asked, right: Asked, outputs: Sequence[str], *, detailed: bool, expand: bool) -> int:
    """How the desired states of two targets differ."""
    given = [f"--{name}" for name, value in left.flags.items() if value]
    if given:
        raise click.UsageError(f"two targets say themselves where their tasks are; leave out {given[0]}")
    asked = wanted(outputs)
    found = promotion(make_plan(left), make_plan(right))
    show(found, asked, expand=expand)
    return Exit.CHANGES if detailed and found.differs else Exit.DONE
