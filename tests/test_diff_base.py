"""What a pull request changes: `diff --base` on real Git repositories, against planning both states on their own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.applying import TASK, Repository, repository, spec
from tests.property.test_plan_laws import TARGET, File, files
from tests.test_apply import trigger

from flyteplan.cli import run
from flyteplan.files.saved import read_bytes
from flyteplan.plan.document import digest
from flyteplan.plan.saved import read
from flyteplan.render.contrast import SAME_PLANS as SAME

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
    assert told(capsys, "main", "--detailed-exitcode") == [
        "local  flytesnacks/development  against main",
        "",
        "Differs: 0 tasks, 0 manifests added, 0 removed, 0 renamed.",
    ]


def test_a_field_that_changed(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repo.wants({"resources": {"cpu": 3}})
    lines = told(capsys, "HEAD", "--detailed-exitcode", code=2)
    assert lines[2] == "~ etl.load"
    assert any("resources.requests.cpu" in line and "2 -> 3" in line for line in lines)
    assert lines[-1] == "Differs: 1 task, 0 manifests added, 0 removed, 0 renamed."
    assert git("status", "--porcelain") == "M manifests/load.yaml"


def test_other_words_for_what_is_deployed_are_no_difference(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.wants({"resources": {"cpu": 1}})
    commit()
    repo.wants({"resources": {"cpu": "1000m"}})
    lines = told(capsys, "main", "--detailed-exitcode")
    assert lines[2:] == [SAME, "", "Differs: 0 tasks, 0 manifests added, 0 removed, 0 renamed."]


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
    assert lines[2] == "~ etl.load"
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
    assert lines[2:5] == ["- manifest gone", "+ manifest new", "~ manifest load -> loaded"]
    assert "- etl.other  no longer in the plan" in lines
    assert "+ etl.third  new in the plan" in lines
    assert lines[-1] == "Differs: 2 tasks, 1 manifest added, 1 removed, 1 renamed."


def test_a_target_that_is_new_had_nothing(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    path = repo.folder / "flyteplan.yaml"
    path.write_text(path.read_text().replace("  local:", "  new:"))
    assert "+ etl.load  new in the plan" in told(capsys, "main")


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
        (["main..HEAD"], 64, "a range has three dots here, main...HEAD: what HEAD changes"),
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


def test_what_is_new_shows_its_fields_its_inputs_and_what_can_hurt(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    with_gpu = spec("v1")
    with_gpu.task_template.container.resources.requests.add(name="GPU", value="1")
    repo.deploy("v1", with_gpu, name="etl.third")
    value = json.loads(manifest("third", "etl.third", 4))
    value["spec"]["strategy"] = "replace"
    (repo.folder / "manifests" / "third.yaml").write_text(json.dumps(value, indent=1), "utf-8")
    text = "\n".join(told(capsys, "main"))
    assert "+ etl.third  new in the plan" in text
    assert re.search(r"resources\.requests\.cpu +1 -> 4 +\+3  x4 +manifests/third\.yaml:14", text)
    assert "! loses its GPU: resources.requests.gpu was 1; strategy: replace takes the whole of resources" in text
    assert run(["diff", "--base", "main", "-o", "markdown"]) == 0
    page = capsys.readouterr().out
    assert "> [!WARNING]\n> - **`etl.third`**: loses its GPU" in page
    assert "| `1` | **`4`** | `+3` (`x4`) | `manifests/third.yaml:14` |" in page


def test_a_run_that_is_new_shows_its_inputs_and_its_manifest(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    value = json.loads(manifest("other", "etl.other"))
    value["spec"]["submit"] = {"as": "run", "run": {"labels": {"a": "b"}}}
    (repo.folder / "manifests" / "other.yaml").write_text(json.dumps(value), "utf-8")
    lines = told(capsys, "main")
    assert "+ etl.other  run of other  new in the plan" in lines
    assert "    asked for in manifests/other.yaml:1" in lines
    assert any(line.split()[:4] == ["call.run.labels", "(unset)", "->", "{a:"] for line in lines)


def test_what_is_gone_says_what_it_set_where_and_what_becomes_of_it(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["apply", "--yes"]) == 0
    (repo.folder / "manifests" / "load.yaml").write_text("# none\n")
    text = "\n".join(told(capsys, "main"))
    assert "- etl.load  no longer in the plan" in text
    assert re.search(r"live v1\.\w+\.flyteplan stays; with apply --prune it goes back to the base v1:", text)
    assert re.search(r"resources\.requests\.cpu +2 -> 1 +-1 .*main:manifests/load\.yaml:1", text)


RULES = {
    "small": {"name": "small", "limits": {"resources.cpu": {"max": 2}}, "deny": "too much"},
    "team": {"name": "team", "fields": {"required": ["labels.team"]}, "warn": "say whose it is"},
}


def policies(repo: Repository, *rules: Any, guards: str = "{max_changed: 3}") -> None:
    (repo.folder / "policies").mkdir(exist_ok=True)
    head = {"apiVersion": "flyteplan/v1", "kind": "OverridePolicy", "metadata": {"name": "p"}}
    (repo.folder / "policies" / "p.yaml").write_text(json.dumps({**head, "spec": {"rules": rules}}, indent=1))
    path = repo.folder / "flyteplan.yaml"
    text = path.read_text().partition(", policies")[0].rstrip("}\n")
    path.write_text(f"{text}, policies: [policies], guards: {guards}}}\n")


def test_rules_that_changed_are_told_in_every_format(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    policies(repo, *RULES.values())
    commit()
    looser = {**RULES["small"], "limits": {"resources.cpu": {"max": 8}}}
    policies(repo, looser, guards="{max_changed: 5}")
    assert told(capsys, "main", "--detailed-exitcode", code=2)[2:] == [
        "! rule small  loosened  policies/p.yaml:10",
        "    resources.cpu: max 2 -> 8",
        "! rule team  removed  main:policies/p.yaml:19",
        "    warn: say whose it is",
        "    fields.required: labels.team",
        "! guard max_changed  loosened  flyteplan.yaml:6",
        "    3 -> 5",
        "",
        "Differs: 0 tasks, 0 manifests added, 0 removed, 0 renamed, 3 rules.",
    ]
    assert run(["diff", "--base", "main", "-o", "json=a.json", "-o", "html=a.html", "-o", "markdown=a.md"]) == 0
    rules = json.loads(Path("a.json").read_bytes())["rules"]
    assert [(one["name"], one["state"], one["bearing"]) for one in rules] == [
        ("small", "changed", "loosened"),
        ("team", "removed", "loosened"),
        ("max_changed", "changed", "loosened"),
    ]
    assert "> [!CAUTION]\n> **Rules** 2 rules and 1 guard changed: 3 loosened" in Path("a.md").read_text("utf-8")
    assert "<b>loosened</b>: rule <code>small</code> resources.cpu: max 2" in Path("a.html").read_text("utf-8")


def test_rules_of_two_revisions_are_those_of_git(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    policies(repo, RULES["small"])
    commit()
    git("checkout", "--quiet", "-b", "feature")
    policies(repo, RULES["small"], RULES["team"])
    commit()
    policies(repo)
    git("checkout", "--quiet", "--force", "main")
    lines = told(capsys, "main...feature")
    assert lines[2] == "+ rule team  added  policies/p.yaml:19"
    assert lines[-1].endswith("0 renamed, 1 rule.")


def test_a_configuration_and_a_lock_that_are_links_are_followed(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["lock"]) == 0
    for name in ("flyteplan.yaml", "flyteplan.lock"):
        (repo.folder / name).rename(repo.folder / f"real-{name}")
        (repo.folder / name).symlink_to(f"real-{name}")
    commit()
    assert told(capsys, "main")[-1].startswith("Differs: 0 tasks")
    repo.deploy("v2", spec("v2"))
    assert run(["lock", "--upgrade", "*"]) == 0
    assert told(capsys, "main")[-1].startswith("Differs: 1 task,")


def test_a_configuration_that_is_a_link_to_elsewhere_is_said_to_be_one(
    repo: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real = tmp_path.parent / f"{tmp_path.name}.yaml"
    (repo.folder / "flyteplan.yaml").rename(real)
    (repo.folder / "flyteplan.yaml").symlink_to(real)
    commit()
    assert run(["diff", "--base", "main"]) == 1
    said = f"main:flyteplan.yaml: error[FP1001]: a symbolic link to {real}, which leads out of the repository"
    assert said in capsys.readouterr().err


def test_policies_outside_of_the_repository_that_are_named_no_more_are_an_alert(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    policies(repo, RULES["small"])
    path = repo.folder / "flyteplan.yaml"
    text = path.read_text()
    path.write_text(text.replace("policies: [policies]", "policies: [policies, ../out/]"))
    commit()
    git("checkout", "--quiet", "-b", "feature")
    path.write_text(text)
    commit()
    for revisions in ("main", "main...HEAD"):
        assert told(capsys, revisions, "--detailed-exitcode", code=2)[2:] == [
            "! target local  loosened  flyteplan.yaml:6",
            "    policies: ../out no longer named",
            "",
            "Differs: 0 tasks, 0 manifests added, 0 removed, 0 renamed, 1 rule.",
        ]


def test_what_became_of_the_target_is_told_in_every_format(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    path = repo.folder / "flyteplan.yaml"
    path.write_text(path.read_text().replace("owner: acme/overrides", "owner: zzz"))
    path.write_text(path.read_text().replace("manifests: [", "insecure: true, manifests: ["))
    assert told(capsys, "main")[2:5] == [
        "! target local  changed  flyteplan.yaml:6",
        "    owner: acme/overrides -> zzz",
        "    insecure: (none) -> true",
    ]
    assert run(["diff", "--base", "main", "-o", "json=a.json", "-o", "html=a.html", "-o", "markdown=a.md"]) == 0
    (rule,) = json.loads(Path("a.json").read_bytes())["rules"]
    assert rule["details"] == ["owner: acme/overrides -> zzz", "insecure: (none) -> true"]
    assert "> [!CAUTION]\n> **Rules** 1 target changed: 1 changed" in Path("a.md").read_text("utf-8")
    assert "<b>changed</b>: target <code>local</code> owner: acme/overrides" in Path("a.html").read_text("utf-8")


def linked(repo: Repository, *, layers: str = "manifests") -> Path:
    """A folder beside the manifests, and a link to it among them or on the way to them; committed."""
    elsewhere = repo.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.yaml").write_text(manifest("other", "etl.other"), "utf-8")
    path = repo.folder / "flyteplan.yaml"
    path.write_text(path.read_text().replace("manifests: [manifests]", f"manifests: [{layers}]"))
    assert layers in path.read_text()
    (repo.folder / "lnk").symlink_to(".")
    (repo.folder / "manifests" / "team").symlink_to("../elsewhere")
    commit()
    return elsewhere


@pytest.mark.parametrize("layers", ["manifests", "lnk/manifests", "manifests/team", "lnk/elsewhere"])
@pytest.mark.parametrize("revisions", ["main", "main...HEAD"])
def test_what_changes_behind_a_link_is_told(
    repo: Repository, layers: str, revisions: str, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = linked(repo, layers=layers)
    git("checkout", "--quiet", "-b", "feature")
    (elsewhere / "b.yaml").write_text(manifest("other", "etl.other", cpu=3), "utf-8")
    commit()
    lines = told(capsys, revisions)[2:]
    assert lines[0] == "~ etl.other"
    assert any("resources.requests.cpu" in line and "2 -> 3" in line for line in lines)
    assert lines[-1] == "Differs: 1 task, 0 manifests added, 0 removed, 0 renamed."


@pytest.mark.parametrize("revisions", ["main", "main...HEAD"])
def test_a_link_that_comes_brings_its_manifests(
    repo: Repository, revisions: str, capsys: pytest.CaptureFixture[str]
) -> None:
    git("checkout", "--quiet", "-b", "feature")
    linked(repo)
    lines = told(capsys, revisions)[2:]
    assert "+ manifest other" in lines
    assert any(line.startswith("+ etl.other") for line in lines)
    assert any("manifests/team/b.yaml" in line for line in lines)


@pytest.mark.parametrize("revisions", ["main", "main...HEAD"])
@pytest.mark.parametrize("where", ["policies/team", "policies"])
def test_a_rule_behind_a_link_is_compared(
    repo: Repository, revisions: str, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    policies(repo, RULES["small"])
    (repo.folder / "policies" / "p.yaml").rename(repo.folder / "rules.yaml")
    (repo.folder / "policies").rename(repo.folder / "shared")
    rules = repo.folder / "shared" / "q.yaml"
    (repo.folder / "rules.yaml").rename(rules)
    link = repo.folder / where
    link.parent.mkdir(exist_ok=True)
    link.symlink_to("../shared" if "/" in where else "shared")
    commit()
    git("checkout", "--quiet", "-b", "feature")
    rules.write_text(rules.read_text().replace('"max": 2', '"max": 8'))
    commit()
    assert told(capsys, revisions)[2:4] == [
        f"! rule small  loosened  {where}/q.yaml:10",
        "    resources.cpu: max 2 -> 8",
    ]


@pytest.mark.parametrize("where", ["manifests/sub", "policies", "policies/sub", "manifests/out"])
def test_what_a_revision_can_not_have_is_never_passed_over(
    repo: Repository, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    policies(repo, RULES["small"])
    commit()
    git("checkout", "--quiet", "-b", "feature")
    if where.endswith("out"):
        (repo.folder / where).symlink_to("/srv/manifests")
        commit()
    else:
        git("rm", "-r", "--quiet", "--cached", "--ignore-unmatch", where)
        git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},{where}")
        git("commit", "--quiet", "--message", "module")
    assert run(["diff", "--base", "main...HEAD"]) == 1
    error = capsys.readouterr().err
    assert f"{where}: error[FP1001]: " in error
    assert "leads out of the repository" in error or f"{where} is a submodule" in error


@pytest.mark.parametrize("wanted", ["text", "json", "markdown", "html"])
def test_two_saved_plans_and_a_base_have_every_format(repo: Repository, wanted: str) -> None:
    assert run(["plan", "-q", "--out", "old.json"]) == 0
    repo.wants({"resources": {"cpu": 3}})
    assert run(["plan", "-q", "--out", "new.json"]) == 0
    assert run(["diff", "old.json", "new.json", "-o", f"{wanted}=two.out"]) == 0
    assert run(["diff", "--base", "main", "-o", f"{wanted}=base.out"]) == 0
    for file in ("two.out", "base.out"):
        assert "resources.requests.cpu" in Path(file).read_text("utf-8")


def emptied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """*folder* as a new repository, in which commands work from now on, whatever an example before has left there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    monkeypatch.chdir(folder)
    git("init", "--quiet", "--initial-branch", "main")
    return folder


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(files(), files(), st.data())
def test_it_agrees_with_planning_both_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: list[File], after: list[File], data: Any
) -> None:
    folder = emptied(tmp_path / "repository", monkeypatch)
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


