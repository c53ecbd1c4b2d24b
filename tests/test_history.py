"""Every apply leaves a ledger, and `history` tells what was applied here and elsewhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.applying import TASK, Repository, repository
from tests.serving import serving

from flyteplan.cli import run
from flyteplan.local.controller import LocalController
from flyteplan.model.deployment import Deployment

ROOT = Path(__file__).parents[1]
SCHEMA = json.loads((ROOT / "schema" / "history.v1.schema.json").read_text("utf-8"))
LINE = Draft202012Validator(SCHEMA)
LISTING = Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/listing"}]})
SECRET = "hunter2"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.chdir(tmp_path)
    return repository(tmp_path)


def apply(*flags: str) -> int:
    return run(["apply", "-q", "--yes", *flags])


def two_tasks(repo: Repository) -> None:
    repo.deploy("v1", name="etl.extract")
    path = repo.folder / "manifests" / "load.yaml"
    path.write_text(path.read_text("utf-8").replace('"task": {"name": "etl.load",', '"select": {"name": "etl.*",'))


def ledgers(folder: Path = Path()) -> list[Path]:
    return sorted((folder / ".flyteplan" / "history").glob("*"))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def told(capsys: pytest.CaptureFixture[str], *flags: str) -> Any:
    capsys.readouterr()
    assert run(["history", "-o", "json", *flags]) == 0
    found = json.loads(capsys.readouterr().out)
    LISTING.validate(found)
    return found


def test_an_apply_writes_what_it_does(repo: Repository) -> None:
    repo.wants({"resources": {"cpu": 2}, "env_vars": {"TOKEN": SECRET}})
    assert apply() == 0
    (path,) = ledgers()
    started, submitted, ended = lines(path)
    for line in (started, submitted, ended):
        LINE.validate(line)
    assert (started["target"]["name"], started["owner"], started["changes"]) == ("local", "acme/overrides", 1)
    assert (submitted["event"], submitted["version"]) == ("submitted", repo.versions()[0])
    assert (ended["submitted"], ended["failed"]) == (1, 0)
    assert started["plan"].removeprefix("sha256:")[:10] in path.name
    assert SECRET not in path.read_text("utf-8")


def test_a_failure_and_what_was_not_tried_are_told(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    two_tasks(repo)

    def failing(_: LocalController, sent: Deployment) -> str:
        return f"{sent.key.task.name}: the disk is full"

    with monkeypatch.context() as patched:
        patched.setattr(LocalController, "_deploy", failing)
        assert apply("--fail-fast", "--parallelism", "1") == 1
    failed, not_tried = lines(ledgers()[0])[1:3]
    assert (failed["event"], failed["message"]) == ("failed", "etl.extract: the disk is full")
    assert (not_tried["event"], not_tried["version"][:3]) == ("not tried", "v1.")
    LINE.validate(failed)
    assert {one["outcome"] for one in told(capsys)["entries"]} == {"failed", "not tried"}


@pytest.mark.parametrize("flags", [["plan"], ["apply", "--yes"]])
def test_what_submits_nothing_leaves_no_ledger(repo: Repository, flags: list[str]) -> None:
    repo.wants({"resources": {"cpu": 1}})
    assert run(flags) == 0
    assert not Path(".flyteplan").exists()


def test_what_is_refused_leaves_no_ledger(repo: Repository) -> None:
    repo.deploy("v2")
    repo.wants({"resources": {"cpu": 2}}, version="v1")
    assert apply() == 3
    assert not Path(".flyteplan").exists()


def test_the_folder_is_nothing_for_git(repo: Repository) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    assert apply() == 0
    status = ["git", "status", "--porcelain", "--untracked-files=all"]
    assert ".flyteplan" not in subprocess.run(status, capture_output=True, text=True, check=True).stdout
    Path(".flyteplan/.gitignore").unlink()
    repo.wants({"resources": {"cpu": 3}})
    assert apply() == 0
    assert not Path(".flyteplan/.gitignore").exists()  # whoever removed it wants the history in Git
    assert len(ledgers()) == 2


KILLED = """
import os, signal
from flyteplan.cli import run
from flyteplan.local.controller import LocalController
deploy = LocalController._deploy
def killed(self, sent):
    trouble = deploy(self, sent)
    if sent.key.task.name == "etl.load":
        os.kill(os.getpid(), signal.SIGKILL)
    return trouble
