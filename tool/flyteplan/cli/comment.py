"""`flyteplan comment`."""

from __future__ import annotations

from collections import Counter
from functools import partial

import click

from flyteplan.cli import options
from flyteplan.cli.output import formats, write
from flyteplan.cli.reports import markdown
from flyteplan.workspace.savedplan import read_plan


@click.command("comment")
@click.argument("plans", nargs=-1, required=True, type=options.FILE, metavar="PLAN...")
@options.output("markdown")
@options.page
@options.verbose
def command(plans: tuple[str, ...], outputs: tuple[str, ...], verbose: bool) -> None:
    """Write saved plans as one comment for a pull request, such as one plan for each target.

    It begins with a line that the page hides, and that finds the comment again to replace it.
    """
    wanted = formats(outputs, ("markdown",), default="markdown")
    read = [read_plan(path) for path in plans]
    twice = [name for name, count in Counter(plan.target for plan in read).items() if count > 1]
    if twice:
        raise click.UsageError(f"two of the plans are of the target {twice[0]}: a comment has one plan of each")
    write(wanted, {"markdown": partial(markdown, read, expand=verbose)})
