"""Golden cases: every folder of tests/cases is one. Nothing has to be written here to add one.

    commands        one command line a line, without the `flyteplan` in front; lines that begin with # are remarks
    expected.txt    what they print and how they end; `make golden` writes it anew
    prepare.py      optional: makes what Git should not hold (large files, links); runs in the copy of the folder
    refused         optional: names of files that may not be read
    stdin           optional: what the commands get on standard input
    anything else   manifests, flyteplan.yaml, catalogs

A case runs in a copy of its folder. A bug is a new folder, named after it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REPOSITORY = HERE.parent
CASES = sorted(path.parent for path in HERE.glob("cases/*/commands"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder = tmp_path / case.name
    shutil.copytree(case, folder, symlinks=True)
    if (case / "prepare.py").exists():
        subprocess.run([sys.executable, "prepare.py"], cwd=folder, check=True)
    printed = "".join(transcript(line, case, folder) for line in commands(case))
    expected = case / "expected.txt"
    if request.config.getoption("--update"):
        expected.write_text(printed, "utf-8")
    assert printed == expected.read_text("utf-8")
    assert "Traceback" not in printed


def test_there_are_enough_cases_and_half_of_them_are_wrong_input() -> None:
    failing = [case for case in CASES if "exit 0" not in (case / "expected.txt").read_text("utf-8")]
    assert len(CASES) >= 60
    assert len(failing) >= 30


def commands(case: Path) -> list[str]:
    lines = (case / "commands").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def transcript(line: str, case: Path, folder: Path) -> str:
    """The command and all that came of it."""
    stdin = (case / "stdin").read_bytes() if (case / "stdin").exists() else b""
    done = subprocess.run(
        [*interpreter(case), *shlex.split(line)],
        cwd=folder,
        env=environment(folder),
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )
    parts = [f"$ flyteplan {line}\n", text(done.stdout)]
    parts += ["--- standard error\n", text(done.stderr)] if done.stderr else []
    return "".join([*parts, f"--- exit {done.returncode}\n"])


def interpreter(case: Path) -> list[str]:
    refused = case / "refused"
    if refused.exists():
        names = ",".join(refused.read_text("utf-8").split())
        return [sys.executable, str(HERE / "refusing.py"), names]
    return [sys.executable, "-m", "flyteplan"]


def environment(folder: Path) -> dict[str, str]:
    """Nothing of whoever runs the tests: neither Flyte's variables and configuration nor CI's."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {
        **kept,
        "HOME": str(folder),
        "PYTHONPATH": str(REPOSITORY / "tool"),
        "PYTHONWARNINGS": "error",
        "LC_ALL": "C.UTF-8",
    }


def text(output: bytes) -> str:
    printed = output.decode("utf-8", "backslashreplace")
    return printed if printed.endswith("\n") or not printed else printed + "\n(no newline)\n"
