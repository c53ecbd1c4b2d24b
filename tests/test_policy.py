"""Policies and guards from a manifest to an apply, and from the revision that a pull request can not change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.applying import Repository, repository
from tests.gitting import commit, git

from flyteplan.cli import run

CONFIG = """
apiVersion: flyteplan/v1
kind: Config
owner: acme/overrides
targets:
  local:
    catalog: catalog.db
    project: flytesnacks
    domain: development
    manifests: [manifests]
    policies: [policies]
    guards: {guards}
"""
POLICY = """
apiVersion: flyteplan/v1
kind: OverridePolicy
metadata: {{name: limits}}
spec:
  rules:
    - name: max-cpu
      limits: {{resources.cpu: {{max: {most}}}}}
      {effect}: ask the platform team
"""
WAIVER = """
  exceptions:
    - {{rule: max-cpu, match: {{tasks: [etl.load]}}, reason: a large day, owner: team-data, until: {until}}}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository whose manifest asks for two cores."""
    monkeypatch.chdir(tmp_path)
    made = repository(tmp_path)
    (tmp_path / "policies").mkdir()
    (tmp_path / ".gitignore").write_text("catalog.db*\n*.json\n!manifests/*.json\n", "utf-8")
    guarded(made)
    return made


def guarded(shop: Repository, guards: str = "{}") -> None:
    (shop.folder / "flyteplan.yaml").write_text(CONFIG.format(guards=guards), "utf-8")


def holds(shop: Repository, most: int, effect: str = "deny", until: str = "") -> None:
    text = POLICY.format(most=most, effect=effect) + (WAIVER.format(until=until) if until else "")
    (shop.folder / "policies" / "limits.yaml").write_text(text, "utf-8")


def planned(*words: str) -> tuple[int, dict[str, Any]]:
    code = run(["plan", "-q", "-o", "json=out.json", *words])
    document: dict[str, Any] = json.loads(Path("out.json").read_text("utf-8"))
    return code, document.get("policy", {})


def submitted(shop: Repository) -> bool:
    return len(shop.versions()) > 1


def test_what_is_denied_is_shown_in_full_and_fails(shop: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    holds(shop, 1)
    assert run(["plan", "-o", "text", "-o", "json=plan.json", "--out", "saved.json", "--detailed-exitcode"]) == 3
    printed = capsys.readouterr()
    assert printed.out.endswith("Policy  1 rule: 1 denied\n\nPlan: 1 to update, 0 unchanged.\n")
    assert printed.err.splitlines()[-1] == (
        "manifests/load.yaml:1:179: error[FP2501]: etl.load: resources.requests.cpu is 2, and may be at most 1: "
        "ask the platform team (rule max-cpu, policies/limits.yaml:8:16)"
    )
    (decision,) = json.loads(Path("plan.json").read_text("utf-8"))["policy"]["decisions"]
    assert decision["effect"] == "deny"
    assert decision["rule_at"] == {"path": "policies/limits.yaml", "line": 8}
    assert decision["set_by"] == {"path": "manifests/load.yaml", "line": 1}
    assert Path("saved.json").exists()
    assert run(["diff"]) == 3


def test_what_is_denied_is_not_applied_not_even_from_a_saved_plan(shop: Repository) -> None:
    holds(shop, 2)
    assert run(["plan", "-q", "--out", "saved.json"]) == 0
    holds(shop, 1)
    assert run(["apply", "-q", "--yes"]) == 3
    assert run(["apply", "-q", "saved.json"]) == 3
    assert not submitted(shop)
    holds(shop, 2)
    assert run(["apply", "-q", "saved.json"]) == 0
    assert submitted(shop)


def test_a_plan_that_was_denied_may_be_applied_when_it_is_allowed(shop: Repository) -> None:
    """A saved plan is judged by the policies of its apply, whatever it says of itself."""
    holds(shop, 1)
    assert run(["plan", "-q", "--out", "saved.json"]) == 3
    assert run(["diff", "saved.json"]) == 0
    holds(shop, 2)
    assert run(["apply", "-q", "saved.json"]) == 0


def test_a_warning_stops_nothing(shop: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    holds(shop, 1, "warn")
    assert planned()[0] == 0
    assert run(["apply", "-q", "--yes"]) == 0
    assert "warning[FP2502]: etl.load: resources.requests.cpu is 2" in capsys.readouterr().err
    assert submitted(shop)


def test_an_exception_excuses_and_when_it_has_ended_it_is_an_error(shop: Repository) -> None:
    holds(shop, 1, until="2099-12-31")
    code, policy = planned()
    assert code == 0
    (decision,) = policy["decisions"]
    assert decision["effect"] == "excused"
    assert decision["exception"] == {
        "reason": "a large day",
        "owner": "team-data",
        "until": "2099-12-31",
        "path": "policies/limits.yaml",
        "line": 12,
    }
    assert planned("--as-of", "2100-01-01")[0] == 3
    assert run(["validate", "--as-of", "2099-12-31"]) == 0
    assert run(["validate", "--as-of", "2100-01-01"]) == 1


def test_an_exception_that_has_ended_is_an_error_though_nothing_breaks_its_rule(shop: Repository) -> None:
    holds(shop, 64, until="2020-12-31")
    assert planned()[0] == 3
    assert run(["apply", "-q", "--yes"]) == 3
    assert not submitted(shop)


def test_what_is_live_already_is_not_judged(shop: Repository) -> None:
    holds(shop, 2)
    assert run(["apply", "-q", "--yes"]) == 0
    holds(shop, 1)
    code, policy = planned()
    assert (code, policy["decisions"]) == (0, [])


def test_policies_that_are_wrong_are_problems_of_every_command(
    shop: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop.folder / "policies" / "limits.yaml").write_text(POLICY.format(most="x", effect="deny"), "utf-8")
    assert [run([command]) for command in ("validate", "plan", "diff")] == [1, 1, 1]
    assert run(["apply", "--yes"]) == 1
    assert capsys.readouterr().err.count("policies/limits.yaml:8:37: error[FP1201]") == 3


def test_a_target_whose_policies_are_gone_is_not_a_free_one(shop: Repository) -> None:
    assert run(["plan"]) == 1
    assert run(["validate"]) == 1
    (shop.folder / "policies" / "limits.yaml").write_text("# nothing any more\n", "utf-8")
    assert [run([command]) for command in ("validate", "plan")] == [1, 1]
    assert run(["apply", "--yes"]) == 1
    assert not submitted(shop)


def test_an_empty_document_beside_the_policies_is_a_warning(
    shop: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    holds(shop, 2)
    (shop.folder / "policies" / "notes.yaml").write_text("---\n", "utf-8")
    assert run(["plan", "-q"]) == 0
    assert "policies/notes.yaml:1:1: warning[FP1106]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("guards", "allow"),
    [
        ("{max_changed: 0}", "max_changed"),
        ("{max_changed_percent: 0}", "max_changed_percent"),
        ("{protected: ['etl.*']}", "protected:etl.*"),
        ("{freeze: [{name: always, from: 2020-01-01, until: 2999-01-01, reason: why}]}", "freeze:always"),
    ],
)
def test_a_guard_stops_an_apply_until_it_is_allowed_by_name(
    shop: Repository, guards: str, allow: str, capsys: pytest.CaptureFixture[str]
) -> None:
    holds(shop, 2)
    guarded(shop, guards)
    code, policy = planned("--out", "saved.json")
    assert (code, [one["guard"] for one in policy["guards"]]) == (0, [allow])
    assert "warning[FP2506]" in capsys.readouterr().err
    assert run(["apply", "-q", "--yes"]) == 3
    assert run(["apply", "-q", "saved.json", "--dangerous-allow", "freeze:other"]) == 3
    assert not submitted(shop)
    err = capsys.readouterr().err
    assert f"--dangerous-allow {allow}".replace("protected:etl.*", "'protected:etl.*'") in err
    assert err.splitlines()[1::2] == ["Nothing was submitted."] * 2
    assert run(["apply", "-q", "saved.json", "--dangerous-allow", allow]) == 0
    assert submitted(shop)


@pytest.mark.parametrize(
    ("rule", "guards", "told"),
    [
        ((2,), "{max_changed: 0}", "stopped by 1 guard"),
        ((1, "deny", "2999-01-01"), "{max_changed: 0, protected: [etl.load]}", "1 excused, stopped by 2 guards"),
        ((1,), "{}", "1 denied"),
        ((2,), "{}", ""),
    ],
)
def test_the_overview_of_several_plans_says_what_stops_each(
    shop: Repository, rule: tuple[Any, ...], guards: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    holds(shop, *rule)
    guarded(shop, guards)
    with (shop.folder / "flyteplan.yaml").open("a", encoding="utf-8") as file:
        file.write("  free: {catalog: catalog.db, project: flytesnacks, domain: development, manifests: [manifests]}\n")
    planned("-t", "local", "--out", "local.json")
    planned("-t", "free", "--out", "free.json")
    capsys.readouterr()
    assert run(["comment", "local.json", "free.json"]) == 0
    printed = capsys.readouterr().out
    assert f"| `local` | 1 | 0 | 0 | {told} | 0 |" in printed
    assert "| `free` | 1 | 0 | 0 |  | 0 |" in printed
    assert ("<details open><summary><code>local" in printed) == bool(told)
    assert "<details><summary><code>free" in printed


def test_what_a_log_reads_as_annotations_is_not_told_again(
    shop: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    holds(shop, 1)
    assert run(["plan", "-q", "-o", "github"]) == 3
    assert capsys.readouterr().err == ""
    assert run(["plan", "-q", "-o", "github=log.txt"]) == 3
    assert "error[FP2501]" in capsys.readouterr().err
    holds(shop, 1, until="2020-01-01")
    assert run(["plan", "-q", "-o", "github", "-o", "markdown=comment.md"]) == 3
    printed = capsys.readouterr()
    assert (printed.out.count("FP2503"), printed.err) == (1, "")


@pytest.mark.parametrize("name", ["everything", "max_change", "freeze", "protected:", "max_changed:3"])
def test_a_guard_that_does_not_exist_can_not_be_allowed(shop: Repository, name: str) -> None:
    holds(shop, 2)
    assert run(["apply", "-q", "--yes", "--dangerous-allow", name]) == 64
    assert not submitted(shop)


def test_a_guard_allows_nothing_that_a_policy_denies(shop: Repository) -> None:
    holds(shop, 1)
    guarded(shop, "{max_changed: 0}")
    assert run(["apply", "-q", "--yes", "--dangerous-allow", "max_changed"]) == 3


def test_a_pull_request_that_edits_its_own_policy_is_judged_by_the_old_one(
    shop: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    holds(shop, 1)
    guarded(shop, "{max_changed: 0}")
    commit(shop.folder)
    git(shop.folder, "checkout", "--quiet", "-b", "topic")
    holds(shop, 64)
    guarded(shop)
    commit(shop.folder)
    assert run(["plan", "-q"]) == 0
    capsys.readouterr()
    for revision, label in (("main", "main"), ("main...HEAD", git(shop.folder, "rev-parse", "main")[:12])):
        assert run(["plan", "-q", "--policy-from", revision]) == 3
        assert f"(rule max-cpu, {label}:policies/limits.yaml:8:16)" in capsys.readouterr().err
        assert run(["plan", "-q", "--policy-from", revision, "-o", "github"]) == 3
        told = capsys.readouterr()
        assert f"::warning title=FP2506::{label}:flyteplan.yaml:12:14: 1 task would change (1 to update)" in told.out
        assert "::error file=manifests/load.yaml,line=1,col=179,title=FP2501::etl.load: resources" in told.out
        assert f"ask the platform team (rule max-cpu, {label}:policies/limits.yaml:8:16)\n" in told.out
        assert told.err == ""
    code, policy = planned("--policy-from", "main")
    assert (code, policy["revision"]) == (3, "main")
    assert [one["guard"] for one in policy["guards"]] == ["max_changed"]
    assert run(["apply", "-q", "--yes", "--policy-from", "main"]) == 3
    assert not submitted(shop)
    assert git(shop.folder, "status", "--porcelain") == ""


@pytest.mark.parametrize("how", ["deleted", "excused", "not named", "no configuration"])
def test_no_way_around_the_policies_of_the_base(shop: Repository, how: str) -> None:
    holds(shop, 1)
    commit(shop.folder)
    git(shop.folder, "checkout", "--quiet", "-b", "topic")
    if how == "deleted":
        git(shop.folder, "rm", "-r", "--quiet", "policies")
    elif how == "excused":
        holds(shop, 1, until="2099-12-31")
    elif how == "not named":
        text = (shop.folder / "flyteplan.yaml").read_text("utf-8")
        (shop.folder / "flyteplan.yaml").write_text(text.replace("    policies: [policies]\n", ""), "utf-8")
    else:
        (shop.folder / "flyteplan.yaml").unlink()
    commit(shop.folder)
    assert run(["plan", "-q", "--catalog", "catalog.db", "--policy-from", "main"]) == 3


@pytest.mark.parametrize("where", ["policies/team", "policies"])
def test_the_rules_behind_a_link_hold_in_a_revision_too(
    shop: Repository, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    holds(shop, 1)
    (shop.folder / "policies").rename(shop.folder / "shared")
    (shop.folder / where).parent.mkdir(exist_ok=True)
    (shop.folder / where).symlink_to("../shared" if "/" in where else "shared")
    commit(shop.folder)
    assert run(["plan", "-q"]) == 3
    capsys.readouterr()
    assert run(["plan", "-q", "--policy-from", "main"]) == 3
    assert f"(rule max-cpu, main:{where}/limits.yaml:8:16)" in capsys.readouterr().err


@pytest.mark.parametrize("how", ["submodule", "link"])
def test_rules_that_a_revision_can_not_have_are_an_error(
    shop: Repository, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """There are others, which would hold alone."""
    holds(shop, 64)
    if how == "link":
        (shop.folder / "policies" / "team").symlink_to("../../elsewhere")
    commit(shop.folder)
    if how == "submodule":
        git(shop.folder, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},policies/team")
        git(shop.folder, "commit", "--quiet", "--message", "module")
    assert run(["plan", "-q", "--policy-from", "main"]) == 1
    assert "main:policies/team: error[FP1001]: " in capsys.readouterr().err


@pytest.mark.parametrize("how", ["new", "moved"])
def test_a_target_that_the_base_does_not_have_there_is_refused(
    shop: Repository, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else a pull request would bring the target whose rules it likes best."""
    holds(shop, 64)
    commit(shop.folder)
    text = (shop.folder / "flyteplan.yaml").read_text("utf-8")
    changed = text.replace("  local:", "  other:") if how == "new" else text.replace("development", "production")
    (shop.folder / "flyteplan.yaml").write_text(changed, "utf-8")
    assert run(["plan", "-q", "--policy-from", "HEAD"]) == 3
    assert "error[FP2507]" in capsys.readouterr().err
    assert run(["plan", "-q", "--policy-from", "HEAD", "-o", "github"]) == 3
    printed = capsys.readouterr()
    assert printed.out.startswith("::error title=FP2507::HEAD:flyteplan.yaml")
    assert printed.err == ""


