"""Tasks and their versions in the database."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from flyteplan.local.store.rows import Clause, Page, TaskRow, columns, equal, insertion, rows, updates
from flyteplan.model.derived import is_derived
from flyteplan.model.newest import base_of
from flyteplan.model.task import Newest, Scope, TaskName, TaskVersion

if TYPE_CHECKING:
    import sqlite3

_KEY = ("project", "domain", "name", "version")
_COLUMNS = columns(TaskRow)
_SELECTED = ", ".join(_COLUMNS)
# What stays when a version is deployed again: its first deployment, and the triggers, which are kept elsewhere.
_KEPT = {*_KEY, "created_at", *(name for name in _COLUMNS if "trigger" in name)}
_INSERT = f"{insertion('tasks', (*_COLUMNS, 'stem', 'derived'))} ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET "
_REDEPLOY = f"{_INSERT}{updates([name for name in _COLUMNS if name not in _KEPT])} RETURNING key"
_REPLACE = f"{_INSERT}{updates([name for name in _COLUMNS if name not in _KEY])} RETURNING key"
_PARTS = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(_KEY))
_ASKED = f"SELECT {_PARTS} FROM json_each(?)"  # noqa: S608 - nothing but our own names
_OF_IT = "t.project = asked.project AND t.domain = asked.domain AND t.name = asked.name"
_NEWEST_FIRST = "created_at DESC, stem DESC, derived DESC, version DESC"
_LIVE = f"FROM tasks t WHERE {_OF_IT} ORDER BY {_NEWEST_FIRST} LIMIT 1"
_BASE = f"FROM tasks t WHERE {_OF_IT} AND derived = 0 ORDER BY created_at DESC, version DESC LIMIT 1"
_NEWEST = f"""
    SELECT project, domain, name, (SELECT version {_LIVE}) AS live, (SELECT version {_BASE})
    FROM ({_ASKED}) AS asked WHERE live IS NOT NULL
"""  # noqa: S608 - nothing but our own names
_TRIGGERED = f"""
    SELECT project, domain, name FROM ({_ASKED}) AS asked
    WHERE (SELECT total_triggers {_LIVE}) > 0 OR (SELECT total_triggers {_BASE}) > 0
"""  # noqa: S608 - nothing but our own names
_SPECS = f"""
    SELECT t.project, t.domain, t.name, t.version, t.created_at, s.spec
    FROM ({_ASKED}) AS asked CROSS JOIN tasks t ON {_OF_IT} AND t.version = asked.version
    CROSS JOIN specs s ON s.task = t.key
"""  # noqa: S608 - nothing but our own names
_ROWS = f"""
    SELECT {", ".join(f"t.{name}" for name in _COLUMNS)}
    FROM ({_ASKED}) AS asked CROSS JOIN tasks t ON {_OF_IT} AND t.version = asked.version
