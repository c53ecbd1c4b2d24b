"""What is printed and does not get where it should: a command never ends as if it had."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")


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
