"""The rows of a list of tasks, by the tasks that they are about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from flyteplan.model.task import Scope, TaskName


def of_scope(scope: Scope, rows: Iterable[Any]) -> dict[TaskName, Any]:
    """Rows that moved to the next page come twice, and a server may list more than it was asked for."""
    here = (row for row in rows if _is_of(scope, row.task_id))
    return {TaskName(scope.project, scope.domain, row.task_id.name): row for row in here}


def of_tasks(tasks: Collection[TaskName], answers: Mapping[tuple[Scope, int], Iterable[Any]]) -> dict[TaskName, Any]:
    """Those of *tasks*, from lists of a scope and the number of a group of its names."""
    rows: dict[TaskName, Any] = {}
    for (scope, _), answered in answers.items():
        rows |= of_scope(scope, answered)
    return {task: rows[task] for task in tasks if task in rows}


def _is_of(scope: Scope, identifier: Any) -> bool:
    return identifier.project in ("", scope.project) and identifier.domain in ("", scope.domain)
