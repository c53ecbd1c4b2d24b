"""`flyteplan import`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import click

from flyteplan import pipeline
from flyteplan.cli import options
from flyteplan.cli.marks import secrecy_of, with_deployed
from flyteplan.cli.output import show, show_problems
from flyteplan.cli.sources import open_catalog, placed
from flyteplan.errors import CatalogError, UsageError
from flyteplan.files.saved import make_folder_of, write_atomically
from flyteplan.files.schema import read_schema
from flyteplan.model.config import Target
from flyteplan.model.derived import is_derived
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.task import Newest, Scope, TaskName, TaskVersion
from flyteplan.ports import Catalog
from flyteplan.render.manifest import Deployed
from flyteplan.render.style import Span
from flyteplan.validate import Validator
from flyteplan.workspace import MANIFEST_SCHEMA, Workspace, open_workspace

_STDOUT = "-"


@click.command("import")
@click.argument("names", nargs=-1, required=True, metavar="TASK...")
@click.option("--version", metavar="VERSION", help="Pin this version (default: auto_version: latest).")
@click.option(
    "--into",
    type=options.FILE,
    default=_STDOUT,
    metavar="FILE",
    help="Write into this file (default: -, standard output).",
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
@options.target
@options.catalog
@options.place
def command(
    *,
    names: tuple[str, ...],
    version: str | None,
    into: str,
    force: bool,
    target: str | None,
    catalog: str | None,
    **flags: str | None,
) -> None:
    """Write manifests of deployed tasks, with the settings that they have now.

    TASK is a name or a glob of names. Planning what is written changes nothing.
    """
    if into != _STDOUT and os.path.exists(into) and not force:
        raise UsageError(f"{into} is there already (name another file, or give --force)")
    workspace = open_workspace()
    configured = workspace.target(target)
    place = placed(configured, catalog, flags)
    source = open_catalog(place, catalog, workspace)
    tasks = _deployed(_chosen(names, _scope(place), source), version, configured, source)
    validator = Validator(read_schema(MANIFEST_SCHEMA))
    text = pipeline.written(tasks, place, source, validator, _modeline(into, workspace))
    if into == _STDOUT:
        show(text)
    else:
        make_folder_of(into)
        write_atomically(into, text.encode())
        what = "1 manifest" if len(tasks) == 1 else f"{len(tasks)} manifests"
        show([(Span(f"Wrote {what} into {into}", "dim"),)], err=True)
    show_problems(source.problems())


def _scope(target: Target) -> Scope:
    if not (target.project and target.domain):
        raise UsageError("no project or no domain; give --project and --domain, or name them in the target")
    return Scope(target.project, target.domain)


def _chosen(names: Iterable[str], scope: Scope, catalog: Catalog) -> list[TaskName]:
    """Every task once, sorted. Raises CatalogError for the first name and the first glob that is no task's."""
    known = [row.task for row in catalog.listing(scope)]
    found: set[TaskName] = set()
    for name in names:
        # A name may look like a glob: flyte allows brackets in it.
        matching = [task for task in known if task.name == name or fnmatchcase(task.name, name)]
        if not matching:
            hint = did_you_mean(name, [task.name for task in known], "its tasks are")
            raise CatalogError(f"{scope.project}/{scope.domain} has no task {name} ({hint})")
        found.update(matching)
    return sorted(found)


def _deployed(tasks: Sequence[TaskName], version: str | None, configured: Target, catalog: Catalog) -> list[Deployed]:
    newest = catalog.newest(tasks)
    keys = {task: _keys(task, newest[task], version, catalog) for task in tasks}
    templates = catalog.templates({key for pair in keys.values() for key in pair})
    secrecy = secrecy_of(configured)
    return [
        Deployed(
            present=templates[present],
            base=templates[base],
            pinned=version is not None,
            project=task.project if task.project != configured.project else "",
            domain=task.domain if task.domain != configured.domain else "",
            secrecy=with_deployed(secrecy, templates[present]),
        )
        for task, (present, base) in keys.items()
    ]


def _keys(task: TaskName, newest: Newest, version: str | None, catalog: Catalog) -> tuple[TaskVersion, TaskVersion]:
    """What is live, and the base that a manifest of it speaks of."""
    if version is None:
        if newest.base is None:
            raise CatalogError(f"every version of {task.name} is one that flyteplan derived (deploy it from its code)")
        return TaskVersion(task, newest.live), TaskVersion(task, newest.base)
    known = [one for one in catalog.versions([task])[task] if not is_derived(one)]
    if version not in known:
        hint = did_you_mean(version, known, "the versions to pin are")
        raise CatalogError(f"{task.name} has no version {version} that can be pinned ({hint})")
    return TaskVersion(task, version), TaskVersion(task, version)


def _modeline(into: str, workspace: Workspace) -> str:
    """The way from the file to the schema, where the repository has one."""
    schema = os.path.join(workspace.root, "schema", MANIFEST_SCHEMA)
    if into == _STDOUT or not os.path.isfile(schema):
        return ""
    return os.path.relpath(schema, os.path.dirname(os.path.abspath(into))).replace(os.sep, "/")
