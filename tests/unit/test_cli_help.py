"""`--help` names every command, in whole sentences, and imports none of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flyteplan.cli import COMMANDS, SUMMARIES, run

SOURCE = Path(__file__).parents[2] / "tool"
PRINTED = "import sys; from flyteplan.cli import run; run(['--help']); print(sorted(sys.modules), file=sys.stderr)"


def test_every_command_has_a_summary_of_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert SUMMARIES.keys() == COMMANDS.keys()
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert [name for name, summary in SUMMARIES.items() if f"  {summary}\n" not in shown] == []


def test_no_command_is_imported_for_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRINTED], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(SOURCE)}
    )
    assert [module for module in COMMANDS.values() if f"'{module}'" in done.stderr] == []
    assert "'flyteplan.pipeline'" not in done.stderr


def test_the_shell_completes_names_without_importing_what_they_name() -> None:
    at_the_end = "import atexit, sys; atexit.register(lambda: print(sorted(sys.modules), file=sys.stderr))"
    code = f"{at_the_end}; from flyteplan.cli import run; run([])"
    environment = {
        "PYTHONPATH": str(SOURCE),
        "_FLYTEPLAN_COMPLETE": "bash_complete",
        "COMP_WORDS": "flyteplan p",
        "COMP_CWORD": "1",
    }
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.stdout.split() == ["plain,plan", "plain,policy", "plain,pull"]
    assert "'flyteplan.cli'" in done.stderr
    assert [module for module in COMMANDS.values() if f"'{module}'" in done.stderr] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_of_its_own(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: flyteplan {command} ")
