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


def test_the_first_lines_are_the_two_commands() -> None:
    first = [line.strip() for line in README.splitlines() if line.startswith("    make")]
    assert [line.split("#")[0].strip() for line in first[:2]] == ["make demo", "make test"]
    assert EXAMPLES
