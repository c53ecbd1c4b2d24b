"""Projects in the database. Domains are configuration of a server, and no rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flyteplan.local.store.rows import Page, ProjectRow, columns, insertion, rows

if TYPE_CHECKING:
    import sqlite3

_COLUMNS = columns(ProjectRow)
_SELECTED = ", ".join(_COLUMNS)
_INSERT = f"{insertion('projects', _COLUMNS)} ON CONFLICT DO NOTHING"
_UPDATE = "UPDATE projects SET name = ?, description = ?, labels = ?, state = ?, updated_at = ? WHERE identifier = ?"


def create(connection: sqlite3.Connection, row: ProjectRow) -> bool:
    """Whether the identifier was free."""
    return connection.execute(_INSERT, tuple(getattr(row, name) for name in _COLUMNS)).rowcount > 0


def update(connection: sqlite3.Connection, row: ProjectRow) -> bool:
    """Whether there is such a project."""
    values = (row.name, row.description, row.labels, row.state, row.updated_at, row.identifier)
    return connection.execute(_UPDATE, values).rowcount > 0


def find(connection: sqlite3.Connection, name: str) -> ProjectRow | None:
    found = connection.execute(f"SELECT {_SELECTED} FROM projects WHERE identifier = ?", (name,))  # noqa: S608
    return next(iter(rows(ProjectRow, found)), None)


def listing(connection: sqlite3.Connection, page: Page) -> list[ProjectRow]:
    order = page.order or "created_at, identifier"
    statement = f"SELECT {_SELECTED} FROM projects WHERE {page.filters.sql} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
    return rows(ProjectRow, connection.execute(statement, (*page.filters.args, page.limit, page.offset)))
