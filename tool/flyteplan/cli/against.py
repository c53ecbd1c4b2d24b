"""`flyteplan diff --base REV`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import click

from flyteplan import pipeline
from flyteplan.cli.clock import moment
from flyteplan.cli.comparing import show, wanted
from flyteplan.cli.output import show_problems
from flyteplan.cli.planning import Asked
from flyteplan.cli.progress import watch
from flyteplan.cli.rulebook import read_rulebook
from flyteplan.cli.sources import open_catalog, placed
from flyteplan.cli.verdict import told
from flyteplan.errors import Exit, InputError
from flyteplan.model.comparison import REVISIONS
from flyteplan.plan.comparison import comparison
from flyteplan.workspace import open_workspace
from flyteplan.workspace.current import current_version
from flyteplan.workspace.sides import sides


def against(base: str, asked: Asked, outputs: Sequence[str], *, detailed: bool, expand: bool) -> int:
    """2 with *detailed* when anything differs; 3 when a policy denies what the newer side has."""
    _check(asked)
    formats = wanted(outputs)
    workspace = open_workspace()
    place = partial(placed, path=asked.catalog, flags=asked.flags)
    before, after = sides(workspace, workspace.target(asked.target), base, place, watch())
    target = after.target
    catalog = open_catalog(target, asked.catalog, workspace)
    choice = pipeline.Choice(select=asked.select, exclude=asked.exclude)
    current = current_version(asked.current_version)
    found = pipeline.compare(before, after, catalog, current=current, choice=choice, watch=watch())
    if found.before is None or found.after is None:
        raise InputError(found.problems)
    show_problems(found.problems)
    now = moment(asked.as_of)
    rulebook = read_rulebook(workspace, target, asked.policy_from, now)
    new = pipeline.judge(found.after, found.after.changes, rulebook, now)
    told_apart = comparison(
        found.before,
        new,
        kind=REVISIONS,
        base=base,
        label=before.label,
        names=found.names,
        rules=found.rules,
        others=tuple(one.name for one in workspace.config.targets if one.name != target.name),
    )
    show(told_apart, formats, expand=expand)
    return told(new) or (Exit.CHANGES if detailed and told_apart.differs else Exit.DONE)


def _check(asked: Asked) -> None:
    if asked.paths:
        raise click.UsageError("--base takes no PATHS: the layers of the target are compared, as each side has them")
    if asked.prune or asked.locked or asked.again:
        raise click.UsageError("--base compares what manifests say; leave out --prune, --locked and --again")
