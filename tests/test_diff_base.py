"""What a pull request changes: `diff --base` on real Git repositories, against planning both states on their own."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.applying import Repository, repository, spec
from tests.property.test_plan_laws import TARGET, File, files

from flyteplan.cli import run
from flyteplan.files.saved import read_bytes
from flyteplan.render.compared import SAME

ROOT = Path(__file__).parents[1]
CATALOG = ROOT / "examples" / "catalog" / "tasks.jsonl"
CONFIG = f"""
apiVersion: flyteplan/v1
kind: Config
targets:
  local:
    {{catalog: '{CATALOG}', project: {TARGET.project}, domain: {TARGET.domain}, manifests: [manifests/0, manifests/1]}}
"""


def git(*arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit() -> str:
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "--message", "x")
    return git("rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """One task with a manifest, committed; the work tree as it was."""
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet", "--initial-branch", "main")
    made = repository(tmp_path)
    made.deploy("v1", spec("v1"), name="etl.other")
    (tmp_path / ".gitignore").write_text("catalog.db*\n")
    commit()
    return made


def told(capsys: pytest.CaptureFixture[str], *flags: str, code: int = 0) -> list[str]:
    capsys.readouterr()
    assert run(["diff", "--base", *flags]) == code
    return capsys.readouterr().out.splitlines()


def test_what_did_not_change_is_not_told(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    (repo.folder / "README").write_text("other\n")
    path = repo.folder / "manifests" / "load.yaml"
    path.write_text("# a comment moves every line\n" + path.read_text())
    assert told(capsys, "main", "--detailed-exitcode") == ["Differs: 0 tasks, 0 manifests added, 0 removed, 0 renamed."]


def test_a_field_that_changed(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repo.wants({"resources": {"cpu": 3}})
    lines = told(capsys, "HEAD", "--detailed-exitcode", code=2)
    assert lines[0] == "~ etl.load"
    assert any("resources.requests.cpu" in line and "1 -> 2" in line and "1 -> 3" in line for line in lines)
    assert lines[-1] == "Differs: 1 task, 0 manifests added, 0 removed, 0 renamed."
    assert git("status", "--porcelain") == "M manifests/load.yaml"


def test_other_words_for_what_is_deployed_are_no_difference(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.wants({"resources": {"cpu": 1}})
    commit()
    repo.wants({"resources": {"cpu": "1000m"}})
    lines = told(capsys, "main", "--detailed-exitcode")
    assert lines == [SAME, "", "Differs: 0 tasks, 0 manifests added, 0 removed, 0 renamed."]


def test_the_merge_base_and_the_other_revision(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """As Git means A...B: neither what main did since, nor what is not committed."""
    git("checkout", "--quiet", "-b", "feature")
    repo.wants({"resources": {"cpu": 3}})
    commit()
    git("checkout", "--quiet", "main")
    (repo.folder / "manifests" / "other.yaml").write_text(manifest("other", "etl.other"), "utf-8")
    commit()
    (repo.folder / "manifests" / "load.yaml").unlink()
    lines = told(capsys, "main...feature")
    assert lines[0] == "~ etl.load"
    assert lines[-1] == "Differs: 1 task, 0 manifests added, 0 removed, 0 renamed."


def manifest(name: str, task: str, cpu: int = 2) -> str:
    value = {
        "apiVersion": "flyteplan/v1",
        "kind": "TaskOverride",
        "metadata": {"name": name},
        "spec": {"task": {"name": task, "auto_version": "latest"}, "overrides": {"resources": {"cpu": cpu}}},
    }
    return json.dumps(value)


def test_manifests_that_came_and_went_and_were_renamed(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repo.folder / "manifests"
    (folder / "gone.yaml").write_text(manifest("gone", "etl.other"), "utf-8")
    commit()
    (folder / "gone.yaml").unlink()
    (folder / "load.yaml").write_text((folder / "load.yaml").read_text().replace('"name": "load"', '"name": "loaded"'))
    repo.deploy("v1", spec("v1"), name="etl.third")
    (folder / "new.yaml").write_text(manifest("new", "etl.third"), "utf-8")
    lines = told(capsys, "main")
    assert lines[:3] == ["- manifest gone", "+ manifest new", "~ manifest load -> loaded"]
    assert "- etl.other  no longer in the plan, was to update" in lines
    assert "+ etl.third  new in the plan, to update" in lines
    assert lines[-1] == "Differs: 2 tasks, 1 manifest added, 1 removed, 1 renamed."


def test_a_target_that_is_new_had_nothing(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    path = repo.folder / "flyteplan.yaml"
    path.write_text(path.read_text().replace("  local:", "  new:"))
    assert "+ etl.load  new in the plan, to update" in told(capsys, "main")


def test_a_target_that_moves_leaves_its_tasks(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """A domain in flyteplan.yaml is as much a part of the plan as any manifest; a flag holds for both sides."""
    path = repo.folder / "flyteplan.yaml"
    path.write_text(path.read_text().replace("catalog.db", str(CATALOG)))
    (repo.folder / "manifests" / "load.yaml").write_text(manifest("join", "etl.join"), "utf-8")
    commit()
    path.write_text(path.read_text().replace("domain: development", "domain: production"))
    lines = told(capsys, "main")
    assert [line.split("  ")[0] for line in lines if line.startswith(("-", "+"))] == ["- etl.join", "+ etl.join"]
    assert lines[-1].startswith("Differs: 2 tasks,")
    assert told(capsys, "main", "--domain", "production")[-1].startswith("Differs: 0 tasks")


def test_a_lock_that_moves_is_a_difference(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lock"]) == 0
    commit()
    repo.deploy("v2", spec("v2"))
    assert told(capsys, "main")[-1].startswith("Differs: 0 tasks")
    assert run(["lock", "--upgrade", "*"]) == 0
    assert told(capsys, "main")[-1].startswith("Differs: 1 task,")


def test_only_what_differs_is_read(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    from flyteplan.local.catalog import LocalCatalog

    (repo.folder / "manifests" / "other.yaml").write_text(manifest("other", "etl.other"), "utf-8")
    commit()
    repo.wants({"resources": {"cpu": 3}})
    read: set[str] = set()
    templates = LocalCatalog.templates

    def counted(self: LocalCatalog, keys: Any) -> Any:
        read.update(key.task.name for key in keys)
        return templates(self, keys)

    monkeypatch.setattr(LocalCatalog, "templates", counted)
    assert run(["diff", "--base", "HEAD"]) == 0
    assert read == {"etl.load"}


def test_what_is_wrong_in_the_base_is_told_there(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    (repo.folder / "manifests" / "load.yaml").write_text("apiVersion: [\n")
    commit()
    repo.wants({"resources": {"cpu": 3}})
    assert run(["diff", "--base", "main"]) == 1
    assert "main:manifests/load.yaml:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (["nowhere"], 64, "no revision nowhere"),
        (["main", "manifests"], 64, "--base takes no PATHS"),
        (["main", "--prune"], 64, "leave out --prune"),
    ],
)
def test_what_makes_no_sense(
    repo: Repository, flags: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["diff", "--base", *flags]) == code
    assert said in capsys.readouterr().err


def test_a_shallow_clone_is_told(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit()
    git("clone", "--quiet", "--depth", "1", f"file://{repo.folder}", str(tmp_path / "shallow"))
    shutil.copy(repo.folder / "catalog.db", tmp_path / "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    with pytest.MonkeyPatch.context() as patched:
        said: list[str] = []
        patched.setattr("click.echo", lambda message=None, **_: said.append(str(message)))
        assert run(["diff", "--base", "HEAD~1"]) == 64
    assert "this clone is shallow" in "".join(said)


def test_other_formats(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repo.wants({"resources": {"cpu": 3}})
    assert run(["diff", "--base", "HEAD", "-o", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["task"]["name"] for one in found["after"]["changes"]] == ["etl.load"]
    assert found["manifests"] == {"added": [], "removed": [], "renamed": []}
    assert run(["diff", "--base", "HEAD", "-o", "markdown"]) == 0
    page = capsys.readouterr().out
    assert "`local` against `HEAD`." in page
    assert "~ etl.load" in page


def test_what_a_policy_denies_is_in_the_comment(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    rule = {"name": "small", "limits": {"resources.cpu": {"max": 2}}, "deny": "too much"}
    head = {"apiVersion": "flyteplan/v1", "kind": "OverridePolicy", "metadata": {"name": "p"}}
    value = {**head, "spec": {"rules": [rule]}}
    (repo.folder / "policies").mkdir()
    (repo.folder / "policies" / "p.yaml").write_text(json.dumps(value))
    path = repo.folder / "flyteplan.yaml"
    path.write_text(path.read_text().replace("manifests: [manifests]", "manifests: [manifests], policies: [policies]"))
    commit()
    repo.wants({"resources": {"cpu": 3}})
    assert run(["diff", "--base", "HEAD", "-o", "markdown"]) == 3
    page = capsys.readouterr().out
    assert "**Policy**" in page
    assert "too much" in page


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(files(), files(), st.data())
def test_it_agrees_with_planning_both_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: list[File], after: list[File], data: Any
) -> None:
    folder = tmp_path / "repository"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    monkeypatch.chdir(folder)
    git("init", "--quiet", "--initial-branch", "main")
    (folder / "flyteplan.yaml").write_text(CONFIG)
    kept = [file for file in before if data.draw(st.booleans())]
    assume(written(folder, before))
    old = saved("old.json")
    assume(old is not None)
    base = commit()
    assume(written(folder, [*(one for one in kept if one[1] not in {name for _, name, _ in after}), *after]))
    new = saved("new.json")
    assume(new is not None)
    assert run(["diff", "old.json", "new.json", "-o", "json=both.json"]) == 0
    assert run(["diff", "--base", base, "-o", "json=base.json"]) == 0
    assert tasks("base.json") == tasks("both.json")


def written(folder: Path, manifests: Sequence[File]) -> bool:
    shutil.rmtree(folder / "manifests", ignore_errors=True)
    for layer in (0, 1):
        (folder / "manifests" / str(layer)).mkdir(parents=True)
        (folder / "manifests" / str(layer) / "empty.yaml").write_text("# nothing\n")
    for _, path, content in manifests:
        (folder / "manifests" / path).write_bytes(content)
    return bool(manifests)


def saved(name: str) -> str | None:
    return name if run(["plan", "-q", "--out", name]) == 0 else None


def own_history() -> list[tuple[str, str]]:
    """Pairs of this repository's own commits, some of them apart; none where there is no history."""
    call = ["git", "-C", str(ROOT), "rev-list", "HEAD", "--", "manifests", "flyteplan.yaml", "examples", "schema"]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    commits = done.stdout.split()[::6]
    return list(zip(commits[1:], commits, strict=False))


def test_it_agrees_on_the_history_of_this_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = own_history()
    if pairs:
        git("clone", "--quiet", "--no-checkout", str(ROOT), str(tmp_path / "clone"))
        monkeypatch.chdir(tmp_path / "clone")
    for older, newer in pairs:
        codes = [planned_at(commit, name) for commit, name in ((older, "old.json"), (newer, "new.json"))]
        code = run(["diff", "--base", older, *PLACE, "-o", "json=base.json"])
        if codes == [0, 0]:
            assert code == 0
            assert run(["diff", "old.json", "new.json", "-o", "json=both.json"]) == 0
            assert tasks("base.json") == tasks("both.json")


PLACE = ("-t", "production", "--catalog", str(ROOT / "examples" / "catalog"))


def planned_at(commit: str, name: str) -> int:
    git("checkout", "--quiet", "--force", commit)
    return run(["plan", "-q", *PLACE, "--out", name])


def tasks(file: str) -> Any:
    """What is told of tasks, beside manifests and rules."""
    return json.loads(read_bytes(file))["tasks"]
