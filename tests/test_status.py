"""What `flyteplan status` says of a catalog, and that it says it without writing."""

from __future__ import annotations

from pathlib import Path

import pytest
from flyteidl2.task.task_definition_pb2 import TaskTrigger
from tests.applying import CONFIG, Repository, repository, spec
from tests.serving import serving

from flyteplan.cli import run


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.chdir(tmp_path)
    return repository(tmp_path)


def apply() -> None:
    assert run(["apply", "-q", "--yes"]) == 0


def status(capsys: pytest.CaptureFixture[str], *flags: str) -> str:
    capsys.readouterr()
    assert run(["status", "-q", *flags]) == 0
    return capsys.readouterr().out.removeprefix("Status: ").removesuffix(".\n")


def test_a_task_from_its_first_apply_to_its_last(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(capsys) == "0 in step, 1 never applied"
    apply()
    assert status(capsys) == "1 in step"
    repo.wants({"resources": {"cpu": 3}})
    assert status(capsys) == "0 in step, 1 changed in Git"
    repo.deploy("v2")
    assert status(capsys) == "0 in step, 1 newer base deployed"
    apply()
    repo.deploy("v2", spec("v2", cpu="7", description="new"))
    assert status(capsys) == "0 in step, 1 same version other spec"
    apply()
    repo.deploy(repo.versions()[0], spec("v2", cpu="9"))
    assert status(capsys) == "0 in step, 1 edited by hand"
    apply()
    (repo.folder / "manifests" / "load.yaml").write_text("# gone\n", "utf-8")
    assert status(capsys) == "0 in step, 1 no manifest"
    assert run(["apply", "-q", "--yes", "--prune"]) == 0
    assert status(capsys) == "0 in step"


def test_triggers_that_start_another_version_are_told(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """The spec is as the manifests want it, and to say that they want another one would send people the wrong way."""
    nightly = TaskTrigger(name="nightly")
    nightly.automation_spec.schedule.cron.expression = "0 6 * * *"
    repo.deploy("v1", triggers=(nightly,))
    repo.wants({"resources": {"cpu": 2}}, submit={"triggers": "retarget"})
    apply()
    repo.deploy("v1", triggers=(nightly,))
    capsys.readouterr()
    assert run(["status"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "is as it was applied, and of the triggers that are to start it, some start another version" in told


def test_it_writes_nothing_and_says_the_same_of_an_endpoint(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    apply()
    (repo.folder / "manifests" / "load.yaml").write_text("# gone\n", "utf-8")
    database = repo.folder / "catalog.db"
    before = database.read_bytes()
    capsys.readouterr()
    assert run(["status", "--detailed-exitcode"]) == 2
    assert database.read_bytes() == before
    assert {path.name for path in repo.folder.iterdir()} == {".flyteplan", "catalog.db", "flyteplan.yaml", "manifests"}
    here = capsys.readouterr().out
    with serving(database) as endpoint:
        assert run(["status", "--detailed-exitcode", "--endpoint", endpoint, "--insecure"]) == 2
    assert capsys.readouterr().out == here


def test_commands_that_it_tells_go_to_the_same_target(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "-t", "local"]) == 0
    assert "never applied  -> flyteplan apply -t local\n" in capsys.readouterr().out


def test_without_an_owner_only_manifests_are_looked_at(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    (repo.folder / "flyteplan.yaml").write_text(CONFIG.replace("owner: acme/overrides\n", ""), "utf-8")
    apply()
    assert status(capsys) == "1 in step"
    repo.wants({"resources": {"cpu": 3}})
    assert status(capsys) == "0 in step, 1 changed in Git"
    (repo.folder / "manifests" / "load.yaml").write_text("# gone\n", "utf-8")
    capsys.readouterr()
    assert run(["status"]) == 0
    assert "flyteplan.yaml has no owner: tasks that no manifest names any more are not" in capsys.readouterr().err


def test_runs_are_no_part_of_it_and_can_not_be_asked_for_again(repo: Repository) -> None:
    repo.wants({"resources": {"cpu": 3}})
    assert run(["status", "--again"]) == 64


@pytest.mark.parametrize("kind", ["run", "none"])
def test_what_makes_no_version_has_no_status(repo: Repository, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    repo.wants({"resources": {"cpu": 2}}, submit={"as": kind})
    assert status(capsys) == "0 in step"
