"""The CI examples do what they say: their shell steps are run as they are written, against a forge that is none."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from tests.actions_runner import ACTION, ROOT, Runner, parsed
from tests.gitting import commit, git

from flyteplan.cli import COMMANDS, run

GITHUB = ROOT / "examples" / "github"
REVIEW, APPLY = GITHUB / "review.yml", GITHUB / "apply.yml"
GITLAB = ROOT / "examples" / "gitlab" / ".gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
TOOLS = ("gh", "curl", "jq")
MARKER = "<!-- flyteplan:v1 key=production digest="
STRANGER = {"id": 1, "login": "somebody"}
POLICY = """apiVersion: flyteplan/v1
kind: OverridePolicy
metadata: {name: limits}
spec:
  rules:
    - {name: retries, limits: {retries.count: {max: 6}}, deny: more hide what is broken}
"""


MANIFEST = """apiVersion: flyteplan/v1
kind: TaskOverride
metadata: {{name: more}}
spec:
  task: {{name: scoring.batch_score, auto_version: latest}}
  overrides: {{retries: {retries}}}
"""
# In place of `python -m venv FOLDER`: the python of that folder tells what it is asked to install.
INSTALLING = """
mkdir -p "$3/bin"
printf '%s\\n' '#!/usr/bin/env bash' 'echo "called with $*"' > "$3/bin/python"
chmod +x "$3/bin/python"
"""


class World:
    """A repository with a pull request, the catalog that it is applied to, and a forge."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.temporary = folder / "checkout", folder / "temporary"
        self.temporary.mkdir()
        self.forge = folder / "forge.json"
        self.forge.write_text(json.dumps({"comments": [], "pulls": [], "calls": []}))
        self.path = _tools(folder / "bin")
        _repository(self.folder, folder / "live.db")
        self.edit(retries=5)

    def edit(self, *, retries: int) -> None:
        """What the pull request is about, on a branch of its own."""
        git(self.folder, "checkout", "--quiet", "-B", "change")
        (self.folder / "manifests" / "production" / "more.yaml").write_text(MANIFEST.format(retries=retries))
        commit(self.folder)

    def merge(self) -> str:
        git(self.folder, "checkout", "--quiet", "main")
        git(self.folder, "merge", "--quiet", "--no-ff", "--message", "merge", "change")
        merged = git(self.folder, "rev-parse", "HEAD")
        # `iid` and `state` are GitLab's words.
        self.knows(pulls=[{"number": 12, "iid": 12, "merge_commit_sha": merged, "merged_at": "x", "state": "merged"}])
        return merged

    def knows(self, **more: Any) -> dict[str, Any]:
        known: dict[str, Any] = {**json.loads(self.forge.read_text("utf-8")), **more}
        self.forge.write_text(json.dumps(known), "utf-8")
        return known

    def runner(self, **event: str) -> Runner:
        shutil.rmtree(self.temporary)
        self.temporary.mkdir()
        variables = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "acme/ml",
            "GITHUB_SHA": git(self.folder, "rev-parse", "HEAD"),
            "GITHUB_BASE_REF": "main",
            "FORGE": str(self.forge),
        }
        return Runner(
            folder=self.folder, temporary=self.temporary, path=str(self.path), environment=variables, event=event
        )

    def review(self, head: str = "acme/ml") -> tuple[int, Runner]:
        pull = {"number": "12", "head.repo.full_name": head}
        runner = self.runner(**{f"github.event.pull_request.{name}": value for name, value in pull.items()})
        return runner.job(REVIEW, "review"), runner

    def apply(self, digest: str = "", *, job: str = "apply", event: str = "push") -> tuple[int, Runner]:
        github = {"github.event_name": event, "github.ref": "refs/heads/main"}
        runner = self.runner(**github, **{"inputs.digest": digest})
        return runner.job(APPLY, job), runner

    def gitlab(self, job: str, **variables: str) -> tuple[int, str]:
        """The scripts of one job, which share a shell."""
        runner = self.runner()
        head = git(self.folder, "rev-parse", "HEAD")
        runner.environment = {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
            "CI_PROJECT_URL": "https://gitlab.example.com/acme/ml",
            "CI_PROJECT_ID": "5",
            "CI_COMMIT_SHA": head,
            "CI_MERGE_REQUEST_IID": "12",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(self.folder, "rev-parse", "main"),
            "FLYTEPLAN_GITLAB_TOKEN": "token",
            "FORGE": str(self.forge),
            **parsed(GITLAB)["variables"],
            **variables,
        }
        return runner.bash("\n".join(parsed(GITLAB)[job]["script"]), {}), runner.output


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tool"))
    return World(tmp_path)


