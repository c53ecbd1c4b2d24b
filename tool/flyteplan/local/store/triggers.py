"""Triggers in the database: what they are, what they were, and what a task's row tells of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from flyteplan.local.store.rows import Clause, Page, TriggerRow, columns, equal, insertion, rows, updates
from flyteplan.model.task import TaskName
from flyteplan.record import replace

if TYPE_CHECKING:
    import sqlite3

DEPLOYED, ACTIVATED, DEACTIVATED, DELETED = 1, 2, 3, 4

_COLUMNS = columns(TriggerRow)
_SELECTED = ", ".join(_COLUMNS)
_KEY = ("project", "domain", "task_name", "name")
_THE_ONE = " AND ".join(f"{name} = ?" for name in _KEY)
_INSERT = f"{insertion('triggers', _COLUMNS)} ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {updates(_COLUMNS[4:])}"
_REMEMBER = f"INSERT INTO trigger_revisions ({_SELECTED}, action) SELECT {_SELECTED}, ? FROM triggers WHERE {_THE_ONE}"  # noqa: S608
_OF_TASKS = f"""
    SELECT {", ".join(f"t.{name}" for name in _COLUMNS)} FROM json_each(?) AS asked CROSS JOIN triggers t
    ON t.project = json_extract(value, '$[0]') AND t.domain = json_extract(value, '$[1]')
    AND t.task_name = json_extract(value, '$[2]')
    ORDER BY t.project, t.domain, t.task_name, t.name
"""  # noqa: S608 - nothing but our own names
_SUMMARY = """
    UPDATE tasks SET
        total_triggers = (SELECT count(*) FROM own), active_triggers = (SELECT count(*) FROM own WHERE active),
        trigger_name = (SELECT max(name) FROM own HAVING count(*) = 1),
        trigger_automation = (SELECT max(automation) FROM own HAVING count(*) = 1)
    WHERE project = ? AND domain = ? AND name = ? AND version = ?
"""
_OWN = """
    WITH own AS (
        SELECT * FROM triggers WHERE project = ? AND domain = ? AND task_name = ? AND task_version = ?
        AND deleted_at IS NULL
    )
"""


def deploy(connection: sqlite3.Connection, row: TriggerRow, expected: int = 0) -> TriggerRow | None:
    """Makes or changes a trigger, and returns it as it is then.

    None, and nothing changed, when it is there at another revision than *expected* (0: any).
    """
    old = _any(connection, row)
    if old and expected and old.latest_revision != expected:
        return None
    if old:
        moved = row.updated_at if old.active != row.active else old.updated_at
        row = replace(row, updated_at=moved, triggered_at=old.triggered_at)
    new = replace(row, latest_revision=old.latest_revision + 1 if old else 1)
    _keep(connection, new, DEPLOYED)
    return new


def note(connection: sqlite3.Connection, row: TriggerRow) -> None:
    """Takes a trigger over as another catalog tells of it, with no revision; what was deployed here counts more."""
    connection.execute(f"{insertion('triggers', _COLUMNS)} ON CONFLICT DO NOTHING", _values(row))


def forget_noted(connection: sqlite3.Connection, task: TaskName) -> None:
    """Removes what `note` made of the task's triggers and nobody changed since."""
    statement = "DELETE FROM triggers WHERE project = ? AND domain = ? AND task_name = ? AND latest_revision = 0"
    connection.execute(statement, (task.project, task.domain, task.name))


def activate(connection: sqlite3.Connection, key: TriggerRow, *, active: bool, now: int) -> None:
    changed = replace(key, active=active, updated_at=now, latest_revision=key.latest_revision + 1)
    _keep(connection, changed, ACTIVATED if active else DEACTIVATED)


def delete(connection: sqlite3.Connection, key: TriggerRow, now: int) -> None:
    gone = replace(key, active=False, deleted_at=now, latest_revision=key.latest_revision + 1)
    _keep(connection, gone, DELETED)


def fired(connection: sqlite3.Connection, row: TriggerRow, now: int) -> None:
    statement = f"UPDATE triggers SET triggered_at = ? WHERE {_THE_ONE}"  # noqa: S608
    connection.execute(statement, (now, row.project, row.domain, row.task_name, row.name))


def summarize(connection: sqlite3.Connection, row: TriggerRow) -> None:
    """Brings what the row of the task's version tells of its triggers up to date; that of other versions stays."""
    version = (row.project, row.domain, row.task_name, row.task_version)
    connection.execute(_OWN + _SUMMARY, version + version)


def find(connection: sqlite3.Connection, task: TaskName, name: str) -> TriggerRow | None:
    """A trigger that is not deleted, of whichever task when *task* has no name."""
    known = equal(project=task.project, domain=task.domain, name=name)
    scope = known & equal(task_name=task.name) if task.name else known
    return next(iter(listing(connection, scope, Page(filters=Clause(), order="", limit=1, offset=0))), None)


def of_tasks(connection: sqlite3.Connection, tasks: Iterable[TaskName]) -> list[TriggerRow]:
    """All triggers of the tasks, the deleted ones too, sorted by task and name."""
    asked = json.dumps(list(tasks))
    return rows(TriggerRow, connection.execute(_OF_TASKS, (asked,)))


def others(connection: sqlite3.Connection, task: TaskName, names: Collection[str]) -> list[TriggerRow]:
    """The triggers of the task that are not deleted and have none of the *names*."""
    return [row for row in of_tasks(connection, [task]) if row.deleted_at is None and row.name not in names]


def listing(connection: sqlite3.Connection, scope: Clause, page: Page) -> list[TriggerRow]:
    matching = Clause("deleted_at IS NULL") & scope & page.filters
    order = page.order or "active DESC, updated_at DESC"
    statement = f"SELECT {_SELECTED} FROM triggers WHERE {matching.sql} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
    return rows(TriggerRow, connection.execute(statement, (*matching.args, page.limit, page.offset)))


def revision(connection: sqlite3.Connection, task: TaskName, name: str, number: int) -> TriggerRow | None:
    statement = f"SELECT {_SELECTED} FROM trigger_revisions WHERE {_THE_ONE} AND latest_revision = ?"  # noqa: S608
    found = connection.execute(statement, (task.project, task.domain, task.name, name, number))
    return next(iter(rows(TriggerRow, found)), None)


def history(connection: sqlite3.Connection, task: TaskName, name: str, page: Page) -> list[tuple[TriggerRow, int]]:
    """Revisions, newest first, and what made each."""
    order = "ORDER BY latest_revision DESC LIMIT ? OFFSET ?"
    statement = f"SELECT {_SELECTED}, action FROM trigger_revisions WHERE {_THE_ONE} {order}"  # noqa: S608
    arguments = (task.project, task.domain, task.name, name, page.limit, page.offset)
    found = connection.execute(statement, arguments).fetchall()
    return [(TriggerRow(**dict(zip(_COLUMNS, values, strict=False))), values[-1]) for values in found]


def _keep(connection: sqlite3.Connection, row: TriggerRow, action: int) -> None:
    connection.execute(_INSERT, _values(row))
    connection.execute(_REMEMBER, (action, row.project, row.domain, row.task_name, row.name))


def _any(connection: sqlite3.Connection, row: TriggerRow) -> TriggerRow | None:
    statement = f"SELECT {_SELECTED} FROM triggers WHERE {_THE_ONE}"  # noqa: S608
    found = connection.execute(statement, (row.project, row.domain, row.task_name, row.name))
    return next(iter(rows(TriggerRow, found)), None)


def _values(row: TriggerRow) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _COLUMNS)
