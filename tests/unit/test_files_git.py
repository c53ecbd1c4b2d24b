"""Files of a revision, read from the objects of a real repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.gitting import commit, git

from flyteplan.errors import FlyteplanError, Problem, UsageError
from flyteplan.files.git import open_revision, read_file, read_files


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("p/b.yaml", "p/a/x.yml", "p/a/z.json", "p/.hidden/h.yaml", "p/.h.yaml", "p/notes.txt", "q.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"old {name}", "utf-8")
    commit(tmp_path)
    return tmp_path


def contents(folder: Path, name: str, *paths: str) -> dict[str, bytes | Problem]:
    return dict(read_files(open_revision(str(folder), name), paths))


def test_files_are_those_that_a_walk_would_find_as_they_were(folder: Path) -> None:
    (folder / "p" / "b.yaml").write_text("new", "utf-8")
    (folder / "p" / "new.yaml").write_text("new", "utf-8")
    assert list(contents(folder, "main", "p", "q.yaml", "p/b.yaml").items()) == [
        ("main:p/a/x.yml", b"old p/a/x.yml"),
        ("main:p/a/z.json", b"old p/a/z.json"),
        ("main:p/b.yaml", b"old p/b.yaml"),
        ("main:q.yaml", b"old q.yaml"),
    ]
    assert (folder / "p" / "b.yaml").read_text("utf-8") == "new"


def test_one_file(folder: Path) -> None:
    revision = open_revision(str(folder), "HEAD")
    assert read_file(revision, "q.yaml") == b"old q.yaml"
    assert read_file(revision, "p") is None
    assert read_file(revision, "missing.yaml") is None


def test_paths_are_relative_to_the_root_of_the_configuration(folder: Path) -> None:
    """flyteplan.yaml may lie in a folder of the repository."""
    assert list(contents(folder / "p", "main", "a", "./b.yaml")) == ["main:a/x.yml", "main:a/z.json", "main:b.yaml"]
    assert list(contents(folder / "p", "main", "../q.yaml")) == ["main:q.yaml"]
    assert next(iter(contents(folder / "p" / "a", "main", "."))) == "main:x.yml"


def test_a_path_outside_of_the_repository_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"\.\./\.\./x is outside of the repository"):
        contents(folder / "p", "main", "../../x")
    with pytest.raises(UsageError, match="outside"):
        contents(folder, "main", str(folder / "p"))


def test_what_is_not_there_is_a_problem(folder: Path) -> None:
    (problem,) = contents(folder, "main", "gone").values()
    assert isinstance(problem, Problem)
    assert (str(problem.position), problem.message) == ("main:gone", "there is nothing to read")


def test_names_of_any_kind(folder: Path) -> None:
    name = 'p/ä "b"\n*.yaml'
    (folder / name).write_bytes(b"\xff\x00\n\n")
    commit(folder)
    assert contents(folder, "HEAD", "p")[f"HEAD:{name}"] == b"\xff\x00\n\n"


def test_a_link_is_not_followed_and_a_submodule_left_alone(folder: Path) -> None:
    (folder / "p" / "link.yaml").symlink_to("../q.yaml")
    commit(folder)
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},p/module.yaml")
    git(folder, "commit", "--quiet", "--message", "module")
    problem = contents(folder, "HEAD", "p")["HEAD:p/link.yaml"]
    assert isinstance(problem, Problem)
    assert problem.message == "a symbolic link, which is not followed in a revision"
    assert "HEAD:p/module.yaml" not in contents(folder, "HEAD", "p")


def test_the_merge_base_of_two(folder: Path) -> None:
    base = git(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "--quiet", "-b", "topic")
    (folder / "q.yaml").write_text("topic", "utf-8")
    commit(folder)
    git(folder, "checkout", "--quiet", "main")
    (folder / "q.yaml").write_text("later", "utf-8")
    commit(folder)
    assert contents(folder, "main...topic", "q.yaml") == {f"{base[:12]}:q.yaml": b"old q.yaml"}
    assert contents(folder, "...topic", "q.yaml") == {f"{base[:12]}:q.yaml": b"old q.yaml"}


@pytest.mark.parametrize("name", ["nothing", "--help", "-x", "", "main:q.yaml", "HEAD^{tree}", "main...nothing"])
def test_what_is_no_commit_is_said(folder: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no revision"):
        open_revision(str(folder), name)


def test_a_branch_of_a_remote_may_have_to_be_fetched(folder: Path) -> None:
    with pytest.raises(UsageError, match="git fetch origin main may bring it"):
        open_revision(str(folder), "origin/main")


def test_a_shallow_clone_is_told_from_a_misspelt_name(folder: Path, tmp_path: Path) -> None:
    first = git(folder, "rev-parse", "HEAD")
    commit(folder)
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{folder}", "shallow")
    shallow = tmp_path / "shallow"
    with pytest.raises(UsageError, match=f"no revision {first} .this clone is shallow, .*fetch-depth: 0"):
        open_revision(str(shallow), first)
    assert contents(shallow, "HEAD", "q.yaml") == {"HEAD:q.yaml": b"old q.yaml"}


def test_an_object_that_is_missing_is_said(folder: Path) -> None:
    name = git(folder, "rev-parse", "HEAD:q.yaml")
    (folder / ".git" / "objects" / name[:2] / name[2:]).unlink()
    with pytest.raises(FlyteplanError, match=f"lacks object {name}"):
        contents(folder, "HEAD", "q.yaml")


def test_outside_of_git(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"revision main can not be read in .*: not a git repository"):
        open_revision(str(tmp_path), "main")


def test_without_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(UsageError, match="git is not installed"):
        open_revision(str(folder), "main")