def _tools(folder: Path) -> Path:
    folder.mkdir()
    for name in TOOLS:
        _script(folder / name, [sys.executable, str(ROOT / "tests" / "forge.py"), name])
    _script(folder / "flyteplan", [sys.executable, "-m", "flyteplan"])
    _script(folder / "python-of-the-action", ["bash", "-c", INSTALLING, "bash"])
    return folder


def _script(path: Path, command: list[str]) -> None:
    path.write_text(f'#!/usr/bin/env bash\nexec {shlex.join(command)} "$@"\n')
    path.chmod(0o755)


def _repository(folder: Path, live: Path) -> None:
    """The repository's own example, with a policy, a snapshot, and the database that stands for the platform."""
    shutil.copytree(ROOT / "manifests", folder / "manifests")
    shutil.copytree(ROOT / "examples" / "catalog", folder / "examples" / "catalog")
    (folder / "policies").mkdir()
    (folder / "policies" / "limits.yaml").write_text(POLICY)
    config = (ROOT / "flyteplan.yaml").read_text("utf-8")
    local, production = config.split("  production:\n")
    places = production.replace("catalog: examples/catalog", "policies: [policies]\n    catalog: ../live.db", 1)
    (folder / "flyteplan.yaml").write_text(f"{local}  production:\n{places}")
    source = ["--catalog", str(folder / "examples" / "catalog"), "-p", "flytesnacks", "-d", "production"]
    for target in (live, folder / "snapshot.jsonl"):
        assert run(["pull", *source, "--into", str(target)]) == 0
    commit(folder)
    git(folder, "update-ref", "refs/remotes/origin/main", "main")


def test_a_review_has_one_comment_that_follows_the_pull_request(world: World) -> None:
    others = {"id": 99, "user": STRANGER, "author": STRANGER, "body": f"{MARKER}sha256:0 -->"}
    world.knows(comments=[others])
    code, runner = world.review()
    assert code == 0, runner.output
    assert runner.ran == ["Install flyteplan", "Validate", "Plan", "Comment"]
    assert f"called with -m pip install --quiet --disable-pip-version-check {ROOT}\n" in runner.output
    assert (world.temporary / "path").read_text() == f"{world.temporary}/flyteplan/bin\n"
    first = world.knows()["comments"][1]["body"]
    assert first.startswith(MARKER)
    assert "against `origin/main...HEAD`. **Differs: 1 task, 1 manifest added" in first
    assert "::warning file=manifests/base/reporting.yaml,line=17" in runner.output
    assert first.count("\nDigest `") == 1
    headings = {"### flyteplan: `production`", "### What this pull request changes"}
    assert headings <= set(runner.summary.read_text().splitlines()) & set(first.splitlines())
    assert first.splitlines()[1] == "### What this pull request changes"
    world.edit(retries=6)
    assert world.review()[0] == 0
    known = world.knows()
    assert known["calls"] == ["POST issues/12/comments", "PATCH issues/comments/101"]
    assert known["comments"][0] == others
    assert known["comments"][1]["body"] != first


def test_a_fork_has_the_summary(world: World) -> None:
    code, runner = world.review(head="somebody/ml")
    assert code == 0, runner.output
    assert world.knows()["calls"] == []
    assert "a fork may not write comments" in runner.output
    assert MARKER in runner.summary.read_text()


def test_a_comment_that_is_refused_does_not_fail_the_review(world: World) -> None:
    world.knows(refuses=True)
    code, runner = world.review()
    assert code == 0, runner.output
    assert "::warning title=flyteplan::The comment could not be written" in runner.output


def test_a_pull_request_does_not_loosen_the_policy_that_judges_it(world: World) -> None:
    (world.folder / "policies" / "limits.yaml").write_text(POLICY.replace("max: 6", "max: 9"))
    world.edit(retries=9)
    code, runner = world.review()
    assert code == 3, runner.output
    (comment,) = world.knows()["comments"]
    assert "Policies deny this plan" not in comment["body"]
    for shown in (comment["body"], runner.summary.read_text()):
        assert _in_order(shown, "### What this pull request changes", "loosened", "### flyteplan: `production`")
        assert _in_order(shown, "### flyteplan: `production`", "> [!CAUTION]", "more hide what is broken")
    assert "more hide what is broken (rule retries, origin/main:policies/limits.yaml:6:32)" in runner.output


def _in_order(text: str, *words: str) -> bool:
    return re.search(".*".join(map(re.escape, words)), text, re.DOTALL) is not None