"""  # noqa: S608 - nothing but our own names


def deploy(connection: sqlite3.Connection, row: TaskRow, spec: bytes) -> None:
    """A version that is there already gets the new spec, and stays as old as it was."""
    _put(connection, _REDEPLOY, row, spec)


def replace(connection: sqlite3.Connection, row: TaskRow, spec: bytes) -> None:
    """The version as another catalog has it, its first deployment and its triggers included."""
    _put(connection, _REPLACE, row, spec)


def find(connection: sqlite3.Connection, key: TaskVersion) -> tuple[TaskRow, bytes] | None:
    statement = f"SELECT {_SELECTED}, key FROM tasks WHERE project = ? AND domain = ? AND name = ? AND version = ?"  # noqa: S608
    found = connection.execute(statement, (*key.task, key.version)).fetchone()
    if found is None:
        return None
    spec: bytes = connection.execute("SELECT spec FROM specs WHERE task = ?", found[-1:]).fetchone()[0]
    return TaskRow(**dict(zip(_COLUMNS, found[:-1], strict=True))), spec


def specs(connection: sqlite3.Connection, keys: Collection[TaskVersion]) -> Iterator[tuple[TaskVersion, int, bytes]]:
    """Those that are there, with their first deployment and their spec."""
    for project, domain, name, version, created_at, spec in connection.execute(_SPECS, (_asked_versions(keys),)):
        yield TaskVersion(TaskName(project, domain, name), version), created_at, spec


def described(connection: sqlite3.Connection, keys: Collection[TaskVersion]) -> list[TaskRow]:
    return rows(TaskRow, connection.execute(_ROWS, (_asked_versions(keys),)))


def telling(connection: sqlite3.Connection, tasks: Iterable[TaskName]) -> dict[TaskName, TaskRow]:
    """The row of each task that tells of its triggers.

    That of the newest version. Where flyteplan made it and it tells of none, that of the newest base: triggers stay
    what they are when a version is deployed without any.
    """
    found = newest(connection, tasks)
    keys = {TaskVersion(task, name) for task, one in found.items() for name in (one.live, one.base) if name}
    by_key = {TaskVersion(_task(row), row.version): row for row in described(connection, keys)}
    return {task: _telling(task, one, by_key) for task, one in found.items()}


def triggered(connection: sqlite3.Connection, tasks: Iterable[TaskName]) -> list[TaskName]:
    """Those whose newest version, or newest base, tells of triggers: few do, and only their rows are worth reading."""
    return [TaskName(*name) for name in connection.execute(_TRIGGERED, (json.dumps(list(tasks)),))]


def _telling(task: TaskName, newest: Newest, rows: Mapping[TaskVersion, TaskRow]) -> TaskRow:
    live = rows[TaskVersion(task, newest.live)]
    return live if live.total_triggers or newest.base is None else rows[TaskVersion(task, newest.base)]


def newest(connection: sqlite3.Connection, tasks: Iterable[TaskName]) -> dict[TaskName, Newest]:
    """Of the tasks that are there."""
    found = connection.execute(_NEWEST, (json.dumps(list(tasks)),))
    return {TaskName(*name): Newest(live=live, base=base) for *name, live, base in found}


def versions(connection: sqlite3.Connection, task: TaskName) -> tuple[str, ...]:
    """All of them, newest first."""
    statement = f"SELECT version FROM tasks WHERE project = ? AND domain = ? AND name = ? ORDER BY {_NEWEST_FIRST}"  # noqa: S608
    return tuple(version for (version,) in connection.execute(statement, task))


def names(connection: sqlite3.Connection, scope: Scope) -> list[TaskName]:
    """Every task of the scope, sorted."""
    statement = "SELECT DISTINCT name FROM tasks WHERE project = ? AND domain = ? ORDER BY name"
    found = connection.execute(statement, (scope.project, scope.domain))
    return [TaskName(scope.project, scope.domain, name) for (name,) in found]


def listing(connection: sqlite3.Connection, scope: Clause, page: Page) -> tuple[list[TaskRow], int, int]:
    """The newest of those versions of each task that pass the filters, and how many tasks that is, of how many."""
    matching = scope & page.filters
    # Ranked by what the index holds, so that only the rows that are shown are read in full.
    ranked = f"""
        SELECT key, ROW_NUMBER() OVER (PARTITION BY project, domain, name ORDER BY {_NEWEST_FIRST}) AS place
        FROM tasks WHERE {matching.sql}
    """  # noqa: S608 - the columns are checked and the values are arguments
    newest_keys = f"SELECT key FROM ({ranked}) WHERE place = 1"  # noqa: S608
    order = page.order or "created_at DESC"
    statement = f"SELECT {_SELECTED} FROM tasks WHERE key IN ({newest_keys}) ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
    found = rows(TaskRow, connection.execute(statement, (*matching.args, page.limit, page.offset)))
    total = _count(connection, scope)
    return found, _count(connection, matching) if page.filters != Clause() else total, total


def version_listing(connection: sqlite3.Connection, task: TaskName, page: Page) -> list[tuple[str, int]]:
    """Versions and their first deployments."""
    matching = equal(project=task.project, domain=task.domain, name=task.name) & page.filters
    order = page.order or _NEWEST_FIRST
    statement = f"SELECT version, created_at FROM tasks WHERE {matching.sql} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
    return connection.execute(statement, (*matching.args, page.limit, page.offset)).fetchall()


def _put(connection: sqlite3.Connection, statement: str, row: TaskRow, spec: bytes) -> None:
    task = _task(row)
    derived = is_derived(row.version)
    stem = base_of(row.version, _of_kind(connection, task, derived=False)) if derived else row.version
    values = (*(getattr(row, name) for name in _COLUMNS), stem, derived)
    (key,) = connection.execute(statement, values).fetchone()
    connection.execute("INSERT OR REPLACE INTO specs (task, spec) VALUES (?, ?)", (key, spec))
    if not derived:
        _claim(connection, task, row.version)


def _claim(connection: sqlite3.Connection, task: TaskName, base: str) -> None:
    """Derived versions whose names tell of *base* only in part are known as its own once it is there."""
    for version in _of_kind(connection, task, derived=True):
        if base_of(version, [base]) == base:
            statement = "UPDATE tasks SET stem = ? WHERE project = ? AND domain = ? AND name = ? AND version = ?"
            connection.execute(statement, (base, *task, version))


def _of_kind(connection: sqlite3.Connection, task: TaskName, *, derived: bool) -> list[str]:
    statement = "SELECT version FROM tasks WHERE project = ? AND domain = ? AND name = ? AND derived = ?"
    return [version for (version,) in connection.execute(statement, (*task, derived))]


def _count(connection: sqlite3.Connection, matching: Clause) -> int:
    distinct = f"SELECT DISTINCT project, domain, name FROM tasks WHERE {matching.sql}"  # noqa: S608
    count: int = connection.execute(f"SELECT count(*) FROM ({distinct})", matching.args).fetchone()[0]  # noqa: S608
    return count


def _asked_versions(keys: Iterable[TaskVersion]) -> str:
    return json.dumps([(*key.task, key.version) for key in keys])


def _task(row: TaskRow) -> TaskName:
    return TaskName(row.project, row.domain, row.name)
