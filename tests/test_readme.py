"""The README shows what the commands really print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"```console\n\$ flyteplan (.+)\n((?s:.*?))```", README)


@pytest.mark.parametrize(("command", "shown"), EXAMPLES)
def test_the_example_is_what_is_printed(command: str, shown: str) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY / "tool"), "LC_ALL": "C.UTF-8"}
    call = [sys.executable, "-m", "flyteplan", *shlex.split(command)]
    done = subprocess.run(call, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == shown


def test_what_a_pull_request_changes_is_what_the_golden_case_prints() -> None:
    (shown,) = re.findall(r"```text\n(local  (?s:.*?))```", README)
    printed = (REPOSITORY / "tests" / "cases" / "diff-base" / "expected.txt").read_text("utf-8").splitlines()
    assert [line for line in shown.splitlines() if line not in printed] == []


def test_what_is_applied_without_a_cluster_is_seen_there(tmp_path: Path) -> None:
    """The commands one after the other; nobody is asked, and nothing is left to do."""
    (shown,) = re.findall(r"Apply it without a cluster:\n\n((?:    flyteplan .+\n)+)", README)
    for name in ("flyteplan.yaml", "manifests", "examples/catalog"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(REPOSITORY / name)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY / "tool"), "LC_ALL": "C.UTF-8"}
    ended = {"apply": ["--yes"], "status": ["--detailed-exitcode"]}
    for line in shown.splitlines():
        _, command, *words = shlex.split(line)
        call = [sys.executable, "-m", "flyteplan", command, *words, *ended.get(command, [])]
        done = subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    assert [shlex.split(line)[1] for line in shown.splitlines()] == ["pull", "apply", "status", "history"]
    assert "submitted" in done.stdout


def test_the_first_lines_are_the_two_commands() -> None:
    first = [line.strip() for line in README.splitlines() if line.startswith("    make")]
    assert [line.split("#")[0].strip() for line in first[:2]] == ["make demo", "make test"]
    assert EXAMPLES


def test_ci_runs_what_the_readme_says_and_nothing_else() -> None:
    lines = (REPOSITORY / ".ci" / "run").read_text("utf-8").splitlines()
    commands = [line.removeprefix("exec ") for line in lines if "make" in line and not line.startswith("#")]
    said = [line.split("#")[0].strip() for line in README.splitlines() if line.startswith("    make")]
    assert commands
    assert set(commands) <= set(said)
