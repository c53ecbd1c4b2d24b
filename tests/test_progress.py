"""How far a command is: on a terminal and after a second, on one line that is gone before the output comes."""

from __future__ import annotations

import io
import os
import pickle
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from flyteplan.cli.progress import Meter, told
from flyteplan.ports import Watch, unwatched

REPOSITORY = Path(__file__).parents[1]
# A command without the second that it has to take.
AT_ONCE = """
import sys
import flyteplan.cli.progress as progress
progress._AFTER_SECONDS = progress._EVERY_SECONDS = 0
from flyteplan.__main__ import main
sys.argv[0] = "flyteplan"
main()
"""
# The first terminal that is opened in a new session is the one whose Ctrl-C reaches it.
IN_A_SESSION = """
import os, sys
os.open(os.ttyname(0), os.O_RDWR)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
COUNT = 450


class Clock:
    """Every look at it takes a tenth of a second."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.1
        return self.now


class Terminal(io.StringIO):
    @property
    def drawn(self) -> list[str]:
        return [part.rstrip() for part in self.getvalue().split("\r") if part.strip()]


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def meter(terminal: Terminal) -> Iterator[Meter]:
    made = Meter(terminal, Clock())
    yield made
    made.close()


@pytest.mark.parametrize(
    ("done", "total", "seconds", "expected"),
    [
        (0, 10, 0.0, "Reading"),
        (3, None, 5.0, "Reading: 3"),
        (4100, 10000, 2.0, "Reading: 4,100 of 10,000, 3 s left"),
        (10, 1000, 2.0, "Reading: 10 of 1,000, 3 min left"),
        (10, 100000, 2.0, "Reading: 10 of 100,000, 6 h left"),
        (9, 10, 0.1, "Reading: 9 of 10, 1 s left"),
        (12, 10, 5.0, "Reading: 10 of 10, 1 s left"),
    ],
)
def test_what_it_says(done: int, total: int | None, seconds: float, expected: str) -> None:
    assert told("Reading", done, total, seconds) == expected


def test_items_are_what_they_were_and_the_first_second_says_nothing(meter: Meter, terminal: Terminal) -> None:
    seen = [(item, bool(terminal.drawn)) for item in meter.watch("Planning", range(12))]
    assert [item for item, _ in seen] == list(range(12))
    assert [shown for _, shown in seen[:7]] == [False] * 7
    assert terminal.drawn[0] == "Planning: 8 of 12, 1 s left"


def test_the_line_is_wiped_and_one_takes_the_place_of_another(meter: Meter, terminal: Terminal) -> None:
    list(meter.watch("Something with a long name", range(20)))
    list(meter.watch("Short", iter("abc"), lambda: 3))
    meter.wipe()
    assert screen(terminal.getvalue()) == ""
    assert "Short: 2 of 3, 1 s left" in terminal.drawn
    assert "\n" not in terminal.getvalue()


def test_a_part_of_what_is_watched_is_not_watched_itself(meter: Meter, terminal: Terminal) -> None:
    for _ in meter.watch("Pulling", range(30)):
        assert list(meter.watch("Reading", range(2))) == [0, 1]
    assert all(line.startswith("Pulling") for line in terminal.drawn)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="copies of a process")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_copies_of_the_process_are_counted_and_draw_nothing(meter: Meter, terminal: Terminal) -> None:
    child = os.fork()
    if not child:
        list(meter.watch("Planning", range(640)))
        meter.wipe()
        os._exit(bool(terminal.getvalue()))
    for number, _ in enumerate(meter.watch("Planning", range(20), 660)):
        if not number:
            assert os.waitpid(child, 0)[1] == 0
    assert max(int(line.split()[1]) for line in terminal.drawn) > 640


