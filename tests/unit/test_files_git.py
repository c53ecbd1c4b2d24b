"""Files of a revision, read from the objects of a real repository."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.gitting import commit, git

from flyteplan.errors import FlyteplanError, InputError, Problem, UsageError
from flyteplan.files.git import open_revision, read_file, read_files
from flyteplan.files.manifests import read_layers


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


def links(folder: Path, **targets: str) -> None:
    """Committed; `__` stands for a slash."""
    for name, target in targets.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
    commit(folder)


def as_checked_out(folder: Path, *paths: str) -> dict[str, bytes | Problem]:
    found = read_layers([[str(folder / path) for path in paths]], root=str(folder))
    return {f"HEAD:{name}": content for _, name, content in found}


def said(content: bytes | Problem) -> str:
    assert isinstance(content, Problem)
    return f"{content.position}: {content.message} ({content.hint})"


@pytest.mark.parametrize(
    ("targets", "paths"),
    [
        ({"q__team": "../p"}, ["q"]),
        ({"q__team": "../p", "q__b.yaml": "team/b.yaml", "q__c.yaml": "../p/notes.txt"}, ["q"]),
        ({"q__team": "../one", "one": "two/../two", "two": "p/"}, ["q"]),
        ({"q__team": "../lnk/a", "lnk": "p"}, ["q", "lnk/a", "lnk/b.yaml"]),
        ({"q__r__deep": "../../p/.hidden", "q__.gone": "nowhere"}, ["q"]),
        ({"q__above": "../q", "q__all": "..", "q__x.yaml": "../q.yaml"}, ["q"]),
        ({"lnk": "p/a", "q__x.yaml": "../q.yaml"}, ["lnk/../b.yaml", "lnk/.."]),
        ({"q__name": "../q.yaml", "q__x.yaml": "../q.yaml", "q__d.yaml": "../p/a"}, ["q"]),
    ],
)
def test_links_are_followed_as_in_a_checkout(folder: Path, targets: dict[str, str], paths: list[str]) -> None:
    links(folder, **targets)
    found = contents(folder, "HEAD", *paths)
    assert found
    assert list(found.items()) == list(as_checked_out(folder, *paths).items())


def test_links_are_followed_in_their_revision(folder: Path) -> None:
    links(folder, lnk="p/a")
    (folder / "p" / "a" / "x.yml").unlink()
    (folder / "p" / "a" / "z.json").write_text("new", "utf-8")
    (folder / "lnk").unlink()
    commit(folder)
    assert list(contents(folder, "HEAD~", "lnk").items()) == [
        ("HEAD~:lnk/x.yml", b"old p/a/x.yml"),
        ("HEAD~:lnk/z.json", b"old p/a/z.json"),
    ]
    assert list(contents(folder / "p", "HEAD~", "../lnk/z.json").values()) == [b"old p/a/z.json"]
    assert read_file(open_revision(str(folder), "HEAD~"), "lnk/x.yml") == b"old p/a/x.yml"
    assert read_file(open_revision(str(folder), "HEAD~"), "lnk/none.yml") is None
    assert said(contents(folder, "HEAD~", "lnk/none")["HEAD~:lnk/none"]).startswith(
        "HEAD~:lnk/none: there is nothing to read"
    )


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ({"q__x": "/srv/rules"}, "a symbolic link to /srv/rules, which leads out of the repository"),
        ({"q__x": "../../rules"}, "a symbolic link to ../../rules, which leads out of the repository"),
        ({"q__x": "../up/rules", "up": ".."}, "a symbolic link to .., which leads out of the repository"),
        ({"q__x": "../gone"}, "can not be read: it is a link to ../gone, which is not there"),
        ({"q__x": "../q.yaml/y"}, "can not be read: it is a link to ../q.yaml/y, which is not there"),
        ({"q__x": "x"}, "can not be read: its symbolic links lead in a circle"),
        ({"q__x": "../y", "y": "q/x/z"}, "can not be read: its symbolic links lead in a circle"),
        ({"q__x": "../l41", "l0": "p", **{f"l{n + 1}": f"l{n}" for n in range(41)}}, "can not be read: its symbolic"),
    ],
)
def test_a_link_that_leads_nowhere_is_a_problem(folder: Path, targets: dict[str, str], message: str) -> None:
    links(folder, **targets)
    assert said(contents(folder, "HEAD", "q")["HEAD:q/x"]).startswith(f"HEAD:q/x: {message}")
    assert said(contents(folder, "HEAD", "q/x")["HEAD:q/x"]).startswith(f"HEAD:q/x: {message}")
    assert said(contents(folder, "HEAD", "q/x/y")["HEAD:q/x/y"]).startswith(f"HEAD:q/x/y: {message}")
    with pytest.raises(InputError, match=re.escape(message)):
        read_file(open_revision(str(folder), "HEAD"), "q/x")


def test_links_that_lead_to_each_other_in_many_ways_are_followed_once(folder: Path) -> None:
    """Each of them twice, and each of those twice."""
    links(folder, l0="p/a", **{f"l{n + 1}": f"l{n}/../../l{n}" for n in range(38)})
    assert list(contents(folder, "HEAD", "l38")) == ["HEAD:l38/x.yml", "HEAD:l38/z.json"]


@pytest.mark.parametrize(("path", "shown"), [("p", "p/sub"), ("p/sub", "p/sub"), ("p/sub/x", "p/sub/x"), ("q", "q/s")])
def test_a_submodule_is_a_problem(folder: Path, path: str, shown: str) -> None:
    links(folder, q__s="../p/sub/rules")
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},p/sub")
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},p/a/.sub")
    git(folder, "commit", "--quiet", "--message", "module")
    found = contents(folder, "HEAD", path)[f"HEAD:{shown}"]
    why = "p/sub is a submodule, whose files are not in this repository"
    assert said(found) == f"HEAD:{shown}: {why} (put the files themselves here, or take it out of what is read)"
    assert not [one for one in contents(folder, "HEAD", "p/a").values() if isinstance(one, Problem)]


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
