"""`--help` names every command, in whole sentences, and imports none of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from flyteplan.cli import COMMANDS, SUMMARIES, _flyteplan, run

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


@pytest.mark.parametrize(
    "words",
    [
        *("validate ma", "plan ma", "plan --catalog ex", "plan -c ma", "plan --out ma", "comment ma", "merge-plans ma"),
        *("serve --catalog ex", "pull --into ma", "import --into ma", "policy test ma", "diff one.json ma"),
    ],
)
def test_the_shell_completes_paths(words: str) -> None:
    assert completed(words) == [("file", words.rpartition(" ")[2])]


def test_the_shell_completes_targets_and_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = "{apiVersion: flyteplan/v1, kind: Config, targets: {local: {catalog: a}, prod: {catalog: b}, proof: {}}}"
    (tmp_path / "flyteplan.yaml").write_text(config, "utf-8")
    assert completed("plan -t pro") == completed("diff -t local -t pro") == [("plain", "prod"), ("plain", "proof")]
    assert completed("validate -o j") == [("plain", "json"), ("plain", "junit")]
    assert completed("apply --output j") == [("plain", "json")]


@pytest.mark.parametrize("config", [None, b"targets: [", b"\xff", b"{kind: Config, targets: {local: 1}}"])
def test_the_shell_hears_nothing_of_a_configuration_that_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], config: bytes | None
) -> None:
    monkeypatch.chdir(tmp_path)
    if config is not None:
        (tmp_path / "flyteplan.yaml").write_bytes(config)
    assert completed("plan -t l") == []
    assert capfd.readouterr() == ("", "")


def completed(words: str) -> list[tuple[str, str]]:
    """What the shell is told of the last word, as kinds and values."""
    *before, last = words.split()
    shell = ShellComplete(_flyteplan, {}, "flyteplan", "_FLYTEPLAN_COMPLETE")
    return [(item.type, item.value) for item in shell.get_completions(before, last)]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_of_its_own(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: flyteplan {command} ")
