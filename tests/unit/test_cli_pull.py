"""`flyteplan pull`: what it copies, in which order, and how it goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flyteidl2.task.task_definition_pb2 import TaskDetails, TaskIdentifier

from flyteplan.cli import run
from flyteplan.files.snapshot import write
from flyteplan.local.fill import fill
from flyteplan.local.store import Store

REPOSITORY = Path(__file__).parents[2]
CATALOG = str(REPOSITORY / "examples" / "catalog")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def pull(*arguments: str, catalog: str = CATALOG) -> int:
    return run(["pull", "--catalog", catalog, "-p", "flytesnacks", "-d", "development", *arguments])


def lines(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]


def test_a_snapshot_of_a_snapshot_is_the_same_again() -> None:
    assert pull("--versions", "9", "--into", "one.jsonl") == 0
    assert pull("--versions", "9", "--into", "two.jsonl", catalog="one.jsonl") == 0
    assert Path("one.jsonl").read_bytes() == Path("two.jsonl").read_bytes()
    assert len(lines("one.jsonl")) == 44


def test_a_database_gives_the_same_snapshot() -> None:
    assert pull("--versions", "9", "--into", "one.jsonl") == 0
    assert pull("--versions", "9", "--into", "catalog.db") == 0
    assert pull("--versions", "9", "--into", "two.jsonl", catalog="catalog.db") == 0
    assert Path("one.jsonl").read_bytes() == Path("two.jsonl").read_bytes()


def test_the_newest_version_of_the_tasks_that_are_selected(capsys: pytest.CaptureFixture[str]) -> None:
    assert pull("--select", "etl.*", "--exclude", "*join", "--into", "some.jsonl") == 0
    names = [(line["task_id"]["name"], line["task_id"]["version"]) for line in lines("some.jsonl")]
    assert names == [
        ("etl.clean", "v3"),
        ("etl.extract_customers", "v3"),
        ("etl.extract_orders", "v3"),
        ("etl.pipeline", "v3"),
    ]
    assert capsys.readouterr().out == "Pulled 4 versions of 4 tasks into some.jsonl.\n"


def test_an_interrupted_pull_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pull("--versions", "9", "--into", "whole.jsonl") == 0
    monkeypatch.setattr("flyteplan.cli.pull._BATCH", 10)
    written = []

    def cut_off(path: str, found: Any) -> None:
        written.append(path)
        if len(written) == 3:
            with Path(path).open("ab") as file:
                file.write(b'{"task_id": {"na')
            raise KeyboardInterrupt
        write.append(path, found)

    with monkeypatch.context() as patched:
        patched.setattr("flyteplan.cli.drafts.append", cut_off)
        assert pull("--versions", "9", "--into", "cut.jsonl") == 130
    assert not Path("cut.jsonl").exists()
    assert pull("--versions", "9", "--into", "cut.jsonl") == 0
    assert Path("cut.jsonl").read_bytes() == Path("whole.jsonl").read_bytes()
    assert list(Path().glob(".*partial")) == []


@pytest.mark.parametrize("into", ["catalog.yaml", "catalog"])
def test_a_file_of_another_kind_is_refused(into: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert pull("--into", into) == 64
    assert "a snapshot ends in .jsonl" in capsys.readouterr().err


def test_nothing_selected_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert pull("--select", "etl.cleen", "--into", "a.jsonl") == 1
    assert "did you mean etl.clean?" in capsys.readouterr().err


def test_what_is_read_is_not_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert pull("--into", "one.jsonl") == 0
    assert pull("--into", "one.jsonl", catalog="one.jsonl") == 64


def odd_database() -> None:
    """Two tasks; one has what only a server takes."""
    store = Store("odd.db", mode="create")
    for name, number in (("a", 1.5), ("b", float("nan"))):
        details = TaskDetails(
            task_id=TaskIdentifier(project="flytesnacks", domain="development", name=name, version="v1")
        )
        details.spec.task_template.type = "python-task"
        details.spec.task_template.custom.fields["ratio"].number_value = number
        fill(store, [details])
    store.close()


def test_what_json_can_not_hold_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    odd_database()
    assert pull("--into", "all.jsonl", catalog="odd.db") == 1
    told = capsys.readouterr().err
    assert "JSON can not hold b@v1 of flytesnacks/development: " in told
    assert told.endswith(" (pull into a .db, which can, or leave the task out with --exclude)\n")
    assert not Path("all.jsonl").exists()
    assert pull("--exclude", "b", "--into", "rest.jsonl", catalog="odd.db") == 0
    assert [line["task_id"]["name"] for line in lines("rest.jsonl")] == ["a"]
    assert pull("--into", "copy.db", catalog="odd.db") == 0
