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


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_of_its_own(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: flyteplan {command} ")
