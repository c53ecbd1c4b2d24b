"""Rows as values, and what a listing asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from flyteplan.record import dataclass, field_names

if TYPE_CHECKING:
    import sqlite3

Row = TypeVar("Row")
Value = str | int | bytes | None


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition in SQL and its arguments."""

    sql: str = "TRUE"
    args: tuple[Value, ...] = ()

    def __and__(self, other: Clause) -> Clause:
        return Clause(f"({self.sql}) AND ({other.sql})", self.args + other.args)


def equal(**columns: Value) -> Clause:
    """Each column has its value."""
    return Clause(" AND ".join(f"{column} = ?" for column in columns), tuple(columns.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which rows, in which order ("" is the listing's own), and which part of them (a limit below 0 is none)."""

    filters: Clause
    order: str
    limit: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One version of a task without its spec. Times are in microseconds."""

    project: str
    domain: str
    name: str
    version: str
    environment: str
    function_name: str
    short_name: str
    entrypoint: bool
    env_description: str | None
    short_description: str | None
    created_at: int
    updated_at: int
    trigger_name: str | None = None
    total_triggers: int = 0
    active_triggers: int = 0
    trigger_automation: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerRow:
    """A trigger as it is, or as one of its revisions had it. It belongs to a task's name, and starts one version."""

    project: str
    domain: str
    task_name: str
    name: str
    latest_revision: int = 0
    spec: bytes
    automation: bytes
    automation_type: str
    task_version: str
    active: bool
    description: str | None
    deployed_at: int
    updated_at: int
    triggered_at: int | None = None
    deleted_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run, which is its root action.

    `reported_phase` is the last phase that was reported from the execution; an abort alone reports none.
    """

    project: str
    domain: str
    run_name: str
    phase: int
    run_source: str
    action_type: int
    task_project: str | None
    task_domain: str | None
    task_name: str | None
    task_version: str | None
    task_type: str
    task_short_name: str | None
    function_name: str
    environment_name: str | None
    trigger_task_name: str | None
    trigger_name: str | None
    trigger_revision: int | None
    run_spec: bytes
    spec_digest: bytes
    inputs: bytes | None
    inputs_uri: str
    created_at: int
    updated_at: int
    abort_reason: str | None = None
    reported_phase: int | None = None
    error: str | None = None
    ended_at: int | None = None
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRow:
    identifier: str
    name: str
    description: str
    labels: bytes | None
    state: int
    created_at: int
    updated_at: int


def columns(kind: type) -> tuple[str, ...]:
    return field_names(kind)


def rows(kind: type[Row], cursor: sqlite3.Cursor) -> list[Row]:
    """The rows of a cursor that selects `columns(kind)` first, in their order."""
    names = columns(kind)
    return [kind(**dict(zip(names, values, strict=False))) for values in cursor]


def insertion(table: str, names: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - our names


def updates(names: Sequence[str]) -> str:
    return ", ".join(f"{name} = excluded.{name}" for name in names)
