"""The database of the embedded catalog: what it opens, what it refuses, and what a kill leaves behind."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flyteplan.errors import CatalogError
from flyteplan.local.store import Store, tasks
from flyteplan.local.store.rows import TaskRow
from flyteplan.local.store.schema import APPLICATION_ID, MIGRATIONS
from flyteplan.model.task import Newest, Scope, TaskName, TaskVersion

TOOL = Path(__file__).parents[2] / "tool"
WRITER = """
import sys
from flyteplan.local.store import Store, tasks
from flyteplan.local.store.rows import TaskRow

def row(version, at):
    return TaskRow(project="p", domain="d", name="n", version=version, environment="", function_name="", short_name="",
        entrypoint=False, env_description=None, short_description=None, created_at=at, updated_at=at)

store = Store(sys.argv[1], mode="create")
for number in range(int(sys.argv[2]), 10**6):
    with store.writing() as connection:
        for half in "ab":
            tasks.deploy(connection, row(f"{number}{half}", number), bytes(20000))
    print(number, flush=True)
"""


def row(version: str = "v1", at: int = 1, name: str = "e.t") -> TaskRow:
    return TaskRow(
        project="p",
        domain="d",
        name=name,
        version=version,
        environment="e",
        function_name="t",
        short_name="t",
        entrypoint=False,
        env_description=None,
        short_description=None,
        created_at=at,
        updated_at=at,
    )


def made(path: Path, *rows: TaskRow) -> str:
    with Store(str(path), mode="create") as store, store.writing() as connection:
        for one in rows or (row(),):
            tasks.deploy(connection, one, b"")
    return str(path)


def versions(path: str, mode: str = "read") -> tuple[str, ...]:
    with Store(path, mode=mode) as store, store.reading() as connection:
        return tasks.versions(connection, TaskName("p", "d", "e.t"))


def test_a_store_is_made_with_its_folder_and_read_again(tmp_path: Path) -> None:
    path = made(tmp_path / "deep" / "catalog #1?.db")
    assert versions(path) == ("v1",)
    assert os.listdir(tmp_path / "deep") == ["catalog #1?.db"]


@pytest.mark.parametrize("mode", ["read", "write"])
def test_a_store_that_is_not_there_is_not_made(tmp_path: Path, mode: str) -> None:
    with pytest.raises(CatalogError, match=r"there is no catalog .*fill one with `flyteplan pull --into"):
        Store(str(tmp_path / "catalog.db"), mode=mode)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_no_catalog_yet(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.touch()
    with pytest.raises(CatalogError, match="is empty"):
        Store(str(path), mode="read")
    assert versions(made(path)) == ("v1",)


@pytest.mark.parametrize("mode", ["read", "write", "create"])
@pytest.mark.parametrize("content", [b'{"task_id": {}}\n' * 99, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path: Path, mode: str, content: bytes) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(content)
    with pytest.raises(CatalogError, match=r"not a catalog|damaged|can not be used"):
        Store(str(path), mode=mode)
    assert path.read_bytes() == content


@pytest.mark.parametrize("mode", ["read", "write", "create"])
@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("CREATE TABLE theirs (x)", "not a catalog of flyteplan"),
        ("PRAGMA application_id = 7", "not a catalog of flyteplan"),
        (f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 999", "newer flyteplan"),
    ],
)
def test_another_database_is_refused(tmp_path: Path, mode: str, statement: str, message: str) -> None:
    path = tmp_path / "catalog.db"
    connection = sqlite3.connect(path)
    connection.executescript(statement)
    connection.close()
    before = path.read_bytes()
    with pytest.raises(CatalogError, match=message):
        Store(str(path), mode=mode)
    assert path.read_bytes() == before


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="can not be used"):
        Store(str(tmp_path), mode="read")


def test_a_reader_can_not_write(tmp_path: Path) -> None:
    path = made(tmp_path / "catalog.db")
    with Store(path, mode="read") as store, pytest.raises(CatalogError), store.writing() as connection:
        tasks.deploy(connection, row("v2"), b"")
    assert versions(path) == ("v1",)


def test_a_reader_needs_no_right_to_write(tmp_path: Path) -> None:
    path = made(tmp_path / "catalog.db")
    # No lock file can be made: what a read-only file system does to everybody, root included.
    (tmp_path / "catalog.db-shm").symlink_to(tmp_path / "none" / "at-all")
    with pytest.raises(CatalogError):
        versions(path, mode="write")
    assert versions(path) == ("v1",)


def test_a_reader_sees_one_state_while_another_writes(tmp_path: Path) -> None:
    path = made(tmp_path / "catalog.db")
    task = TaskName("p", "d", "e.t")
    with Store(path) as writer, Store(path, mode="read") as reader, reader.reading() as connection:
        before = tasks.versions(connection, task)
        with writer.writing() as other:
            tasks.deploy(other, row("v2", 2), b"")
        assert tasks.versions(connection, task) == before == ("v1",)
    assert versions(path) == ("v2", "v1")


def test_what_fails_leaves_nothing_of_itself(tmp_path: Path) -> None:
    path = made(tmp_path / "catalog.db")

    def interrupted(store: Store) -> None:
        with store.writing() as connection:
            tasks.deploy(connection, row("v2"), b"")
            raise KeyboardInterrupt

    with Store(path) as store, pytest.raises(KeyboardInterrupt):
        interrupted(store)
    assert versions(path) == ("v1",)


def test_a_writer_waits_for_another_and_says_when_it_did_so_in_vain(tmp_path: Path) -> None:
    path = made(tmp_path / "catalog.db")
    with Store(path) as first, Store(path, busy=0.05) as second, first.writing():
        with pytest.raises(CatalogError, match="written by another process"), second.writing():
            pass
        with second.reading() as connection:
            assert tasks.versions(connection, TaskName("p", "d", "e.t")) == ("v1",)


def test_threads_share_a_store(tmp_path: Path) -> None:
    seen: list[int] = []

    def work(store: Store, number: int) -> None:
        for turn in range(10):
            with store.writing() as connection:
                tasks.deploy(connection, row(f"v{number}.{turn}"), b"")
            with store.reading() as connection:
                seen.append(len(tasks.versions(connection, TaskName("p", "d", "e.t"))))

    with Store(str(tmp_path / "catalog.db"), mode="create") as store:
        threads = [threading.Thread(target=work, args=(store, number)) for number in range(4)]
        in_turn: tuple[Callable[[threading.Thread], None], ...] = (threading.Thread.start, threading.Thread.join)
        for step in in_turn:
            for thread in threads:
                step(thread)
    assert len(seen) == max(seen) == 40
    assert len(versions(str(tmp_path / "catalog.db"))) == 40


def writer(path: Path, first: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), str(first)]
    environment = {**os.environ, "PYTHONPATH": str(TOOL)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_a_process_killed_while_it_writes_leaves_whole_transactions(tmp_path: Path) -> None:
    path, first = tmp_path / "catalog.db", 0
    for turn in range(3):
        with writer(path, first) as process:
            assert process.stdout
            told = [int(process.stdout.readline()) for _ in range(5)]
            time.sleep(0.003 * turn)
            process.kill()
        with Store(str(path), mode="read") as store, store.reading() as connection:
            found = tasks.versions(connection, TaskName("p", "d", "n"))
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        numbers = [version[:-1] for version in found]
        assert all(numbers.count(number) == 2 for number in numbers)
        assert {str(number) for number in told} <= set(numbers)
        first = 1000 * (turn + 1)


def test_processes_may_make_one_catalog_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    processes = [writer(path, first) for first in (0, 100000, 200000)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() != ""
        process.kill()
    for process in processes:
        process.communicate()
    with Store(str(path), mode="read") as store, store.reading() as connection:
        assert len(tasks.versions(connection, TaskName("p", "d", "n"))) >= 6


def test_a_failed_migration_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "catalog.db")
    broken = (*MIGRATIONS, "CREATE TABLE fine (x); CREATE TABLE tasks (x)")
    with monkeypatch.context() as patched:
        for module in ("flyteplan.local.store.schema", "flyteplan.local.store"):
            patched.setattr(f"{module}.MIGRATIONS", broken)
        with pytest.raises(CatalogError, match="already exists"):
            Store(path)
    assert versions(path, mode="write") == ("v1",)


@pytest.mark.parametrize("mode", ["read", "write"])
def test_an_older_file_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    path = made(tmp_path / "catalog.db")
    for module in ("flyteplan.local.store.schema", "flyteplan.local.store"):
        monkeypatch.setattr(f"{module}.MIGRATIONS", (*MIGRATIONS, "CREATE TABLE more (x)"))
    with Store(path, mode=mode) as store, store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM more").fetchone() == (0,)
    assert versions(path) == ("v1",)


@pytest.mark.parametrize("derived_first", [True, False])
def test_a_derived_version_of_a_long_base_comes_just_before_it_on_a_tie(tmp_path: Path, derived_first: bool) -> None:
    from hashlib import sha256

    base = "b" * 60
    derived = f"{'b' * 20}-{sha256(base.encode()).hexdigest()[:8]}.0123456789.flyteplan"
    order = (derived, base) if derived_first else (base, derived)
    path = made(tmp_path / "catalog.db", *(row(version) for version in (*order, "a", "c")))
    assert versions(path) == ("c", derived, base, "a")


def test_the_newest_of_many_are_found_without_reading_all(tmp_path: Path) -> None:
    path = made(tmp_path / "catalog.db", row("v1"), row("v1.0123456789.flyteplan", 2), row("x", name="other"))
    name = TaskName("p", "d", "e.t")
    with Store(path, mode="read") as store, store.reading() as connection:
        found = tasks.newest(connection, [name, TaskName("p", "d", "none")])
        asked = (tasks._NEWEST, tasks._SPECS, tasks._ROWS, tasks._TRIGGERED)
        plans = [connection.execute(f"EXPLAIN QUERY PLAN {statement}", ("[]",)).fetchall() for statement in asked]
    assert found == {name: Newest(live="v1.0123456789.flyteplan", base="v1")}
    steps = [step for plan in plans for *_, step in plan]
    assert [step for step in steps if "SCAN" in step and "json_each" not in step] == []
    assert any("tasks_newest" in step for step in steps)


def test_a_question_costs_what_it_asks_for_however_many_tasks_there_are(tmp_path: Path) -> None:
    path = made(tmp_path / "catalog.db", *(row(name=f"e.t{number:05}") for number in range(10_000)))
    asked = [TaskName("p", "d", "e.t00007"), TaskName("p", "d", "e.t09000")]
    with Store(path, mode="read") as store, store.reading() as connection:
        steps = []
        connection.set_progress_handler(lambda: steps.append(1), 100)
        tasks.newest(connection, asked)
        list(tasks.specs(connection, [TaskVersion(task, "v1") for task in asked]))
        connection.set_progress_handler(None, 0)
        assert len(steps) < 20
        assert len(tasks.names(connection, Scope("p", "d"))) == 10_000
