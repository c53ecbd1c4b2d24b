"""What a catalog has in its scopes, asked once for all who look for tasks there."""

from __future__ import annotations

from collections.abc import Sequence

from flyteplan.model.nearest import Names
from flyteplan.model.task import Listing, Scope, TaskName, TaskVersion
from flyteplan.ports import Catalog


class Listings:
    """Many manifests may select in one scope, and of a wrong catalog all tasks are missing: their names are looked for
    thousands of times among the same ones.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._rows: dict[Scope, Sequence[Listing]] = {}
        self._tasks: dict[Scope, Names] = {}
        # None of a task whose template is not there.
        self._entrypoints: dict[TaskName, bool | None] = {}

    def rows(self, scope: Scope) -> Sequence[Listing]:
        """Every task of *scope*, sorted by name."""
        if scope not in self._rows:
            self._rows[scope] = self._catalog.listing(scope)
        return self._rows[scope]

    def tasks(self, scope: Scope) -> Names:
        """The names of the tasks of *scope*."""
        if scope not in self._tasks:
            self._tasks[scope] = Names(row.task.name for row in self.rows(scope))
        return self._tasks[scope]

    def entrypoints(self, tasks: Sequence[TaskName], *, wanted: bool) -> list[TaskName]:
        """Those of *tasks* that are entry points, or are none."""
        self._find_out([task for task in tasks if task not in self._entrypoints])
        return [task for task in tasks if self._entrypoints[task] is wanted]

    def _find_out(self, tasks: Sequence[TaskName]) -> None:
        self._entrypoints.update(dict.fromkeys(tasks))
        newest = self._catalog.newest(tasks) if tasks else {}
        keys = {task: TaskVersion(task, newest[task].base or newest[task].live) for task in tasks if task in newest}
        templates = self._catalog.templates(keys.values()) if keys else {}
        for task, key in keys.items():
            if key in templates:
                self._entrypoints[task] = templates[key].spec.task_template.metadata.is_entrypoint
