"""`flyteplan diff -t staging -t production`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import click

from flyteplan.cli.output import formats, write
from flyteplan.cli.planning import Asked, make_plan
from flyteplan.errors import Exit
from flyteplan.plan.promotion import promotion
from flyteplan.render.promoted import differs, promoted, promoted_json


def promote(left: Asked, right: Asked, outputs: Sequence[str], *, detailed: bool) -> int:
    """How the desired states of two targets differ."""
    given = [f"--{name}" for name, value in left.flags.items() if value]
    if given:
        raise click.UsageError(f"two targets say themselves where their tasks are; leave out {given[0]}")
    wanted = formats(outputs, ("text", "json"))
    found = promotion(make_plan(left), make_plan(right))
    write(wanted, {"text": partial(promoted, found), "json": partial(promoted_json, found)})
    return Exit.CHANGES if detailed and differs(found) else Exit.DONE