def test_a_manifest_that_is_wrong_fails_on_its_line(world: World) -> None:
    world.edit(retries=-1)
    code, runner = world.review()
    assert code == 1
    assert "::error file=manifests/production/more.yaml,line=6" in runner.output
    assert world.knows()["calls"] == []


def test_what_was_reviewed_is_applied_and_nothing_is_left(world: World) -> None:
    world.review()
    world.merge()
    code, runner = world.apply()
    assert code == 0, runner.output
    assert "Applied: 11 submitted, 0 failed" in runner.output
    assert "10 in step." in runner.output
    again, runner = world.apply()
    assert again == 0, runner.output
    assert runner.ran[1:] == ["Plan", "Status"]


def test_an_apply_in_part_is_finished_by_the_same_command(world: World) -> None:
    world.review()
    world.merge()
    tool, real = world.path / "flyteplan", world.path / "whole"
    tool.rename(real)
    stops = f'[ "$1" != apply ] || [ -e "{world.folder}/../once" ] || {{ touch "{world.folder}/../once"; exit 5; }}'
    _script(tool, ["bash", "-c", f'{stops}; exec {shlex.quote(str(real))} "$@"', "bash"])
    code, runner = world.apply()
    assert code == 0, runner.output
    assert (world.folder.parent / "once").exists()
    assert "Applied: 11 submitted, 0 failed" in runner.output


@pytest.mark.parametrize("author", [STRANGER, None])
def test_what_nobody_reviewed_is_not_applied(world: World, author: dict[str, Any] | None) -> None:
    """A comment of somebody else is none, even with the right digest; then a person gives the digest."""
    world.review()
    (comment,) = world.knows()["comments"]
    digest = comment["body"].removeprefix(MARKER).split(" ")[0]
    world.knows(comments=[{**comment, "user": author}] if author else [])
    world.merge()
    code, runner = world.apply()
    assert code == 4
    assert f"No plan was reviewed, and the plan is {digest} now." in runner.output
    assert runner.ran[1:] == ["Plan", "Find what was reviewed", "Status"]
    assert "Status: 0 in step, 10 never applied." in runner.output
    assert world.apply(digest, event="workflow_dispatch")[0] == 0


def test_what_moved_since_the_review_is_not_applied(world: World) -> None:
    world.review()
    world.edit(retries=4)
    world.merge()
    code, runner = world.apply()
    assert code == 4
    assert re.search(r"::sha256:\w+ was reviewed, and the plan is sha256:\w+ now", runner.output)
    assert "submitted" not in runner.output


def test_a_status_that_is_not_in_step_is_red(world: World) -> None:
    code, runner = world.apply(job="status", event="schedule")
    assert code == 2
    assert "never applied" in runner.summary.read_text()
    assert world.apply(event="schedule")[0] == -1


def test_gitlab_reviews_with_one_note_and_applies_it(world: World) -> None:
    code, output = world.gitlab("validate")
    assert code == 0, output
    assert (world.folder / "report.xml").read_text().startswith("<?xml")
    for _ in range(2):
        code, output = world.gitlab("review")
        assert code == 0, output
    known = world.knows()
    assert known["calls"] == ["POST merge_requests/12/notes", "PUT 12/notes/100"]
    assert len(known["comments"]) == 1
    note = known["comments"][0]["body"]
    assert note.startswith(MARKER)
    assert note.splitlines()[1] == "### What this merge request changes"
    assert _in_order(note, "### What this merge request changes", "\n\n### flyteplan: `production`", "\nDigest `")
    world.merge()
    code, output = world.gitlab("apply")
    assert code == 0, output
    assert "10 in step." in output


def test_gitlab_without_a_token_has_artifacts_and_applies_what_a_person_has_read(world: World) -> None:
    code, output = world.gitlab("review", FLYTEPLAN_GITLAB_TOKEN="")
    assert code == 0, output
    assert world.knows()["calls"] == []
    assert (world.folder / "plan.md").read_text("utf-8").startswith(MARKER)
    digest = json.loads((world.folder / "plan.json").read_text("utf-8"))["digest"]
    world.merge()
    code, output = world.gitlab("apply")
    assert code == 4
    assert f"No plan was reviewed, and the plan is {digest} now" in output
    assert world.gitlab("apply", REVIEWED_DIGEST=digest)[0] == 0


SCHEMAS = [("github-actions", ACTION), ("github-workflows", REVIEW), ("github-workflows", APPLY), ("gitlab-ci", GITLAB)]


