"""Where the time goes: `python -m tests.bench.profiling WHAT REPOSITORY`, in one process."""

from __future__ import annotations

import cProfile
import os
import pstats
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from tests.bench.work import rules

_TOP = 25
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
# What stands before a path that is the same on every machine.
_FOLDERS = re.compile(r"^.*/(?:site-packages|tool|python3\.\d+)/")


def main(what: str, repository: str) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    for file in Path(repository).rglob("*.yaml"):
        file.read_bytes()  # from the disk it would be what comes first
    work = {"validate": _validating, "plan": _planning}[what](Path(repository))
    profile = cProfile.Profile()
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        profile.runcall(work)
    print(top(pstats.Stats(profile)), end="")


def _validating(repository: Path) -> Callable[[], object]:
    return rules.ready(repository)


def _planning(repository: Path) -> Callable[[], object]:
    from flyteplan.cli import run

    os.chdir(repository)
    return lambda: run(["plan", "-o", "text"])


def top(stats: Any) -> str:
    """The functions that take the most time of their own."""
    rows = sorted(stats.stats.items(), key=lambda item: -item[1][2])[:_TOP]
    lines = [f"{calls:>9}  {own:8.3f}  {whole:8.3f}  {shown(*key)}" for key, (_, calls, own, whole, _) in rows]
    head = [f"{stats.total_tt:.3f} s under the profiler", "", "    calls     own s   whole s  function"]
    return "\n".join([*head, *lines]) + "\n"


def shown(file: str, line: int, name: str) -> str:
    if file == "~":
        return _ADDRESS.sub("", name)
    return f"{_FOLDERS.sub('', file)}:{line} {name}"


if __name__ == "__main__":
    main(*sys.argv[1:])
