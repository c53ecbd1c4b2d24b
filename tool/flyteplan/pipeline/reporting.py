"""A plan + what is live -> how each task stands. Nothing is written: a catalog has no way to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from flyteplan.model.deployment import Provenance
from flyteplan.model.derived import is_derived
from flyteplan.model.plan import Change, Plan
from flyteplan.model.status import Report
from flyteplan.model.task import TaskName, TaskVersion, Template
from flyteplan.ports import Catalog
from flyteplan.status import judge


def report(plan: Plan, catalog: Catalog, provenance: Provenance) -> Report:
    """Of every change as version. Raises CatalogError.

    Where a base is live and is not as desired, all versions of its task are asked for: one may be ours.
    """
    changes = [change for change in plan.changes if change.submit.kind == "version"]
    behind = [change for change in changes if change.action == "update"]
    derived = [change for change in behind if is_derived(change.live_version)]
    live = _by_task([TaskVersion(change.task.task, change.live_version) for change in derived], catalog)
    earlier = _earlier([change for change in behind if not is_derived(change.live_version)], catalog)
    judged = (judge(one, live.get(one.task.task), earlier.get(one.task.task), provenance) for one in changes)
    return Report(plan=plan, tasks=tuple(judged))


def _earlier(changes: Sequence[Change], catalog: Catalog) -> Mapping[TaskName, Template]:
    """The newest derived version of each task that has any."""
    versions = catalog.versions({change.task.task for change in changes}) if changes else {}
    derived = {task: [version for version in found if is_derived(version)] for task, found in versions.items()}
    return _by_task([TaskVersion(task, found[0]) for task, found in derived.items() if found], catalog)


def _by_task(keys: Collection[TaskVersion], catalog: Catalog) -> Mapping[TaskName, Template]:
    return {key.task: template for key, template in catalog.templates(keys).items()} if keys else {}
