"""The embedded catalog as the stages read it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, groupby
from typing import TYPE_CHECKING

from flyteplan.errors import CatalogError, Problem
from flyteplan.local.clock import NANOSECONDS
from flyteplan.local.store import Store
from flyteplan.local.store import tasks as task_table
from flyteplan.local.store import triggers as trigger_table
from flyteplan.model.task import Listing, Newest, Scope, TaskName, TaskVersion, Template, Trigger, Triggers

if TYPE_CHECKING:
    import sqlite3

    from flyteplan.local.store.rows import RunRow, TaskRow, TriggerRow
    from flyteplan.model.run import Run, RunName

_PAGE = 50


class LocalCatalog:
    """`ports.Catalog` over a catalog database. Each question opens the file, reads one state of it, and closes it."""

    def __init__(self, path: str, root: str = ".") -> None:
        self._path = path
        self._shown = _shown(path, root)

    @property
    def address(self) -> str:
        return self._shown

    def listing(self, scope: Scope) -> Sequence[Listing]:
        with self._reading() as connection:
            found = _live_rows(connection, task_table.names(connection, scope))
        return [
            Listing(task=task, environment=row.environment, live=row.version) for task, row in sorted(found.items())
        ]

    def newest(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Newest]:
        with self._reading() as connection:
            return task_table.newest(connection, tasks)

    def live(self, tasks: Collection[TaskName]) -> Mapping[TaskName, str]:
        return {task: found.live for task, found in self.newest(tasks).items()}

    def versions(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Sequence[str]]:
        with self._reading() as connection:
            return {task: task_table.versions(connection, task) for task in tasks}

    def templates(self, keys: Collection[TaskVersion]) -> Mapping[TaskVersion, Template]:
        with self._reading() as connection:
            return _templates(task_table.specs(connection, set(keys)))

    def triggers(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Triggers]:
        """Those in the database; of a task that has none there, as many as its newest version or base tells."""
        with self._reading() as connection:
            known = _by_task(trigger_table.of_tasks(connection, set(tasks)))
            triggered = task_table.triggered(connection, set(tasks) - known.keys())
            telling = task_table.telling(connection, triggered)
        counted = {task: Triggers(others=row.total_triggers) for task, row in telling.items()}
        return {task: found for task, found in {**known, **counted}.items() if found.count}

    def runs(self, names: Collection[RunName]) -> Mapping[RunName, Run]:
        from flyteplan.local.store import runs as run_table

        with self._reading() as connection:
            found = {name: run_table.find(connection, name) for name in names}
            return {name: _run(connection, row) for name, row in found.items() if row}

    def newest_runs(self, scope: Scope) -> Iterator[Run]:
        from flyteplan.local.store import runs as run_table

        for page in count():
            with self._reading() as connection:
                rows = run_table.newest(connection, scope, limit=_PAGE, offset=page * _PAGE)
                found = [_run(connection, row) for row in rows]
            yield from found
            if len(found) < _PAGE:
                return

    def problems(self) -> Sequence[Problem]:
        return ()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with Store(self._path, mode="read", shown=self._shown) as store, store.reading() as connection:
            yield connection


def _run(connection: sqlite3.Connection, row: RunRow) -> Run:
    from flyteplan.local.services.actions import details_of_run
    from flyteplan.local.store import runs as run_table
    from flyteplan.model.run import RunName, run_of

    name = RunName(row.project, row.domain, row.run_name)
    return run_of(name, details_of_run(row, run_table.spec_of(connection, row)))


def _live_rows(connection: sqlite3.Connection, names: Iterable[TaskName]) -> dict[TaskName, TaskRow]:
    newest = task_table.newest(connection, names)
    rows = task_table.described(connection, [TaskVersion(task, found.live) for task, found in newest.items()])
    return {TaskName(row.project, row.domain, row.name): row for row in rows}


def _templates(found: Iterable[tuple[TaskVersion, int, bytes]]) -> dict[TaskVersion, Template]:
    from flyteidl2.task.task_definition_pb2 import TaskSpec
    from google.protobuf.message import DecodeError

    templates: dict[TaskVersion, Template] = {}
    for key, deployed_at, packed in found:
        try:
            spec = TaskSpec.FromString(packed)
        except DecodeError:
            shown = f"{key.task} {key.version}"
            raise CatalogError(f"the template of {shown} can not be read (fill the catalog again)") from None
        templates[key] = Template(key=key, spec=spec, deployed_at=deployed_at * NANOSECONDS)
    return templates


def _by_task(rows: Iterable[TriggerRow]) -> dict[TaskName, Triggers]:
    grouped = groupby(rows, lambda row: TaskName(row.project, row.domain, row.task_name))
    return {task: Triggers(known=tuple(map(_trigger, _there(group)))) for task, group in grouped}


def _there(rows: Iterable[TriggerRow]) -> Iterator[TriggerRow]:
    return (row for row in rows if row.deleted_at is None)


def _trigger(row: TriggerRow) -> Trigger:
    return Trigger(name=row.name, active=bool(row.active), revision=row.latest_revision, version=row.task_version)


def _shown(path: str, root: str) -> str:
    absolute, base = os.path.abspath(path), os.path.abspath(root)
    below = absolute.startswith(os.path.join(base, ""))
    name = (os.path.relpath(absolute, base) if below else path).replace(os.sep, "/")
    return os.fsencode(name).decode("utf-8", "replace")