LocalController._deploy = killed
run(["apply", "-q", "--yes", "--parallelism", "1"])
"""


def test_an_apply_that_is_killed_leaves_what_it_did(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    two_tasks(repo)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tool")}
    done = subprocess.run([sys.executable, "-c", KILLED], env=environment, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [line["event"] for line in lines(ledgers()[0])] == ["started", "submitted"]
    found = told(capsys)
    assert {one["task"]["name"]: one["known_from"] for one in found["entries"]} == {
        "etl.extract": "ledger",
        "etl.load": "tags",
    }
    assert [(one["told"], one["changes"]) for one in found["unfinished"]] == [(1, 2)]
    assert run(["history"]) == 0
    assert "has no end, it was cut off or goes on: 1 of 2 changes told." in capsys.readouterr().out


def test_a_torn_last_line_is_left_out(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert apply() == 0
    (path,) = ledgers()
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        if not length % 16 or length > len(whole) - 3:
            assert told(capsys)["entries"]
            assert "FP2402" not in capsys.readouterr().err


def test_a_broken_line_is_told_and_the_rest_is_shown(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert apply() == 0
    (path,) = ledgers()
    first, second, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + b"<<<<<<< HEAD\n" + b'{"event": "submitted"}\n' + b"[]\n" + second + third)
    (path.parent / "other.jsonl").write_text('{"event": "started", "format_version": "2.0"}\n')
    assert run(["history"]) == 0
    printed = capsys.readouterr()
    assert repo.versions()[0] in printed.out
    places = [line.split(":")[1] for line in printed.err.splitlines() if "FP2402" in line]
    assert places == ["2", "3", "4", "1"]  # sorted, by file and line


def test_a_workspace_that_can_not_be_written_is_told_once(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    two_tasks(repo)
    Path(".flyteplan").write_text("in the way")
    assert apply() == 0
    assert capsys.readouterr().err.count("warning[FP2401]") == 1
    assert repo.is_in_step()


def test_a_disk_that_is_full_on_the_way_is_told_once(
    repo: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    two_tasks(repo)
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if b'"started"' in data:
            return write(descriptor, data)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("flyteplan.files.ledger.writing.os.write", full)
        assert apply() == 0
    assert capsys.readouterr().err.count("No space left on device") == 1
    assert [line["event"] for line in lines(ledgers()[0])] == ["started"]


def test_two_applies_have_two_ledgers(repo: Repository) -> None:
    for cpu in (2, 3, 4):
        repo.wants({"resources": {"cpu": cpu}})
        assert apply() == 0
    assert len(ledgers()) == 3


def test_nothing_was_applied_yet(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    for flags in ([], ["--no-catalog"]):
        assert run(["history", *flags]) == 0
        assert capsys.readouterr().out == "Nothing was applied yet.\n"
    assert told(capsys)["entries"] == []
    assert not Path(".flyteplan").exists()


@pytest.mark.parametrize("where", ["database", "endpoint"])
def test_what_was_applied_elsewhere_is_known_from_its_tags(
    repo: Repository, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert apply() == 0
    here = told(capsys)["entries"]
    ledgers()[0].unlink()
    if where == "database":
        elsewhere = told(capsys)["entries"]
    else:
        with serving(repo.folder / "catalog.db") as endpoint:
            elsewhere = told(capsys, "--endpoint", endpoint, "--insecure")["entries"]
    kept = ("task", "as", "version", "outcome", "owner", "revision", "manifests", "desired_digest")
    assert [{name: one[name] for name in kept} for one in elsewhere] == [
        {name: one[name] for name in kept} for one in here
    ]
    assert [(one["known_from"], one["in_catalog"]) for one in (*here, *elsewhere)] == [("ledger", True), ("tags", True)]


def test_a_version_that_is_gone_is_marked_by_the_place_it_was_applied_to(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert apply() == 0
    with repo.store() as store, store.writing() as connection:
        connection.execute("DELETE FROM tasks WHERE version LIKE '%.flyteplan'")
    (repo.folder / "other.db").write_bytes((repo.folder / "catalog.db").read_bytes())
    assert [one["in_catalog"] for one in told(capsys)["entries"]] == [False]
    elsewhere = told(capsys, "--catalog", "other.db")
    assert (elsewhere["entries"], elsewhere["elsewhere"]) == ([], 1)
    assert run(["history"]) == 0
    assert "no longer in the catalog" in capsys.readouterr().out


def test_what_is_chosen_and_how_much(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    two_tasks(repo)
    assert apply() == 0

    def names(*flags: str) -> list[str]:
        return [one["task"]["name"] for one in told(capsys, *flags)["entries"]]

    assert names() == ["etl.load", "etl.extract"]
    assert names("--task", TASK.name) == names("--select", "*.load") == names("--exclude", "*.extract") == ["etl.load"]
    assert names("--task", "nobody") == []
    assert names("--limit", "1") == ["etl.load"]
    assert names("--limit", "0") == names()
    assert told(capsys, "--limit", "1")["older"] == 1
    assert run(["history", "--limit", "1"]) == 0
    assert "1 older entry not shown (--limit 0 shows all)." in capsys.readouterr().out


def test_another_target_is_counted_and_shown_when_asked_for(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    path = repo.folder / "flyteplan.yaml"
    more = "  two: {catalog: catalog.db, project: flytesnacks, domain: development, manifests: [manifests]}\n"
    path.write_text(path.read_text("utf-8") + more + "default_target: two\n", "utf-8")
    assert apply("-t", "local") == 0
    assert [one["known_from"] for one in told(capsys)["entries"]] == ["tags"]
    assert told(capsys)["elsewhere"] == 1
    assert [one["target"] for one in told(capsys, "-t", "local")["entries"]] == ["local"]
    assert [one["target"] for one in told(capsys, "--no-catalog")["entries"]] == ["local"]
    assert told(capsys, "--no-catalog", "-t", "two")["entries"] == []


def test_the_ledger_alone_opens_no_catalog(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert apply() == 0
    (repo.folder / "catalog.db").unlink()
    assert len(told(capsys, "--no-catalog")["entries"]) == 1
    assert run(["history"]) == 1
    assert "--no-catalog shows the ledger alone" in capsys.readouterr().err
    assert run(["history", "--no-catalog", "--catalog", "catalog.db"]) == 64


def test_a_saved_plan_that_is_applied_again_tells_that_all_is_done(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", "-q", "--out", "plan.json"]) == 0
    assert [run(["apply", "plan.json"]), run(["apply", "plan.json"])] == [0, 0]
    assert [one["outcome"] for one in told(capsys)["entries"]] == ["already", "submitted"]
