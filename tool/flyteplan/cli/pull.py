"""`flyteplan pull`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from flyteplan.cli import options
from flyteplan.cli.drafts import Draft, open_draft
from flyteplan.cli.output import show_problems
from flyteplan.cli.progress import watch, wipe
from flyteplan.cli.sources import open_catalog, placed
from flyteplan.errors import CatalogError, UsageError
from flyteplan.files.snapshot.write import is_whole, message
from flyteplan.model.filenames import SNAPSHOT_SUFFIX
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.task import Newest, Scope, TaskName, TaskVersion, Triggers
from flyteplan.pipeline import Choice
from flyteplan.ports import Catalog
from flyteplan.workspace import open_workspace

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskDetails

_BATCH = 500


@click.command("pull")
@options.target
@options.catalog
@options.place
@options.choice
@click.option("--versions", type=click.IntRange(1), default=1, help="The newest n of every task (1).")
@click.option(
    "--into", required=True, type=options.FILE, metavar="FILE", help="A .jsonl file, or a catalog database (.db)."
)
def command(
    *,
    target: str | None,
    catalog: str | None,
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    versions: int,
    into: str,
    **flags: str | None,
) -> None:
    """Copy templates of the target's project and domain into a file, to plan without a cluster.

    The newest base of a task always comes along, for `latest` stands for it. A .jsonl file is sorted, so that it diffs
    well in Git; a database keeps what was pulled before. An interrupted pull goes on where it was when it is run again.
    """
    workspace = open_workspace()
    place = placed(workspace.target(target), catalog, flags)
    if not (place.project and place.domain):
        raise UsageError("no project or no domain; give --project and --domain, or name them in the target")
    source = open_catalog(place, catalog, workspace)
    _check_into(into, catalog)
    scope = Scope(place.project, place.domain)
    keys, live = _wanted(source, scope, Choice(select=select, exclude=exclude), versions)
    draft = open_draft(into, f"{source.address} {scope} {select} {exclude} {versions}")
    _fetch(source, keys, live, draft)
    draft.finish()
    wipe()
    click.echo(f"Pulled {_count(len(keys), 'version')} of {_count(len(live), 'task')} into {into}.")
    show_problems(source.problems())


def _check_into(into: str, catalog: str | None) -> None:
    if not into.endswith((SNAPSHOT_SUFFIX, ".db")):
        raise UsageError(f"--into {into}: a snapshot ends in {SNAPSHOT_SUFFIX}, a catalog database in .db")
    if catalog and os.path.exists(into) and os.path.exists(catalog) and os.path.samefile(into, catalog):
        raise UsageError(f"--into {into} is the catalog that it would be read from")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _wanted(
    source: Catalog, scope: Scope, choice: Choice, versions: int
) -> tuple[list[TaskVersion], dict[TaskName, str]]:
    """What to pull, in the order of the file, and what is live of each task."""
    listed = [one.task for one in source.listing(scope)]
    tasks = [task for task in listed if choice.wants(task.name)]
    if not tasks:
        raise CatalogError(_nothing(scope, choice, [task.name for task in listed]))
    newest = source.newest(tasks)
    known = source.versions(tasks) if versions > 1 else {task: [newest[task].live] for task in tasks}
    keys = [key for task in tasks for key in _versions_of(task, newest[task], known[task][:versions])]
    return sorted(keys), {task: newest[task].live for task in tasks}


def _nothing(scope: Scope, choice: Choice, names: Sequence[str]) -> str:
    place = f"{scope.project}/{scope.domain}"
    if not names:
        return f"{place} has no tasks (check the project and the domain)"
    hint = did_you_mean(choice.select[0] if choice.select else "", names, "its tasks are")
    return f"no task of {place} is selected ({hint})"


def _versions_of(task: TaskName, newest: Newest, versions: Sequence[str]) -> list[TaskVersion]:
    base = [newest.base] if newest.base and newest.base not in versions else []
    return [TaskVersion(task, version) for version in (*versions, *base)]


def _fetch(source: Catalog, keys: Sequence[TaskVersion], live: Mapping[TaskName, str], draft: Draft) -> None:
    """What the draft does not have yet."""
    rest = [key for key in keys if key not in draft.done]
    for _ in watch()("Pulling", _pulled(source, rest, live, draft), len(rest)):
        pass


def _pulled(
    source: Catalog, keys: Sequence[TaskVersion], live: Mapping[TaskName, str], draft: Draft
) -> Iterator[TaskVersion]:
    """Some hundreds at a time; each when the draft has it."""
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        messages = _messages(source, batch, live)
        draft.add(messages)
        _warn([one.task_id.name for one in messages if draft.is_json and not is_whole(one)])
        yield from batch


def _messages(source: Catalog, batch: Sequence[TaskVersion], live: Mapping[TaskName, str]) -> list[TaskDetails]:
    """In the order of *batch*; the triggers of a task come with the version that is live."""
    templates = source.templates(batch)
    triggers = source.triggers({key.task for key in batch})
    return [
        message(templates[key], triggers.get(key.task, Triggers()) if live[key.task] == key.version else Triggers())
        for key in batch
        if key in templates
    ]


def _warn(names: Sequence[str]) -> None:
    if names:
        wipe()
        listed = ", ".join(sorted(set(names)))
        message = f"warning: JSON drops fields that this flyteidl2 does not know, of {listed}"
        click.echo(f"{message} (pull into a .db, which keeps them, or install a newer flyteidl2)", err=True)
