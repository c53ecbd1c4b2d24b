"""The tables, version by version. A released entry of `MIGRATIONS` is never edited: append one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flyteplan.errors import CatalogError

if TYPE_CHECKING:
    import sqlite3

# Marks the file as ours, so that some other database is not taken for an old catalog.
APPLICATION_ID = 0x666C7970

# `stem` is the version, of a derived one its base: with it (created_at, stem, derived, version) descending is the
# order of `model.newest`. Specs stand apart, so that reading rows does not page through templates.
_FIRST = """
CREATE TABLE projects (
    identifier TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    labels BLOB,
    state INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE TABLE tasks (
    key INTEGER PRIMARY KEY,
    project TEXT NOT NULL,
    domain TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    stem TEXT NOT NULL,
    derived INTEGER NOT NULL,
    environment TEXT NOT NULL,
    function_name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    entrypoint INTEGER NOT NULL,
    deployed_by TEXT NOT NULL DEFAULT '',
    env_description TEXT,
    short_description TEXT,
    trigger_name TEXT,
    total_triggers INTEGER NOT NULL DEFAULT 0,
    active_triggers INTEGER NOT NULL DEFAULT 0,
    trigger_automation BLOB,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (project, domain, name, version)
);
CREATE INDEX tasks_newest ON tasks (project, domain, name, created_at DESC, stem DESC, derived DESC, version DESC);
CREATE INDEX tasks_kinds ON tasks (project, domain, name, derived, created_at DESC, version DESC);
CREATE TABLE specs (
    task INTEGER PRIMARY KEY REFERENCES tasks (key) ON DELETE CASCADE,
    spec BLOB NOT NULL
);
CREATE TABLE triggers (
    project TEXT NOT NULL,
    domain TEXT NOT NULL,
    task_name TEXT NOT NULL,
    name TEXT NOT NULL,
    latest_revision INTEGER NOT NULL,
    spec BLOB NOT NULL,
    automation BLOB NOT NULL,
    automation_type TEXT NOT NULL,
    task_version TEXT NOT NULL,
    active INTEGER NOT NULL,
    description TEXT,
    deployed_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    triggered_at INTEGER,
    deleted_at INTEGER,
    PRIMARY KEY (project, domain, task_name, name)
);
CREATE TABLE trigger_revisions (
    project TEXT NOT NULL,
    domain TEXT NOT NULL,
    task_name TEXT NOT NULL,
    name TEXT NOT NULL,
    latest_revision INTEGER NOT NULL,
    spec BLOB NOT NULL,
    automation BLOB NOT NULL,
    automation_type TEXT NOT NULL,
    task_version TEXT NOT NULL,
    active INTEGER NOT NULL,
    description TEXT,
    deployed_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    triggered_at INTEGER,
    deleted_at INTEGER,
    action INTEGER NOT NULL,
    PRIMARY KEY (project, domain, task_name, name, latest_revision)
);
CREATE TABLE runs (
    project TEXT NOT NULL,
    domain TEXT NOT NULL,
    run_name TEXT NOT NULL,
    phase INTEGER NOT NULL,
    run_source TEXT NOT NULL,
    action_type INTEGER NOT NULL,
    task_project TEXT,
    task_domain TEXT,
    task_name TEXT,
    task_version TEXT,
    task_type TEXT NOT NULL,
    task_short_name TEXT,
    function_name TEXT NOT NULL,
    environment_name TEXT,
    trigger_task_name TEXT,
    trigger_name TEXT,
    trigger_revision INTEGER,
    created_by_subject TEXT,
    run_spec BLOB NOT NULL,
    spec_digest BLOB NOT NULL REFERENCES run_specs (digest),
    inputs BLOB,
    inputs_uri TEXT NOT NULL,
    abort_reason TEXT,
    reported_phase INTEGER,
    error TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    ended_at INTEGER,
    duration_ms INTEGER,
    PRIMARY KEY (project, domain, run_name)
);
CREATE INDEX runs_of_a_task ON runs (task_project, task_domain, task_name, task_version);
CREATE INDEX runs_by_time ON runs (project, domain, phase, created_at DESC, run_name DESC);
CREATE TABLE run_specs (
    digest BLOB PRIMARY KEY,
    spec BLOB NOT NULL
);
"""
MIGRATIONS = (_FIRST,)


def version_of(connection: sqlite3.Connection, shown: str) -> int:
    """How many of `MIGRATIONS` the file has. Raises CatalogError when it is not ours, or from the future."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    mark: int = connection.execute("PRAGMA application_id").fetchone()[0]
    tables: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if mark != APPLICATION_ID and (tables or version or mark):
        raise CatalogError(f"{shown} is a database, but not a catalog of flyteplan (name another file)")
    if version > len(MIGRATIONS):
        raise CatalogError(f"the catalog {shown} was written by a newer flyteplan (install a newer one)")
    return version


def migrate(connection: sqlite3.Connection, shown: str) -> None:
    """Brings the file up to date, all steps or none; another process may do the same at the same time."""
    if version_of(connection, shown) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for script in MIGRATIONS[version_of(connection, shown) :]:
            for statement in filter(str.strip, script.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
