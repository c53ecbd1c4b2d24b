from __future__ import annotations

from pathlib import Path

import pytest

from flyteplan.files.config import find_config


def test_the_nearest_one_above_is_found(tmp_path: Path) -> None:
    (tmp_path / "flyteplan.yaml").touch()
    (tmp_path / "a/b").mkdir(parents=True)
    assert find_config(str(tmp_path / "a/b")) == str(tmp_path / "flyteplan.yaml")
    (tmp_path / "a/flyteplan.yaml").touch()
    assert find_config(str(tmp_path / "a/b")) == str(tmp_path / "a/flyteplan.yaml")


@pytest.mark.parametrize("worktree", [True, False])
def test_the_search_ends_at_the_top_of_a_checkout(tmp_path: Path, worktree: bool) -> None:
    (tmp_path / "flyteplan.yaml").touch()
    (tmp_path / "repository/sub").mkdir(parents=True)
    git = tmp_path / "repository/.git"
    git.touch() if worktree else git.mkdir()
    assert find_config(str(tmp_path / "repository/sub")) is None
    (tmp_path / "repository/flyteplan.yaml").touch()
    assert find_config(str(tmp_path / "repository/sub")) == str(tmp_path / "repository/flyteplan.yaml")


def test_a_folder_of_that_name_is_none(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "flyteplan.yaml").mkdir()
    assert find_config(str(tmp_path)) is None


def test_the_search_starts_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flyteplan.yaml").touch()
    monkeypatch.chdir(tmp_path)
    assert find_config() == str(tmp_path / "flyteplan.yaml")


def test_the_search_ends_at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.path.isfile", lambda _: False)
    assert find_config("/") is None
