"""What the bench measures is what it says, and a command that fails is no fast one."""

from __future__ import annotations

import os
import pstats
import sys
from cProfile import Profile
from pathlib import Path

import pytest
from tests.bench.commands import PASS
from tests.bench.places import PYTHON
from tests.bench.profiling import shown, top
from tests.bench.sides import BenchError, Command


def python(code: str, **more: object) -> Command:
    return Command(argv=(str(PYTHON), "-c", code), **more)  # type: ignore[arg-type]


def test_a_command_takes_its_time() -> None:
    assert 0.2 <= python("import time; time.sleep(0.2)").seconds() < 5


@pytest.mark.parametrize("measure", [Command.seconds, Command.mebibytes])
def test_a_command_that_fails_is_not_measured(measure: object) -> None:
    command = python("import sys; sys.exit('out of order')")
    with pytest.raises(BenchError, match=r"(?s)ended with 1 .*out of order"):
        measure(command)  # type: ignore[operator]
    assert measure(python("raise SystemExit(1)", codes=(1,))) > 0  # type: ignore[operator]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such measure")
def test_the_peak_is_that_of_the_command_and_not_of_who_measures() -> None:
    ballast = bytearray(os.urandom(1)) * (100 * 2**20)
    assert len(ballast) > PASS.mebibytes() * 2**20 * 2
    assert python("bytearray(b'x') * (80 * 2 ** 20)").mebibytes() > 80


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="a process can not be confined here")
def test_a_command_is_confined_to_its_cores() -> None:
    python("import os; assert len(os.sched_getaffinity(0)) == 1", cores=1).seconds()


def test_a_profile_names_no_folder_of_the_machine() -> None:
    profile = Profile()
    profile.runcall(lambda: sorted(Path("/").parts))
    assert str(Path.home()) not in top(pstats.Stats(profile))
    assert shown("/home/me/x/tool/flyteplan/load/build.py", 40, "value") == "flyteplan/load/build.py:40 value"
    assert shown("/v/lib/python3.11/site-packages/yaml/nodes.py", 3, "f") == "yaml/nodes.py:3 f"
    assert shown("/usr/lib/python3.11/json/encoder.py", 7, "f") == "json/encoder.py:7 f"
    assert (
        shown("~", 0, "<built-in method __new__ of type object at 0x7f00>")
        == "<built-in method __new__ of type object>"
    )
