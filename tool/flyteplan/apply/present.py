"""What the catalog has, of all that changes depend on."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flyteplan.diff import digest
from flyteplan.model.derived import is_derived
from flyteplan.model.plan import Change
from flyteplan.model.run import Run, RunName
from flyteplan.model.task import Newest, TaskName, TaskVersion, Template, Triggers
from flyteplan.ports import Ahead, Catalog
from flyteplan.record import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Templates of bases and of live versions; the versions of those tasks that get a new one; the runs there are.

    `triggers` has all tasks that it was asked for, those without any too, and no others.
    """

    versions: Mapping[TaskName, Collection[str]]
    newest: Mapping[TaskName, Newest]
    templates: Mapping[TaskVersion, Template]
    triggers: Mapping[TaskName, Triggers]
    runs: Mapping[RunName, Run]
    digests: dict[TaskVersion, str] = field(default_factory=dict)

    def has(self, key: TaskVersion) -> bool:
        return key.version in self.versions.get(key.task, ())

    def live(self, change: Change) -> Template | None:
        newest = self.newest.get(change.task.task)
        return self.templates.get(TaskVersion(change.task.task, newest.live)) if newest else None

    def digest(self, template: Template) -> str:
        """That of its spec, which is asked for more than once."""
        if template.key not in self.digests:
            self.digests[template.key] = digest(template.spec)
        return self.digests[template.key]


def questions(changes: Collection[Change]) -> Ahead:
    """What `look_again` asks where all is as the plan saw it.

    Triggers that are not moved are no part of what is submitted: once it has begun, they may change.
    """
    tasks = {change.task.task for change in changes}
    return Ahead(
        versions={change.task.task for change in changes if _may_be_taken(change)},
        live=tasks,
        bases={change.task.task for change in changes if is_derived(change.live_version)},
        templates={change.task for change in changes}
        | {TaskVersion(change.task.task, change.live_version) for change in changes},
        triggers={change.task.task for change in changes if change.submit.triggers == "retarget"},
        runs=[change.run for change in changes if change.submit.kind == "run"],
    )


def look(catalog: Catalog, changes: Collection[Change]) -> Present:
    """All that was planned on, the triggers that stay as they are too. Raises CatalogError."""
    versions = {change.task.task for change in changes if change.submit.kind == "version"}
    return _present(catalog, changes, questions(changes) | Ahead(triggers=versions))


def look_again(catalog: Catalog, changes: Collection[Change]) -> Present:
    """What may not have moved before these are submitted. Raises CatalogError."""
    return _present(catalog, changes, questions(changes))


def _present(catalog: Catalog, changes: Collection[Change], asked: Ahead) -> Present:
    """Each question once, for all of them.

    Versions come first: one that another apply makes meanwhile is then seen as what is live, not as a name taken. Where
    the base was live there was no derived version whose name could be taken, and one made since is live.
    """
    versions = catalog.versions(asked.versions)
    newest = catalog.newest(asked.live)
    keys = {change.task for change in changes} | {TaskVersion(task, found.live) for task, found in newest.items()}
    triggers = catalog.triggers(asked.triggers)
    return Present(
        versions=versions,
        newest=newest,
        templates=catalog.templates(keys),
        triggers={task: triggers.get(task, Triggers()) for task in asked.triggers},
        runs=catalog.runs(asked.runs),
    )


def _may_be_taken(change: Change) -> bool:
    return change.action == "update" and change.live_version != change.task.version


def made(change: Change) -> TaskVersion:
    """The key of the version that the change makes."""
    return TaskVersion(change.task.task, change.submit.name)
