"""`flyteplan history`."""

from __future__ import annotations

import click

from flyteplan import pipeline
from flyteplan.cli import options
from flyteplan.cli.output import formats, show_problems, write
from flyteplan.cli.sources import open_catalog, placed
from flyteplan.errors import CatalogError, ordered
from flyteplan.files.ledger import read_ledgers
from flyteplan.render.history import history_json, history_lines
from flyteplan.workspace import open_workspace

_LIMIT = 50


@click.command("history")
@options.target
@options.catalog
@options.place
@click.option("--no-catalog", is_flag=True, help="Read the ledger alone; without -t, of all targets.")
@click.option("--task", "tasks", multiple=True, metavar="NAME", help="Only of this task.")
@options.choice
@click.option("--limit", type=click.IntRange(0), default=_LIMIT, help=f"At most so many ({_LIMIT}); 0 for all.")
@options.output("text", "json")
def command(
    *,
    target: str | None,
    catalog: str | None,
    no_catalog: bool,
    tasks: tuple[str, ...],
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    limit: int,
    outputs: tuple[str, ...],
    **flags: str | None,
) -> None:
    """List what was applied, the newest first.

    It reads the ledger, .flyteplan/history, where every apply of this checkout writes what it does, and the tags of
    the versions that the catalog has: those tell of what was applied elsewhere.
    """
    wanted = formats(outputs, ("text", "json"))
    if no_catalog and options.names_a_catalog(catalog):
        raise click.UsageError("--no-catalog reads no catalog, so it takes no flag that says where one is")
    workspace = open_workspace()
    ledgers, problems = read_ledgers(workspace.root)
    chosen = pipeline.Wanted(names=tasks, choice=pipeline.Choice(select=select, exclude=exclude))
    place = workspace.target(target) if target or not no_catalog else None
    if place and not no_catalog:
        place = placed(place, catalog, flags)
    source = open_catalog(place, catalog, workspace) if place and not no_catalog else None
    try:
        told = pipeline.history(ledgers, chosen, target=place, catalog=source, limit=limit)
    except CatalogError as error:
        raise CatalogError(f"{error}; --no-catalog shows the ledger alone") from None
    all_tasks = not (tasks or select or exclude)
    write(wanted, {"text": lambda: history_lines(told, all_tasks=all_tasks), "json": lambda: history_json(told)})
    show_problems(ordered([*problems, *(source.problems() if source else ())]))
