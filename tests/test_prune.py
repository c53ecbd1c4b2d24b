"""A manifest that left Git: its task goes back to its base, and no other one does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.applying import CONFIG, TASK, Repository, repository, spec
from tests.serving import serving
from tests.test_apply import trigger

from flyteplan.cli import run
from flyteplan.diff import digest
from flyteplan.local.controller import LocalController

CPU_2 = {"resources": {"cpu": 2}}
WHERE = pytest.mark.parametrize("where", ["database", "endpoint"])


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """With a task that has a manifest, and one that keeps its own whatever becomes of the first."""
    monkeypatch.chdir(tmp_path)
    made = repository(tmp_path)
    made.deploy("v1", name="etl.extract")
    wants("stays", "etl.extract")
    return made


def wants(name: str, task: str, submit: Any = None, folder: str = "manifests") -> Path:
    reference = {"task": {"name": task, "auto_version": "latest"}}
    value = {
        "apiVersion": "flyteplan/v1",
        "kind": "TaskOverride",
        "metadata": {"name": name},
        "spec": {**reference, "overrides": CPU_2, **({"submit": submit} if submit else {})},
    }
    path = Path(folder) / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value), "utf-8")
    return path


def gone(repo: Repository) -> None:
    (repo.folder / "manifests" / "load.yaml").unlink()


def apply(*flags: str) -> int:
    return run(["apply", "-q", "--yes", *flags])


def changes(*flags: str) -> list[dict[str, Any]]:
    assert run(["plan", "-q", "-o", "json=planned.json", *flags]) == 0
    document = json.loads(Path("planned.json").read_text("utf-8"))
    return [change for change in document["changes"] if change["action"] != "unchanged"]


@contextmanager
def flags_of(where: str, repo: Repository) -> Iterator[list[str]]:
    if where == "database":
        yield []
        return
    with serving(repo.folder / "catalog.db") as endpoint:
        yield ["--endpoint", endpoint, "--insecure"]


@WHERE
def test_after_a_prune_the_base_is_live_and_there_is_nothing_to_do(
    repo: Repository, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with flags_of(where, repo) as flags:
        assert apply(*flags) == 0
        gone(repo)
        assert changes(*flags) == []
        (change,) = changes("--prune", *flags)
        assert (change["task"]["name"], change["prune"], change["manifests"]) == (TASK.name, True, [])
        assert apply("--prune", *flags) == 0
        assert digest(repo.live()) == digest(spec("v1"))
        assert changes(*flags) == changes("--prune", *flags) == []
        capsys.readouterr()
        assert run(["status", "--detailed-exitcode", *flags]) == 0
        assert capsys.readouterr().out.endswith("Status: 1 in step.\n")
        assert apply("--prune", *flags) == 0
    assert len(repo.versions()) == 3


def test_a_manifest_that_comes_back_makes_another_generation(repo: Repository) -> None:
    for _ in range(2):
        assert apply() == 0
        gone(repo)
        assert apply("--prune") == 0
        repo.wants(CPU_2)
    second, _, first, _, _ = repo.versions()
    assert second == first.replace(".flyteplan", "-2.flyteplan")
    assert digest(repo.live()) == digest(spec("v1"))


def test_what_was_applied_tells_its_target_and_what_was_pruned_no_manifest(repo: Repository) -> None:
    assert apply() == 0
    assert repo.live().task_template.metadata.tags["flyteplan/target"] == "local"
    gone(repo)
    assert apply("--prune") == 0
    tags = repo.live().task_template.metadata.tags
    assert (tags["flyteplan/owner"], tags["flyteplan/base"]) == ("acme/overrides", "v1")
    assert tags["flyteplan/digest"] == tags["flyteplan/base-digest"] == digest(spec("v1"))
    assert "flyteplan/manifest" not in tags
    assert tags["team"] == "data"


def test_two_targets_of_one_scope_do_not_undo_each_other(repo: Repository) -> None:
    config = repo.folder / "flyteplan.yaml"
    other = CONFIG.splitlines()[-1].replace("local:", "other:").replace("[manifests]", "[others]")
    config.write_text(f"{CONFIG.rstrip()}\n{other}\ndefault_target: local\n", "utf-8")
    wants("remark", "etl.extract", {"as": "none"}, "others")
    assert apply() == 0
    assert changes("-t", "other", "--prune") == changes("-t", "other")
    gone(repo)
    assert [change["task"]["name"] for change in changes("--prune")] == [TASK.name]


def test_what_another_owner_or_a_hand_made_stays(repo: Repository) -> None:
    assert apply() == 0
    gone(repo)
    repo.deploy("v1.byhand.flyteplan", name="etl.extract")
    (repo.folder / "manifests" / "stays.yaml").write_text("# nothing\n", "utf-8")
    config = repo.folder / "flyteplan.yaml"
    config.write_text(CONFIG.replace("acme/overrides", "acme/others"), "utf-8")
    assert changes("--prune") == []


@pytest.mark.parametrize("submit", [{"as": "none"}, {"as": "run"}])
def test_a_manifest_that_makes_no_version_keeps_none(repo: Repository, submit: Any) -> None:
    assert apply() == 0
    repo.wants(CPU_2, submit=submit)
    assert [change["submit"]["as"] for change in changes()] == [submit["as"]]
    assert [change["submit"]["as"] for change in changes("--prune")] == [submit["as"], "version"]


def test_a_selection_keeps_what_it_matches(repo: Repository) -> None:
    assert apply() == 0
    gone(repo)
    path = wants("all", "etl.load")
    path.write_text(path.read_text().replace('"task": {"name": "etl.load"', '"select": {"environment": "etl"'), "utf-8")
    assert changes("--prune") == []


def test_only_chosen_tasks_are_pruned_and_manifests_that_are_not_chosen_count(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert apply() == 0
    gone(repo)
    capsys.readouterr()
    assert [change["task"]["name"] for change in changes("--prune", "--select", "etl.*")] == [TASK.name]
    assert [change["task"]["name"] for change in changes("--prune", "--select", TASK.name)] == [TASK.name]
    assert capsys.readouterr().err == ""
    assert changes("--prune", "--exclude", TASK.name) == []
    assert changes("--prune", "--select", "etl.extract") == []


def test_a_scope_that_manifests_name_is_looked_at_as_well(repo: Repository) -> None:
    assert apply() == 0
    gone(repo)
    config = repo.folder / "flyteplan.yaml"
    config.write_text(CONFIG.replace("project: flytesnacks", "project: others"), "utf-8")
    stays = repo.folder / "manifests" / "stays.yaml"
    stays.write_text(stays.read_text().replace('"task": {', '"task": {"project": "flytesnacks", '), "utf-8")
    assert [change["task"]["name"] for change in changes("--prune")] == [TASK.name]


def test_what_was_deployed_since_is_live_and_stays(repo: Repository) -> None:
    assert apply() == 0
    gone(repo)
    repo.deploy("v2")
    assert changes("--prune") == []


def test_a_base_that_was_deployed_again_is_what_comes_back(repo: Repository) -> None:
    assert apply() == 0
    gone(repo)
    assert apply("--prune") == 0
    repo.deploy("v1", spec("v1", cpu="7"))
    assert len(changes("--prune")) == 1
    assert apply("--prune") == 0
    assert digest(repo.live()) == digest(spec("v1", cpu="7"))
    assert changes("--prune") == []


def test_a_lock_does_not_say_what_comes_back(repo: Repository) -> None:
    assert run(["lock"]) == 0
    assert apply("--locked") == 0
    repo.deploy("v2", spec("v2", cpu="8"))
    assert run(["lock", "--upgrade", "*"]) == 0
    assert apply("--locked") == 0
    gone(repo)
    assert apply("--locked", "--prune") == 0
    assert digest(repo.live()) == digest(spec("v2", cpu="8"))


def test_a_task_without_any_base_is_told(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert apply() == 0
    gone(repo)
    with repo.store() as store, store.writing() as connection:
        connection.execute("DELETE FROM tasks WHERE name = 'etl.load' AND version = 'v1'")
    assert changes("--prune") == []
    assert "flytesnacks/development/etl.load: warning[FP2002]: no manifest speaks of it" in capsys.readouterr().err


@WHERE
def test_triggers_that_run_what_is_left_behind_are_moved(repo: Repository, where: str) -> None:
    repo.deploy("v1", triggers=(trigger("nightly"), trigger("weekly", active=False)))
    repo.wants(CPU_2, submit={"triggers": "retarget"})
    with flags_of(where, repo) as flags:
        assert apply(*flags) == 0
        gone(repo)
        (change,) = changes("--prune", *flags)
        assert change["submit"]["triggers"] == "retarget"
        assert apply("--prune", *flags) == 0
    found = LocalController("catalog.db").triggers(TASK, ["nightly", "weekly"])
    assert [(one.spec.task_version, one.spec.active) for one in found] == [
        (repo.versions()[0], True),
        (repo.versions()[0], False),
    ]


@WHERE
def test_triggers_that_run_the_base_are_kept(repo: Repository, where: str, capsys: pytest.CaptureFixture[str]) -> None:
    repo.deploy("v1", triggers=(trigger("nightly"),))
    with flags_of(where, repo) as flags:
        assert apply(*flags) == 0
        gone(repo)
        before = repo.catalog.triggers([TASK])
        capsys.readouterr()
        assert run(["plan", "--prune", *flags]) == 0
        assert "    triggers: 1 kept as they are (nightly)\n" in capsys.readouterr().out
        assert apply("--prune", *flags) == 0
    assert repo.catalog.triggers([TASK]) == before


def test_triggers_of_which_nothing_is_told_are_kept_and_that_is_told(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.deploy("v1", triggers=(trigger("nightly"),))
    assert apply() == 0
    gone(repo)
    with repo.store() as store, store.writing() as connection:
        connection.execute("UPDATE triggers SET latest_revision = 0, task_version = ''")
    assert run(["plan", "--prune"]) == 0
    assert "the catalog does not tell which version its triggers start" in capsys.readouterr().out
    assert apply("--prune") == 0


@WHERE
def test_a_saved_plan_prunes_as_it_was_reviewed_or_not_at_all(repo: Repository, where: str) -> None:
    with flags_of(where, repo) as flags:
        assert apply(*flags) == 0
        gone(repo)
        assert run(["plan", "-q", "--prune", "--out", "plan.json", *flags]) == 0
        assert run(["diff", "plan.json"]) == 0
        assert run(["apply", "plan.json", "--prune", *flags]) == 64
        assert run(["apply", "plan.json", *flags]) == 0
        assert digest(repo.live()) == digest(spec("v1"))
        assert run(["apply", "plan.json", *flags]) == 0


def test_a_plan_whose_ground_has_moved_prunes_nothing(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert apply() == 0
    gone(repo)
    assert run(["plan", "-q", "--prune", "--out", "plan.json"]) == 0
    repo.deploy("v2")
    before = repo.versions()
    assert run(["apply", "plan.json"]) == 4
    assert (
        "--prune: error[FP2301]: flytesnacks/development/etl.load: the newest version is v2" in capsys.readouterr().err
    )
    assert repo.versions() == before


def test_the_digest_tells_a_prune_from_a_manifest_that_wants_the_base(repo: Repository) -> None:
    assert apply() == 0
    gone(repo)
    (pruned,) = changes("--prune")
    digest_of_prune = json.loads(Path("planned.json").read_text("utf-8"))["digest"]
    repo.wants({"resources": {"cpu": 1}})
    (wanted,) = changes("--prune")
    assert pruned["desired_digest"] == wanted["desired_digest"]
    assert digest_of_prune != json.loads(Path("planned.json").read_text("utf-8"))["digest"]


@pytest.mark.parametrize("command", ["plan", "diff", "apply"])
def test_what_would_undo_too_much_is_wrong_usage(
    repo: Repository, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "--prune", "manifests"]) == 64
    assert "--prune takes no PATHS" in capsys.readouterr().err
    (repo.folder / "flyteplan.yaml").write_text(CONFIG.replace("owner: acme/overrides\n", ""), "utf-8")
    assert run([command, "--prune"]) == 64
    assert "there is none (add `owner: ...`" in capsys.readouterr().err
