"""What the catalog has, of all that changes depend on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flyteplan.model.plan import Change
from flyteplan.model.task import Newest, TaskName, TaskVersion, Template, Triggers
from flyteplan.ports import Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Templates of bases, of live versions, and of those that have the names of the new ones."""

    newest: Mapping[TaskName, Newest]
    templates: Mapping[TaskVersion, Template]
    triggers: Mapping[TaskName, Triggers]

    def live(self, change: Change) -> Template | None:
        newest = self.newest.get(change.task.task)
        return self.templates.get(TaskVersion(change.task.task, newest.live)) if newest else None


def look(catalog: Catalog, changes: Collection[Change]) -> Present:
    """Each question once, for all of them. Raises CatalogError."""
    tasks = {change.task.task for change in changes}
    newest = catalog.newest(tasks)
    keys = {change.task for change in changes} | {TaskVersion(task, found.live) for task, found in newest.items()}
    keys |= {made(change) for change in changes if change.action == "update"}
    return Present(newest=newest, templates=catalog.templates(keys), triggers=catalog.triggers(tasks))


def made(change: Change) -> TaskVersion:
    """The key of the version that the change makes."""
    return TaskVersion(change.task.task, change.submit.name)
