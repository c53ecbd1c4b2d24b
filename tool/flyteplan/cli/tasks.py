"""`flyteplan tasks list` and `flyteplan tasks show`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial

import click

from flyteplan.cli import options
from flyteplan.cli.marks import secrecy_of, with_deployed
from flyteplan.cli.output import formats, show_problems, write
from flyteplan.cli.sources import opened, scope
from flyteplan.errors import CatalogError, Position, Problem
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.secrecy import Secrecy
from flyteplan.model.task import Listing, Newest, TaskName, TaskVersion, Template, Triggers
from flyteplan.pipeline import Choice
from flyteplan.ports import Catalog
from flyteplan.render.tasks import TaskRow, detail, listing, row


@click.group("tasks")
def command() -> None:
    """What the catalog has: tasks, their versions and their templates."""


@command.command("list")
@options.target
@options.catalog
@options.place
@options.choice
@click.option("--environment", metavar="NAME", help="Only tasks of this environment.")
@click.option("--entrypoint", is_flag=True, help="Only tasks that are marked as an entrypoint.")
@options.output("text", "json")
def list_tasks(
    *,
    target: str | None,
    catalog: str | None,
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    environment: str | None,
    entrypoint: bool,
    outputs: tuple[str, ...],
    **flags: str | None,
) -> None:
    """List the tasks of the target's project and domain."""
    wanted = formats(outputs, ("text", "json"))
    place, source = opened(target, catalog, flags)
    listed = source.listing(scope(place))
    tasks = _chosen(listed, Choice(select=select, exclude=exclude), environment)
    rows = _rows(tasks, source, entrypoint=entrypoint)
    write(wanted, {"text": lambda: listing(rows), "json": lambda: _json_rows(rows)})
    show_problems([*source.problems(), *_nothing(tasks, listed, select, environment)])


def _chosen(listed: Sequence[Listing], choice: Choice, environment: str | None) -> list[TaskName]:
    inside = [one for one in listed if environment in (None, one.environment)]
    return [one.task for one in inside if choice.wants(one.task.name)]


def _nothing(
    tasks: Sequence[TaskName], listed: Sequence[Listing], select: Sequence[str], environment: str | None
) -> Iterator[Problem]:
    """An empty list of a misspelt name looks like one of a project without tasks."""
    if tasks or not listed or not (select or environment):
        return
    environments = {one.environment for one in listed if one.environment}
    if environment and environment not in environments:
        flag, hint = "--environment", did_you_mean(environment, environments, "its environments are")
    else:
        names = [one.task.name for one in listed]
        flag, hint = "--select", did_you_mean(select[0] if select else "", names, "its tasks are")
    yield Problem(code="FP2003", position=Position(flag), message="no task matches", hint=hint, severity="warning")


@command.command("show")
@click.argument("name")
@click.option("--version", "version", metavar="VERSION", help="Of this version (default: the newest base).")
@options.target
@options.catalog
@options.place
@options.output("text", "json")
def show_task(
    name: str,
    version: str | None,
    target: str | None,
    catalog: str | None,
    outputs: tuple[str, ...],
    **flags: str | None,
) -> None:
    """Show one task: its interface, what it asks for, and all that a manifest can override."""
    wanted = formats(outputs, ("text", "json"))
    place, source = opened(target, catalog, flags)
    where = scope(place)
    task = TaskName(where.project, where.domain, name)
    newest = source.newest([task]).get(task) or _no_task(task, source)
    template = _template(TaskVersion(task, version or newest.base or newest.live), source)
    live = _template(TaskVersion(task, newest.live), source) if newest.live != template.key.version else template
    versions, triggers = source.versions([task])[task], source.triggers([task]).get(task, Triggers())
    secrecy = with_deployed(secrecy_of(place), template, live)
    shown = (template, versions, triggers, secrecy)
    write(wanted, {"text": partial(detail, *shown), "json": partial(_json_task, *shown)})
    show_problems(source.problems())


def _rows(tasks: Sequence[TaskName], catalog: Catalog, *, entrypoint: bool) -> list[TaskRow]:
    newest = catalog.newest(tasks)
    keys = {task: TaskVersion(task, newest[task].live) for task in tasks}
    templates = catalog.templates(keys.values())
    versions = catalog.versions(tasks)
    found = [templates[keys[task]] for task in tasks]
    wanted = [one for one in found if one.spec.task_template.metadata.is_entrypoint or not entrypoint]
    return [row(one, len(versions[one.key.task])) for one in wanted]


def _no_task(task: TaskName, catalog: Catalog) -> Newest:
    names = [one.task.name for one in catalog.listing(task.scope)]
    place = f"{task.project}/{task.domain}"
    raise CatalogError(f"{place} has no task {task.name} ({did_you_mean(task.name, names, 'its tasks are')})")


def _template(key: TaskVersion, catalog: Catalog) -> Template:
    found = catalog.templates([key])
    if key not in found:
        hint = did_you_mean(key.version, catalog.versions([key.task])[key.task], "its versions are")
        raise CatalogError(f"{key.task.name} has no version {key.version} ({hint})")
    return found[key]


def _json_rows(rows: Sequence[TaskRow]) -> str:
    from dataclasses import asdict

    return json.dumps([asdict(one) for one in rows], indent=2, ensure_ascii=False) + "\n"


def _json_task(template: Template, versions: Sequence[str], triggers: Triggers, secrecy: Secrecy) -> str:
    from dataclasses import asdict

    from flyteplan.diff.protojson import as_json

    task = template.key.task
    content = {
        "task": {"project": task.project, "domain": task.domain, "name": task.name, "version": template.key.version},
        "versions": list(versions),
        "triggers": [asdict(one) for one in triggers.known],
        "other_triggers": triggers.others,
        "spec": secrecy.spec(as_json(template.spec)),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
