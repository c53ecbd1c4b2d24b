"""What is printed and does not get where it should: a command never ends as if it had."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")
ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["explain"]])
def test_a_full_disk_is_told(arguments: list[str], unbuffered: str) -> None:
    with FULL.open("w") as full:
        command = [sys.executable, "-m", "flyteplan", *arguments]
        environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=environment)
    assert ended.stderr == "error: the output can not be written: No space left on device\n"
    assert ended.returncode == 1


@pytest.mark.skipif(os.name != "posix", reason="a shell that closes descriptors")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.parametrize("arguments", ["--version", "--help", "validate", "plan", "plan -q", "plan --out {}"])
def test_what_is_closed_is_no_fault(arguments: str, closed: str, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    command = f"{shlex.quote(sys.executable)} -m flyteplan {arguments.format(shlex.quote(str(out)))} {closed}"
    ended = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, ended.stderr if "Saved" in ended.stderr else "")
    assert out.exists() == ("--out" in arguments)
    assert not out.exists() or out.read_text("utf-8").startswith("{")
