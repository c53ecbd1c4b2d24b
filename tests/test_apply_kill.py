"""An apply that is killed at any moment is finished by the same command, and nothing is done twice.

`make kill` runs it with 200 changes and 50 kills; FLYTEPLAN_KILLS says how many there are, and the seed is printed.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.applying import TASK, Repository, repository
from tests.serving import serving

from flyteplan.cli import run
from flyteplan.model.task import TaskName

KILLS = int(os.environ.get("FLYTEPLAN_KILLS", "4"))
TASKS = 200 if KILLS > 10 else 30
SEED = int(os.environ.get("FLYTEPLAN_SEED", "0")) or random.randrange(1, 10**6)
NAMES = [TaskName(TASK.project, TASK.domain, f"etl.task{number:03}") for number in range(TASKS)]
RUNNING = NAMES[::10]
SOURCE = Path(__file__).parents[1] / "tool"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.chdir(tmp_path)
    made = repository(tmp_path)
    for task in NAMES:
        made.deploy("v1", name=task.name)
    return made


@pytest.mark.parametrize("where", ["database", "endpoint"])
@pytest.mark.parametrize("what", ["manifests", "saved plan"])
def test_a_killed_apply_is_finished_by_the_same_command(repo: Repository, where: str, what: str) -> None:
    rest = random.Random(f"{SEED} {where} {what}")
    print(f"FLYTEPLAN_SEED={SEED}")  # noqa: T201
    serves = serving(repo.folder / "catalog.db") if where == "endpoint" else nullcontext("")
    with serves as endpoint:
        place = ["--endpoint", endpoint, "--insecure"] if endpoint else []
        for number in range(-(-KILLS // 4)):
            wants(repo, cpu=number + 2)
            assert run(["plan", "-q", "--out", "plan.json", *place]) == 0
            call = ["apply", "-q", *(["plan.json"] if what == "saved plan" else ["--yes"]), *place]
            after = rest.randrange(1, TASKS + len(RUNNING))
            killed(call, after, rest.random() / 20)
            assert done(repo, number) >= after
            assert run(call) == 0
            assert {len(found) for found in repo.catalog.versions(NAMES).values()} == {number + 2}
            assert started_runs(repo) == dict.fromkeys(RUNNING, number + 1)
            assert run(["plan", "-q", "--detailed-exitcode", *place]) == 0


@pytest.mark.parametrize("where", ["database", "endpoint"])
def test_two_at_once_make_one_version_of_each(repo: Repository, where: str) -> None:
    wants(repo, cpu=2)
    serves = serving(repo.folder / "catalog.db") if where == "endpoint" else nullcontext("")
    with serves as endpoint:
        call = ["apply", "-q", "--yes", *(["--endpoint", endpoint, "--insecure"] if endpoint else [])]
        both = [started(call), started(call)]
        ends = [process.communicate(timeout=60)[0].splitlines()[-1] for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert all(end.startswith("Applied: ") and end.endswith(", 0 failed, 0 not tried.") for end in ends)
    assert {len(found) for found in repo.catalog.versions(NAMES).values()} == {2}
    assert started_runs(repo) == dict.fromkeys(RUNNING, 1)
    assert repo.is_in_step()


def wants(repo: Repository, cpu: int) -> None:
    """A version of each task, and a run of every tenth."""
    folder = repo.folder / "manifests"
    repo.wants({"resources": {"cpu": cpu}})
    version = (folder / "load.yaml").read_text("utf-8")
    version = version.replace('"task": {"name": "etl.load",', '"select": {"name": "etl.task*",')
    repo.wants({"retries": cpu}, submit={"as": "run"})
    runs = (folder / "load.yaml").read_text("utf-8").replace('"name": "load"', '"name": "tenth"')
    runs = runs.replace('"task": {"name": "etl.load",', '"select": {"name": "etl.task*0",')
    (folder / "load.yaml").write_text(version, "utf-8")
    (folder / "runs.yaml").write_text(runs, "utf-8")


def killed(call: list[str], after: int, seconds: float) -> None:
    """Kills the process some *seconds* after the *after*th change."""
    with started(call) as process:
        assert process.stdout
        for _ in range(after):
            assert process.stdout.readline().startswith("submitted")
        time.sleep(seconds)
        process.kill()


def done(repo: Repository, number: int) -> int:
    """How many changes of this turn have been made."""
    made = [task for task, found in repo.catalog.versions(NAMES).items() if len(found) == number + 2]
    return len(made) + sum(count == number + 1 for count in started_runs(repo).values())


def started_runs(repo: Repository) -> dict[TaskName, int]:
    return Counter(run.task.task for run in repo.catalog.newest_runs(TASK.scope) if run.task)


def started(call: list[str]) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-u", "-m", "flyteplan", *call]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
