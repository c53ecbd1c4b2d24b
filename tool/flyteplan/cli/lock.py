"""`flyteplan lock`."""

from __future__ import annotations

import click

from flyteplan import pipeline
from flyteplan.cli import options
from flyteplan.cli.output import show, show_problems
from flyteplan.cli.planning import prepare
from flyteplan.errors import StaleError, failure
from flyteplan.model.lock import Lock
from flyteplan.record import replace
from flyteplan.render.lock import held, moved
from flyteplan.workspace.lockfile import read_lock, write_lock


@click.command("lock")
@options.paths
@options.target
@options.catalog
@options.place
@click.option("--check", is_flag=True, help="Write nothing; fail with 4 unless the lock has all, and all of it holds.")
@click.option("--upgrade", multiple=True, metavar="GLOB", help="Resolve the tasks whose name matches anew.")
def command(
    paths: tuple[str, ...],
    target: str | None,
    catalog: str | None,
    check: bool,
    upgrade: tuple[str, ...],
    **flags: str | None,
) -> None:
    """Pin in flyteplan.lock what `latest` stands for, with the digest of every version that manifests use.

    What is locked stays until --upgrade says otherwise. PATHS are folders and files of manifests as for plan; stanzas
    that no manifest needs are removed only without any, for then all manifests of the target are known.
    """
    if check and upgrade:
        raise click.UsageError("--check writes nothing, so it can not --upgrade")
    stage = prepare(paths, target, catalog, flags)
    old = read_lock(stage.workspace, needed=check) or Lock()
    made = pipeline.relock(
        stage.checked.manifests, stage.target, stage.catalog, lock=old, upgrade=upgrade, whole=not paths
    )
    if made.lock is None:
        raise failure((*stage.checked.problems, *made.problems))
    if check and made.faults:
        raise StaleError(replace(fault, severity="error") for fault in made.faults)
    count = len(made.lock.of(stage.target.name))
    if not check:
        write_lock(stage.workspace, made.lock)
    show(held(count) if check else moved(made.moves, count))
    show_problems((*stage.checked.problems, *made.problems))
