"""Work in several processes: what one of them raises, and one that dies, is told; none is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import replace
from operator import itemgetter
from pathlib import Path

import pytest

from flyteplan import shard
from flyteplan.errors import FlyteplanError, InputError, Position, Problem, UsageError
from flyteplan.ports import Found
from flyteplan.shard import JOBS, copies, spread
from flyteplan.shard.forked import Forked

# The process of the tests has threads of its own, which wait for work that the copies have nothing to do with.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
MANY: list[Found] = [(0, f"{number}.yaml", b"") for number in range(1000)]
PROBLEM = Problem(code="FP1001", position=Position("a.yaml", 1, 2), message="gone")


def children() -> str:
    return Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text("ascii")


@pytest.fixture(autouse=True)
def copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard, "can_fork", lambda: True)


def numbers(found: Iterable[Found]) -> list[str]:
    return [path for _, path, _ in found]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_each_file_is_one_processes(monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    monkeypatch.setenv(JOBS, str(jobs))
    parts = spread(numbers, iter(MANY), itemgetter(1))
    assert len(parts) == jobs
    assert sorted(path for part in parts for path in part) == sorted(numbers(MANY))


def test_few_files_are_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(JOBS, "4")
    assert spread(lambda found: (os.getpid(), len(list(found))), MANY[:20], itemgetter(1)) == [(os.getpid(), 20)]


@pytest.mark.parametrize("wanted", ["0", "-1", "two"])
def test_a_number_of_processes_that_is_none(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    monkeypatch.setenv(JOBS, wanted)
    with pytest.raises(UsageError, match="no number of processes"):
        spread(numbers, MANY, itemgetter(1))


def test_what_another_process_raises_is_raised_here() -> None:
    def work() -> None:
        raise InputError([PROBLEM])

    other = Forked(work)
    with pytest.raises(InputError) as raised:
        other.answer()
    other.end()
    assert raised.value.problems == (PROBLEM,)


def test_a_process_that_dies_is_told() -> None:
    other = Forked(lambda: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(FlyteplanError, match=r"ended with -9 \(try FLYTEPLAN_JOBS=1\)"):
        other.answer()
    other.end()


def test_no_process_is_left_when_this_one_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(JOBS, "3")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def work(found: Iterable[Found]) -> int:
        signal.pause()
        return len(list(found))

    before = children()
    old = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            spread(work, MANY, itemgetter(1))
    finally:
        signal.signal(signal.SIGALRM, old)
    assert children() == before


@pytest.mark.parametrize("wanted", ["1", "2", "5"])
def test_of_several_faults_the_first_is_told(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    monkeypatch.setenv(JOBS, wanted)

    def work(found: Iterable[Found]) -> int:
        for _, path, _ in found:
            if int(path.removesuffix(".yaml")) > 600:
                raise InputError([replace(PROBLEM, message=path)])
        return 0

    with pytest.raises(InputError, match=r"601\.yaml"):
        spread(work, MANY, itemgetter(1))


def last(found: Iterable[Found]) -> int:
    raise InputError([replace(PROBLEM, message=max(path for _, path, _ in found))])


@pytest.mark.parametrize("wanted", ["1", "2", "5"])
def test_copies_tell_the_fault_that_one_process_tells_of_all(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    monkeypatch.setenv(JOBS, wanted)
    monkeypatch.setattr(shard, "_BATCH", 100)
    before = children()
    with pytest.raises(InputError, match=r"999\.yaml"):
        copies(last, MANY, itemgetter(1))
    assert children() == before


def named(number: int) -> list[Found]:
    """Three files of one name, one after the other."""
    return [(layer, f"{number // 3}.yaml", b"") for layer, number in enumerate(range(number))]


@pytest.mark.parametrize("wanted", ["2", "5"])
def test_copies_work_in_batches(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    monkeypatch.setenv(JOBS, wanted)
    monkeypatch.setattr(shard, "_BATCH", 100)
    parts = copies(list, named(1000), itemgetter(1))
    assert len(parts) >= 10
    assert sorted(one for part in parts for one in part) == sorted(named(1000))
    names = [{name for _, name, _ in part} for part in parts]
    assert sum(map(len, names)) == len(set().union(*names))
    assert all(len(part) <= 102 for part in parts)


def test_a_few_are_no_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(JOBS, "2")
    assert copies(lambda found: (os.getpid(), len(list(found))), MANY[:20], itemgetter(1)) == [(os.getpid(), 20)]


THREADS = """
import threading
from flyteplan.shard.forked import can_fork
alone = can_fork()
done = threading.Event()
threading.Thread(target=done.wait).start()
print(alone, can_fork())
done.set()
"""


def test_a_process_with_threads_is_not_copied() -> None:
    told = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, text=True, check=True)
    assert told.stdout == "True False\n"
