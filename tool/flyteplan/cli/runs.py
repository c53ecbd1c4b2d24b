"""`flyteplan runs`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice

import click

from flyteplan.cli import options
from flyteplan.cli.moments import moment
from flyteplan.cli.output import formats, show, write
from flyteplan.cli.sources import open_controller, opened, placed, scope
from flyteplan.errors import CatalogError
from flyteplan.model.config import Target
from flyteplan.model.run import Run, RunName
from flyteplan.pipeline import Choice
from flyteplan.ports import Catalog
from flyteplan.render.runs import detail, listing, run_json, runs_json
from flyteplan.workspace import open_workspace

_LIMIT = 20
# How far back runs are looked at: those of others are no fewer for not being wanted.
_FURTHEST = 1000
_REASON = "aborted with flyteplan runs abort"


@click.group("runs")
def command() -> None:
    """The runs that flyteplan started: what became of them."""


@command.command("list")
@options.target
@options.catalog
@options.place
@options.choice
@click.option("--limit", type=click.IntRange(1, _FURTHEST), default=_LIMIT, metavar="N", help="At most so many (20).")
@options.output("text", "json")
def list_runs(
    *,
    target: str | None,
    catalog: str | None,
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    limit: int,
    outputs: tuple[str, ...],
    **flags: str | None,
) -> None:
    """List the runs of the target's project and domain that flyteplan started, the newest first.

    The 1,000 newest runs are looked through, whoever started them. --select and --exclude are globs of task names.
    """
    wanted = formats(outputs, ("text", "json"))
    place, source = opened(target, catalog, flags)
    recent = islice(source.newest_runs(scope(place)), _FURTHEST)
    runs = list(islice(_ours(recent, Choice(select=select, exclude=exclude)), limit))
    write(wanted, {"text": partial(listing, runs, moment), "json": partial(runs_json, runs, moment)})


def _ours(runs: Iterable[Run], choice: Choice) -> Iterator[Run]:
    """Each once: a page may begin with what the one before it ended with, when a run was started meanwhile."""
    seen: set[RunName] = set()
    for run in runs:
        if run.digest and run.name not in seen and choice.wants(run.task.task.name if run.task else ""):
            seen.add(run.name)
            yield run


@command.command("show")
@click.argument("name")
@options.target
@options.catalog
@options.place
@options.output("text", "json")
def show_run(name: str, target: str | None, catalog: str | None, outputs: tuple[str, ...], **flags: str | None) -> None:
    """Show one run: its task, its phase, and what it was started for."""
    wanted = formats(outputs, ("text", "json"))
    place, source = opened(target, catalog, flags)
    run = _found(_name(place, name), source)
    write(wanted, {"text": partial(detail, run, moment), "json": partial(run_json, run, moment)})


@command.command("abort")
@click.argument("name")
@options.target
@options.catalog
@options.place
@click.option("--reason", default=_REASON, metavar="TEXT", help="What to write down as the reason.")
def abort_run(name: str, target: str | None, catalog: str | None, reason: str, **flags: str | None) -> None:
    """End a run that flyteplan started. One that has ended stays as it is."""
    workspace = open_workspace()
    place = placed(workspace.target(target), catalog, flags)
    controller = open_controller(place, catalog, workspace)
    run = _found(_name(place, name), controller.now())
    if not run.digest:
        raise CatalogError(f"flyteplan did not start the run {name} (flyte abort run {name} ends it)")
    if run.has_ended:
        show(f"{name} has ended already: {run.phase}\n")
        return
    controller.abort(run.name, reason)
    show(f"Aborted {name}.\n")


def _name(target: Target, name: str) -> RunName:
    place = scope(target)
    return RunName(place.project, place.domain, name)


def _found(name: RunName, catalog: Catalog) -> Run:
    run = catalog.runs([name]).get(name)
    if run is None:
        where = f"{name.project}/{name.domain}"
        raise CatalogError(f"{where} has no run {name.name} (flyteplan runs list has those there are)")
    return run