def test_the_targets_that_are_not_compared_are_told(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    path = repo.folder / "flyteplan.yaml"
    text = path.read_text() + "  production: {catalog: catalog.db, project: p, domain: d, manifests: [manifests]}\n"
    path.write_text(text.replace("targets:", "default_target: local\ntargets:"))
    commit()
    line = "Not compared: production (-t production)."
    assert told(capsys, "HEAD")[-1] == line
    assert told(capsys, "HEAD", "-o", "markdown")[-1] == "Not compared: production (`-t` production)."
    assert any(
        "<dt>Not compared</dt><dd>production (-t production)</dd>" in one for one in told(capsys, "HEAD", "-ohtml")
    )
    assert not any("<dt>Not compared" in one for one in told(capsys, "HEAD", "-t", "production", "-o", "json"))


def test_text_says_what_policies_say_of_the_newer_side(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    policies(repo, *RULES.values(), guards="{max_changed: 0}")
    commit()
    run(["plan", "-q", "--out", "old.json"])
    repo.wants({"resources": {"cpu": 3}})
    lines = told(capsys, "main", code=3)
    assert lines[-3:-1] == ["Policy  2 rules: 1 denied, 1 warned of, stopped by 1 guard", ""]
    run(["plan", "-q", "--out", "new.json"])
    capsys.readouterr()
    assert run(["diff", "old.json", "new.json"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("local  flytesnacks/development  two plans\n\n~ etl.load\n")
    assert "\nPolicy  2 rules: 1 denied, 1 warned of, stopped by 1 guard\n  denied: etl.load: " in text
    assert "\n  stopped by a guard: " in text
    assert "\n  warned of: etl.load: " in text
    assert text.endswith("\n\nDiffers: 1 task.\n")


def test_what_was_not_read_is_not_counted_and_no_digest_is_to_be_approved(repo: Repository) -> None:
    repo.wants({"resources": {"cpu": 3}})
    assert run(["diff", "--base", "main", "-o", "json=a.json", "-o", "html=a.html", "-o", "markdown=a.md"]) == 0
    assert "same" not in json.loads(read_bytes("a.json"))["summary"]
    page, comment = Path("a.html").read_text("utf-8"), Path("a.md").read_text("utf-8")
    assert "<dt>The same</dt>" not in page
    assert 'id="copy"' not in page
    assert "of the two plans, not for apply --expect-digest" in page
    assert "(of the two plans, not for apply `--expect-digest`)" in comment


def test_a_long_value_is_shortened_by_itself(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repo.wants({"env_vars": {"DEVICE": "nvidia-tesla-a100"}})
    commit()
    repo.wants({"env_vars": {"DEVICE": "x" * 200}})
    (line,) = [one for one in told(capsys, "main") if "DEVICE" in one]
    assert "nvidia-tesla-a100 -> xxx" in line


def test_two_plans_of_two_targets_are_refused(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "-q", "--out", "old.json"]) == 0
    path = repo.folder / "flyteplan.yaml"
    path.write_text(path.read_text().replace("local:", "other:"))
    assert run(["plan", "-q", "--out", "new.json"]) == 0
    assert run(["diff", "old.json", "new.json"]) == 0
    moved = json.loads(Path("new.json").read_bytes())
    moved["target"]["domain"] = "production"
    moved["digest"] = digest(read(moved))
    Path("moved.json").write_text(json.dumps(moved))
    capsys.readouterr()
    assert run(["diff", "old.json", "moved.json"]) == 64
    assert "-t local -t other compares what targets want" in capsys.readouterr().err


def test_a_strategy_that_changes_names_its_line(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    def wants(strategy: str) -> None:
        value = json.loads(manifest("load", TASK.name))
        value["spec"]["strategy"] = strategy
        (repo.folder / "manifests" / "load.yaml").write_text(json.dumps(value, indent=1))

    wants("merge")
    commit()
    assert run(["plan", "-q", "--out", "old.json"]) == 0
    wants("replace")
    assert run(["plan", "-q", "--out", "new.json"]) == 0
    line = next(one for one in told(capsys, "main") if "strategy  " in one)
    assert re.search(r"merge -> replace +manifests/load\.yaml:17$", line)
    assert run(["diff", "old.json", "new.json"]) == 0
    assert line in capsys.readouterr().out.splitlines()
    assert "`manifests/load.yaml:17`" in "\n".join(told(capsys, "main", "-o", "markdown"))


def live_states(repo: Repository, base: str, head: str, *flags: str) -> list[str]:
    """The difference of two revisions when nothing was ever applied, when the base is live, and when the head is."""
    found = [told_as(repo, base, head, *flags)]
    for revision in (base, head):
        git("checkout", "--quiet", "--force", revision)
        assert run(["apply", "--yes"]) == 0
        found.append(told_as(repo, base, head, *flags))
    return found


def told_as(repo: Repository, base: str, head: str, *flags: str) -> str:
    git("checkout", "--quiet", "--force", head)
    assert run(["diff", "--base", base, "-o", "json=out.json", *flags]) == 0
    return json.dumps(json.loads(read_bytes("out.json"))["tasks"])


def test_it_is_the_same_before_an_apply_and_after(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """Also what can hurt: a GPU that is lost, results that are not reused, schedules that stay behind."""
    deployed = spec("v2")
    deployed.task_template.container.resources.requests.add(name="GPU", value="1")
    deployed.task_template.metadata.discoverable = True
    deployed.task_template.metadata.discovery_version = "a1"
    repo.deploy("v2", deployed, (trigger("nightly"),))
    repo.wants({"resources": {"memory": "1Gi"}})
    base = commit()
    folder = repo.folder / "manifests"
    value = json.loads((folder / "load.yaml").read_text())
    value["spec"] |= {"strategy": "replace", "overrides": {"resources": {"memory": "2Gi"}}}
    value["spec"]["overrides"]["cache"] = {"behavior": "override", "version_override": "a2"}
    (folder / "load.yaml").write_text(json.dumps(value))
    (folder / "other.yaml").write_text(manifest("other", "etl.other"), "utf-8")
    head = commit()
    first, *others = live_states(repo, base, head)
    assert others == [first, first]
    codes = [one["code"] for one in json.loads(first)[0]["alerts"]]
    assert codes == ["gpu-lost", "collateral", "recompute", "identity", "triggers-kept"]
    pages = [told(capsys, base), told(capsys, base, "-o", "markdown")]
    assert "  ! loses its GPU: resources.requests.gpu was 1; strategy: replace takes the whole of resources" in pages[0]
    assert any(line.startswith("> - **`etl.load`**: loses its GPU") for line in pages[1])


def test_a_setting_that_says_what_is_deployed_is_told_before_an_apply_and_after(repo: Repository) -> None:
    repo.wants({"resources": {"cpu": 1}})
    base = commit()
    repo.wants({"resources": {"cpu": 2}})
    first, *others = live_states(repo, base, commit())
    assert others == [first, first]
    (field,) = json.loads(first)[0]["fields"]
    assert (field["from"], field["from_set_by"]) == ("1", {"path": "manifests/load.yaml", "line": 1})


def test_a_base_that_goes_back_is_told_before_an_apply_and_after(repo: Repository) -> None:
    repo.deploy("v2", spec("v2"))
    base = commit()
    repo.wants({"resources": {"cpu": 2}}, submit={"allow_older_base": True}, version="v1")
    first, *others = live_states(repo, base, commit())
    assert others == [first, first]
    assert [one["code"] for one in json.loads(first)[0]["alerts"]] == ["older-base"]


@settings(max_examples=15, deadline=None, suppress_health_check=[*HealthCheck])
@given(files(), files())
def test_what_is_live_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: list[File], after: list[File]
) -> None:
    folder = emptied(tmp_path / "repository", monkeypatch)
    (folder / "flyteplan.yaml").write_text(CONFIG.replace(str(CATALOG), "catalog.db"))
    (folder / ".gitignore").write_text("catalog.db*\n*.json\n.flyteplan\n")
    assert run(["pull", "--catalog", str(CATALOG), "--into", "catalog.db"]) == 0
    revisions = []
    for made in (before, after):
        assume(written(folder, made) and saved("plan.json"))
        revisions.append(commit())
    seen = []
    for applied in (None, *revisions):
        if applied is not None:
            git("checkout", "--quiet", "--force", applied)
            assume(run(["apply", "--yes"]) == 0)
        git("checkout", "--quiet", "--force", revisions[1])
        assert run(["diff", "--base", revisions[0], "-o", "json=out.json"]) == 0
        seen.append(tasks("out.json"))
    assert seen[1:] == seen[:1] * 2


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


def test_a_label_that_policies_may_go_by_is_a_difference(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    path = repo.folder / "manifests" / "load.yaml"
    value = json.loads(path.read_text())
    value["metadata"]["labels"] = {"tier": "critical"}
    path.write_text(json.dumps(value))
    lines = told(capsys, "main", "--detailed-exitcode", code=2)
    assert "    labels  none -> tier=critical" in lines


def test_a_safety_that_is_switched_off_is_a_difference(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repo.wants({"resources": {"cpu": 2}}, submit={"allow_older_base": True})
    lines = told(capsys, "main", "--detailed-exitcode", code=2)
    assert any("older base" in line and "refused" in line and "allowed" in line for line in lines)


def test_the_rule_that_went_is_named_among_many_that_came(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    policies(repo, RULES["small"])
    commit()
    git("checkout", "--quiet", "-b", "feature")
    value = json.loads((repo.folder / "policies" / "p.yaml").read_text())
    (rule,) = value["spec"]["rules"]
    value["spec"]["rules"] = [{**rule, "name": f"new-{number}"} for number in range(900)]
    (repo.folder / "policies" / "p.yaml").write_text(json.dumps(value))
    page = "\n".join(told(capsys, "main", "-o", "markdown", "--limit", "8000"))
    assert len(page) < 8000
    assert "- **removed**: rule `small`" in page
    assert "900 rules" in page
