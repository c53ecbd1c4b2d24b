"""Runs in the database. They stay queued until someone tells how they went: nothing here runs anything."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from flyteplan.local.store.rows import Clause, Page, RunRow, columns, equal, insertion, rows
from flyteplan.model.run import RunName
from flyteplan.model.task import Scope

if TYPE_CHECKING:
    import sqlite3

ABORTED = 7
TERMINAL = frozenset({5, 6, 7, 8, 10})

_COLUMNS = columns(RunRow)
_SELECTED = ", ".join(_COLUMNS)
_THE_ONE = "project = ? AND domain = ? AND run_name = ?"
_INSERT = f"{insertion('runs', _COLUMNS)} ON CONFLICT DO NOTHING"
_ENDED = "ended_at = coalesce(ended_at, max(?, created_at))"
_LASTED = "duration_ms = (coalesce(ended_at, max(?, created_at)) - created_at) / 1000"


def digest(spec: bytes) -> bytes:
    return sha256(spec).digest()


def create(connection: sqlite3.Connection, row: RunRow, spec: bytes) -> bool:
    """Whether the name was free; when it was not, the old run stays as it is."""
    connection.execute("INSERT OR IGNORE INTO run_specs (digest, spec) VALUES (?, ?)", (row.spec_digest, spec))
    return connection.execute(_INSERT, tuple(getattr(row, name) for name in _COLUMNS)).rowcount > 0


def give_inputs(connection: sqlite3.Connection, run: RunName, inputs: bytes) -> None:
    connection.execute(f"UPDATE runs SET inputs = ? WHERE {_THE_ONE}", (inputs, *_key(run)))  # noqa: S608


def find(connection: sqlite3.Connection, run: RunName) -> RunRow | None:
    found = connection.execute(f"SELECT {_SELECTED} FROM runs WHERE {_THE_ONE}", _key(run))  # noqa: S608
    return next(iter(rows(RunRow, found)), None)


def spec_of(connection: sqlite3.Connection, row: RunRow) -> bytes:
    spec: bytes = connection.execute("SELECT spec FROM run_specs WHERE digest = ?", (row.spec_digest,)).fetchone()[0]
    return spec


def listing(connection: sqlite3.Connection, scope: Clause, page: Page) -> list[RunRow]:
    matching = scope & page.filters
    order = page.order or "phase ASC, created_at DESC, run_name DESC"
    statement = f"SELECT {_SELECTED} FROM runs WHERE {matching.sql} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
    return rows(RunRow, connection.execute(statement, (*matching.args, page.limit, page.offset)))


def newest(connection: sqlite3.Connection, scope: Scope, *, limit: int, offset: int) -> list[RunRow]:
    """Of those that were started at one time the greater name comes first, as in a listing."""
    page = Page(filters=Clause(), order="created_at DESC, run_name DESC", limit=limit, offset=offset)
    return listing(connection, equal(project=scope.project, domain=scope.domain), page)


def abort(connection: sqlite3.Connection, run: RunName, reason: str, now: int) -> bool:
    """Whether there is such a run; it is aborted now, even when it had ended."""
    statement = f"UPDATE runs SET phase = ?, abort_reason = ?, updated_at = ?, {_LASTED}, {_ENDED} WHERE {_THE_ONE}"  # noqa: S608
    return connection.execute(statement, (ABORTED, reason, now, now, now, *_key(run))).rowcount > 0


def report(connection: sqlite3.Connection, run: RunName, phase: int, now: int, error: str | None = None) -> bool:
    """Whether there is such a run; its execution is in *phase* now, the number of an ActionPhase."""
    ended = f", {_LASTED}, {_ENDED}" if phase in TERMINAL else ""
    statement = f"UPDATE runs SET phase = ?, reported_phase = ?, error = ?, updated_at = ?{ended} WHERE {_THE_ONE}"  # noqa: S608
    times = (now, now) if ended else ()
    return connection.execute(statement, (phase, phase, error, now, *times, *_key(run))).rowcount > 0


def _key(run: RunName) -> tuple[str, str, str]:
    return run.project, run.domain, run.name