@pytest.mark.parametrize(("schema", "path"), SCHEMAS)
def test_the_files_are_what_ci_takes(schema: str, path: Path) -> None:
    more = ["--data-transform", "gitlab-ci"] if schema == "gitlab-ci" else []
    call = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *more, str(path)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", [REVIEW, APPLY])
def test_workflows_ask_for_little_and_name_what_they_use(path: Path) -> None:
    workflow = parsed(path)
    assert workflow["permissions"]["contents"] == "read"
    assert set(workflow["permissions"]) == {"contents", "pull-requests"}
    assert "pull_request_target" not in workflow["on"]
    assert workflow["concurrency"]
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"]]
    assert all(re.search(r"@v\d+$", name) for name in used)
    assert path is REVIEW or workflow["permissions"]["pull-requests"] == "read"


def test_no_expression_is_pasted_into_a_shell() -> None:
    """The name of a branch could be a command."""
    assert all("${{" not in step.get("run", "") for step in parsed(ACTION)["runs"]["steps"])


WRITTEN = [ACTION, GITLAB, *GITHUB.glob("*.yml"), ROOT / "docs" / "gitops.md", ROOT / "Containerfile"]


def _lines(path: Path) -> list[str]:
    """What shells run, what comments and prose quote, and the arguments of containers."""
    text = path.read_text("utf-8").replace("\\\n", " ")
    shell = [] if path.suffix == ".md" else re.findall(r"^(?:[\s-]|run:)*(flyteplan [a-z].*)$", text, re.MULTILINE)
    quoted = re.findall(r"`(flyteplan [^`]+)`", text)
    containers = [f"flyteplan {found.replace(',', '')}" for found in re.findall(r"args: \[(.+)\]", text)]
    return [*shell, *quoted, *containers]


LINES = [(path.name, line) for path in WRITTEN for line in _lines(path)]


@pytest.mark.parametrize(("file", "line"), LINES)
def test_every_command_line_is_one(file: str, line: str) -> None:
    plain = re.sub(r'"?\$\{\w+\[@\]\}"?', "", line.split(" || ", maxsplit=1)[0])
    words = shlex.split(re.sub(r"\$\w+", "x", plain), comments=True)
    command = click.CommandCollection(sources=[_group()]).get_command(click.Context(_group()), words[1])
    assert command is not None
    command.make_context(words[1], words[2:])


def _group() -> click.Group:
    from flyteplan.cli import _flyteplan

    return _flyteplan


def test_command_lines_are_found() -> None:
    assert {"validate", "plan", "diff", "apply", "status"} <= {line.split()[1] for _, line in LINES} <= COMMANDS.keys()


def test_the_manifests_of_the_notes_are_yaml() -> None:
    blocks = re.findall(r"```yaml\n((?s:.*?))```", (ROOT / "docs" / "gitops.md").read_text("utf-8"))
    read = [yaml.safe_load(block) for block in blocks]
    assert [one["kind"] for one in read if "jobs" not in one] == ["Job", "CronJob"]
    assert [list(one["jobs"]) for one in read if "jobs" in one] == [["part", "plan"]]


def test_the_containerfile_copies_what_there_is() -> None:
    text = (ROOT / "Containerfile").read_text("utf-8")
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    assert copied
    assert all((ROOT / name).exists() for line in copied for name in line.split())
    assert 'USER 10001:10001\nENTRYPOINT ["flyteplan"]' in text


@pytest.mark.slow
@pytest.mark.parametrize("retries", [3, -1])
def test_the_hook_runs_in_pre_commit(world: World, tmp_path: Path, retries: int) -> None:
    """Installed by pre-commit from a clone; what flyteplan depends on is lent to it, so that no network is needed."""
    hooks = _clone(tmp_path / "hooks")
    world.edit(retries=retries)
    lent = {
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path.endswith("site-packages")),
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's way to say no isolation
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    call = [sys.executable, "-m", "pre_commit", "try-repo", str(hooks), "flyteplan-validate", "--all-files"]
    done = subprocess.run(
        call, cwd=world.folder, env={**os.environ, **lent}, capture_output=True, text=True, check=False
    )
    assert done.returncode == (retries < 0), done.stdout + done.stderr
    assert ("manifests/production/more.yaml:6:24: error[FP" in done.stdout) == (retries < 0), done.stdout
    assert "flyteplan validate" in done.stdout


def _clone(folder: Path) -> Path:
    """What Git would hand out of this checkout, committed or not, as a repository."""
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *_INSTALLED)
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(source.readlink()) if source.is_symlink() else shutil.copyfile(source, target)
    commit(folder)
    return folder


_INSTALLED = ("pyproject.toml", "README.md", "LICENSE", "schema", "tool", HOOKS.name)
