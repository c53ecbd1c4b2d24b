"""Which tasks flyteplan manages that no manifest speaks of any more: a scope's listing and tags -> resolutions.

A task is managed where its live version is a derived one whose tags name this owner and this target. So two targets of
one repository may share a project and a domain, and neither undoes the other. What keeps a derived version is a
manifest that comes to `as: version`, a select through the tasks that it matches; one that comes to a run, or that
submits nothing, makes no version and keeps none. The scopes are the target's and those that manifests name: of a scope
whose last manifest is gone nothing tells any more.

One listing a scope tells what is live. Templates are read of live versions that are derived and have no manifest, and
of the bases of those that are managed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flyteplan.diff import digest
from flyteplan.errors import Position, Problem
from flyteplan.model.config import Target
from flyteplan.model.deployment import Provenance
from flyteplan.model.derived import is_derived
from flyteplan.model.manifest import Manifest
from flyteplan.model.plan import PRUNE
from flyteplan.model.resolution import Group, Intent, Resolution
from flyteplan.model.settings import Selector, Setting, Settings
from flyteplan.model.tags import tags_of
from flyteplan.model.task import Newest, Scope, TaskName, TaskVersion, Template, Triggers
from flyteplan.ports import Catalog

_RETARGET = Setting(path=("submit", "triggers"), value="retarget", position=PRUNE)


def scopes(manifests: Iterable[Manifest], target: Target) -> tuple[Scope, ...]:
    """The target's, and those that manifests name; none without a project and a domain."""
    named = {(one.reference.project or target.project, one.reference.domain or target.domain) for one in manifests}
    return tuple(sorted(Scope(*names) for names in {*named, (target.project, target.domain)} if all(names)))


def without_manifest(
    scopes: Iterable[Scope],
    intents: Iterable[Intent],
    catalog: Catalog,
    provenance: Provenance,
    wanted: Callable[[str], bool],
) -> tuple[tuple[Resolution, ...], tuple[Problem, ...]]:
    """What goes back to its newest base, with desired = base; and a warning for every task that has none.

    *wanted* takes the name of a task. A task whose live spec is its base's already is left out.
    """
    kept = {intent.task for intent in intents if intent.kind == "version"}
    listed = [row for scope in scopes for row in catalog.listing(scope)]
    derived = [row for row in listed if is_derived(row.live) and row.task not in kept and wanted(row.task.name)]
    found = catalog.templates([TaskVersion(row.task, row.live) for row in derived])
    live = {key.task: one for key, one in found.items() if tags_of(one.spec).are_of(provenance)}
    newest = catalog.newest(live.keys())
    bases = _bases(newest, catalog)
    moved = [task for task in sorted(bases) if digest(bases[task].spec) != digest(live[task].spec)]
    triggers = catalog.triggers(moved) if moved else {}
    resolutions = [
        Resolution(
            intent=_intent(task, triggers.get(task, Triggers())),
            base=bases[task],
            live=live[task],
            newest_base=bases[task].key.version,
            triggers=triggers.get(task, Triggers()),
        )
        for task in moved
    ]
    return tuple(resolutions), tuple(_no_base(task) for task in sorted(live.keys() - bases.keys()))


def _bases(newest: Mapping[TaskName, Newest], catalog: Catalog) -> dict[TaskName, Template]:
    keys = [TaskVersion(task, found.base) for task, found in newest.items() if found.base]
    return {key.task: template for key, template in catalog.templates(keys).items()}


def _intent(task: TaskName, triggers: Triggers) -> Intent:
    """A trigger that starts a derived version would start it for ever: all of the task move, or none can."""
    pinned = any(is_derived(trigger.version) for trigger in triggers.known)
    return Intent(
        group=Group(task=task, run="", manifests=()),
        kind="version",
        strategy="merge",
        selector=Selector(auto_version="latest"),
        settings=Settings((_RETARGET,) if pinned and not triggers.others else ()),
    )


def _no_base(task: TaskName) -> Problem:
    return Problem(
        code="FP2002",
        position=Position(str(task)),
        message="no manifest speaks of it any more, and every version of it is a derived one: there is no base",
        hint="deploy the task from its code again",
        severity="warning",
    )
