from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flyteplan.cli import run

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("FLYTE_TASK_PROJECT", "FLYTE_TASK_DOMAIN"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(REPOSITORY / "examples" / "catalog", tmp_path / "examples" / "catalog")
    shutil.copy(REPOSITORY / "flyteplan.yaml", tmp_path)
    (tmp_path / "manifests").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def first_line(path: Path) -> str:
    return path.read_text("utf-8").splitlines()[0]


def test_editors_are_told_the_schema_where_the_repository_has_it(workspace: Path) -> None:
    shutil.copytree(REPOSITORY / "schema", workspace / "schema")
    assert run(["import", "etl.clean", "--into", "manifests/etl.yaml"]) == 0
    told = "# yaml-language-server: $schema=../schema/task-override.v1.schema.json"
    assert first_line(workspace / "manifests" / "etl.yaml") == told


def test_the_folder_of_the_file_is_made(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "etl.claen", "--into", "new/base/etl.yaml"]) == 1
    assert not (workspace / "new").exists()
    assert run(["import", "etl.clean", "--into", "new/base/etl.yaml"]) == 0
    assert "auto_version: latest" in (workspace / "new" / "base" / "etl.yaml").read_text("utf-8")
    (workspace / "file").write_text("mine", "utf-8")
    capsys.readouterr()
    for path in ("file/etl.yaml", "file/base/etl.yaml"):
        assert run(["import", "etl.clean", "--into", path]) == 64
        assert capsys.readouterr().err.startswith(f"error: the folder of {path} can not be made: ")


def test_without_it_they_are_told_nothing(workspace: Path) -> None:
    assert run(["import", "etl.clean", "--into", "manifests/etl.yaml"]) == 0
    assert first_line(workspace / "manifests" / "etl.yaml").startswith("# flytesnacks/development/etl.clean as v3")


def test_a_file_that_is_there_is_kept_unless_it_is_to_be_overwritten(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "etl.yaml").write_text("mine", "utf-8")
    assert run(["import", "etl.clean", "--into", "etl.yaml"]) == 64
    assert "give --force" in capsys.readouterr().err
    assert (workspace / "etl.yaml").read_text("utf-8") == "mine"
    assert run(["import", "etl.clean", "--into", "etl.yaml", "--force"]) == 0
    assert "auto_version: latest" in (workspace / "etl.yaml").read_text("utf-8")