def test_processes_that_are_no_copies_are_not_watched(meter: Meter) -> None:
    sent: Watch = pickle.loads(pickle.dumps(meter.watch))
    assert sent("Reading", [1, 2]) == [1, 2]
    assert unwatched("Reading", [1, 2], 2) == [1, 2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("validate",), ["Reading manifests: ", "Writing"]),
        (("plan", "-o", "markdown"), ["Reading manifests: ", "Composing: ", "Planning: ", "Writing"]),
        (("plan", "-o", "json"), ["Reading manifests: ", "Planning: ", "Writing"]),
        (("apply", "--yes", "--catalog", "catalog.db"), ["Reading manifests: ", "Planning: ", "Submitting: "]),
        (("diff",), ["Reading manifests: ", "Planning: "]),
        (("pull", "--into", "copy.db"), ["Pulling: 16 of 16, "]),
    ],
)
def test_a_command_shows_it_and_leaves_nothing_of_it(
    repository: Path, arguments: tuple[str, ...], said: list[str]
) -> None:
    drawn = on_a_terminal(repository, *arguments)
    assert [words for words in said if f"\r{words}" not in drawn] == []
    assert [words for words in said if words in screen(drawn)] == []


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_output_is_that_of_a_pipe(many: Path, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYTEPLAN_JOBS", str(jobs))
    drawn = on_a_terminal(many, "validate", "-o", "json")
    assert f"of {COUNT}, 1 s left" in drawn
    assert screen(drawn) == in_a_pipe(many, "validate", "-o", "json").strip()


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [(("plan", "-q"), {}), (("plan",), {"CI": "true"}), (("plan",), {"TERM": "dumb"})],
)
def test_where_nobody_wants_it_there_is_none(
    repository: Path, arguments: tuple[str, ...], variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert "Reading" not in on_a_terminal(repository, *arguments)


def test_an_error_comes_on_a_line_of_its_own(repository: Path) -> None:
    (repository / "manifests" / "base" / "wrong.yaml").write_text("a: 1\n")
    drawn = on_a_terminal(repository, "plan")
    assert "\rReading manifests: " in drawn
    assert "Reading" not in screen(drawn)
    assert "\nmanifests/base/wrong.yaml:1:1: " in screen(drawn)


def test_ctrl_c_is_told_in_the_line_after_its_own(waiting: Path) -> None:
    ours, its = pty.openpty()
    command = [sys.executable, "-c", IN_A_SESSION, *_reading(waiting)]
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, start_new_session=True) as process:
        os.close(its)
        writer = _writer(waiting)
        os.write(ours, b"\x03")
        written = _all_of(ours)
    for end in (ours, writer):
        os.close(end)
    assert process.returncode == 130
    assert written == "^C\ninterrupted\n"


def test_elsewhere_an_interrupt_has_one_line(waiting: Path) -> None:
    with subprocess.Popen([sys.executable, *_reading(waiting)], stderr=subprocess.PIPE) as process:
        writer = _writer(waiting)
        process.send_signal(signal.SIGINT)
        _, written = process.communicate(timeout=30)
    os.close(writer)
    assert (process.returncode, written) == (130, b"interrupted\n")


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """A pipe, for a command to wait for what is in it."""
    os.mkfifo(tmp_path / "pipe.yaml")
    return tmp_path / "pipe.yaml"


def _reading(path: Path) -> list[str]:
    return ["-m", "flyteplan", "validate", str(path)]


def _writer(path: Path) -> int:
    """The other end, once the command reads: Python does not see a signal that comes just before it begins to wait."""
    for _ in range(300):
        with suppress(OSError):
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            time.sleep(0.5)
            return descriptor
        time.sleep(0.1)
    pytest.fail("nothing reads it")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CI", "NO_COLOR", "FLYTEPLAN_JOBS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name in ("manifests", "examples/catalog"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "flyteplan.yaml", tmp_path)
    in_a_pipe(tmp_path, "pull", "--into", "catalog.db")
    return tmp_path


@pytest.fixture
def many(repository: Path) -> Path:
    """More manifests than one process reads alone."""
    for path in (repository / "manifests").rglob("*.yaml"):
        path.unlink()
    for number in range(COUNT):
        (repository / "manifests" / "base" / f"{number}.yaml").write_text(
            "{apiVersion: flyteplan/v1, kind: TaskOverride, "
            f"metadata: {{name: m{number}}}, spec: {{task: {{name: t{number}, version: v1}}}}}}\n"
        )
    (repository / "manifests" / "production" / "none.yaml").write_text("# nothing\n")
    (repository / "flyteplan.yaml").write_text(
        "{apiVersion: flyteplan/v1, kind: Config, targets: {t: {manifests: [manifests/base]}}}"
    )
    return repository


def in_a_pipe(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-c", AT_ONCE, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert "\r" not in done.stdout + done.stderr
    return done.stdout


def on_a_terminal(folder: Path, *arguments: str) -> str:
    """All that a command writes on it."""
    ours, its = pty.openpty()
    command = [sys.executable, "-c", AT_ONCE, *arguments]
    with subprocess.Popen(command, cwd=folder, stdin=its, stdout=its, stderr=its):
        os.close(its)
        written = _all_of(ours)
    os.close(ours)
    return written


def _all_of(terminal: int) -> str:
    return b"".join(iter(lambda: _read(terminal), b"")).decode().replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the other end is closed
        return b""


def screen(written: str) -> str:
    """What is left to see."""
    lines = []
    for line in written.split("\n"):
        cells = ""
        for part in line.split("\r"):
            cells = part + cells[len(part) :]
        lines.append(cells.rstrip())
    return "\n".join(lines).strip()