def test_an_exception_that_ended_in_the_base_excuses_nothing_and_does_not_keep_its_removal_out(
    shop: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    holds(shop, 1, until="2020-12-31")
    commit(shop.folder)
    assert run(["plan", "-q", "--policy-from", "HEAD"]) == 3
    assert "HEAD:policies/limits.yaml:12:8: warning[FP2503]" in capsys.readouterr().err
    shop.wants({"resources": {"cpu": "500m"}})
    assert run(["plan", "-q", "--policy-from", "HEAD"]) == 0


def test_a_revision_that_can_not_be_read_is_a_wrong_call(shop: Repository) -> None:
    holds(shop, 1)
    assert run(["plan", "-q", "--policy-from", "main"]) == 64
    commit(shop.folder)
    assert run(["plan", "-q", "--policy-from", "origin/main"]) == 64
    assert run(["plan", "-q", "--policy-from", ""]) == 64


def test_policies_are_checked_by_path_too(shop: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    holds(shop, 1)
    assert run(["validate", "policies"]) == 0
    assert capsys.readouterr().out == "Valid: 0 manifests and 1 policy in 1 file.\n"
    assert run(["validate"]) == 0
    assert capsys.readouterr().out == "Valid: 1 manifest and 1 policy in 2 files.\n"
    (shop.folder / "manifests" / "limits.yaml").write_text(POLICY.format(most=1, effect="deny"), "utf-8")
    assert run(["validate"]) == 1
    assert "it belongs in a folder that the target's policies name" in capsys.readouterr().out


def test_names_of_rules_and_exceptions_fit_together(shop: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    text = POLICY.format(most=1, effect="deny") + WAIVER.format(until="2099-01-01").replace("max-cpu", "max-cpus")
    (shop.folder / "policies" / "limits.yaml").write_text(text, "utf-8")
    (shop.folder / "policies" / "more.yaml").write_text(POLICY.format(most=2, effect="warn"), "utf-8")
    assert run(["plan"]) == 1
    assert [line.rpartition(" (")[0] for line in capsys.readouterr().err.splitlines()] == [
        "policies/limits.yaml:12:8: error[FP2504]: an exception from the rule max-cpus, which is not there",
        "policies/more.yaml:4:18: error[FP2505]: limits is the name of another policy of this target",
        "policies/more.yaml:7:7: error[FP2505]: max-cpu is the name of another rule of this target",
    ]


def test_the_policies_of_the_examples_say_what_their_tests_expect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[1])
    assert run(["policy", "test", "examples/policies"]) == 0
    assert run(["validate", "examples/policies", "--as-of", "2026-12-01"]) == 0
    assert run(["validate", "examples/policies", "--as-of", "2027-01-01"]) == 1


def test_what_is_said_of_many_tasks_is_said_once(shop: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    for name in "abcde":
        shop.deploy("v1", name=f"etl.{name}")
    manifest = """
apiVersion: flyteplan/v1
kind: TaskOverride
metadata: {name: all}
spec:
  select: {environment: etl}
  overrides: {resources: {cpu: 2}}
"""
    (shop.folder / "manifests" / "load.yaml").write_text(manifest, "utf-8")
    holds(shop, 1)
    assert run(["plan", "-q"]) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert "error[FP2501]: etl.a, etl.b, etl.c and 3 more: resources.requests.cpu is 2" in line
    assert len(planned()[1]["decisions"]) == 6
