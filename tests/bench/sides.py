"""What is measured: whole commands, and work inside a process that has warmed up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.places import PYTHON, ROOT, clean_environment

_MEBIBYTE = 2**20
_PATIENCE_SECONDS = 30
# Linux counts in KiB, macOS in bytes.
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
# A process of its own that is smaller than any that is measured: the peak of a child is never below that of the
# process that it was forked from.
_WATCHER = """\
import os, sys
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss, os.waitstatus_to_exitcode(status), file=sys.stderr)
"""


class BenchError(Exception):
    """Something does not work, so that there is nothing to measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A whole command, from its start to its end; what it prints goes nowhere. `cores`: it may use no more."""

    argv: tuple[str, ...]
    folder: Path = ROOT
    codes: tuple[int, ...] = (0,)
    cores: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def seconds(self) -> float:
        with tempfile.TemporaryFile() as errors:
            begun = time.perf_counter()
            code = self._call(self.argv, errors, preexec_fn=self._confined() if self.cores else None)
            taken = time.perf_counter() - begun
            self._check(code, errors)
        return taken

    def mebibytes(self) -> float:
        """The peak of the memory of its largest process."""
        with tempfile.TemporaryFile() as errors:
            watcher = (str(PYTHON), "-I", "-S", "-c", _WATCHER)
            self._call((*watcher, *self.argv), errors)
            errors.seek(0)
            peak, code = map(int, errors.read().split(b"\n")[-2].split())
            self._check(code, errors)
        return peak * _MAXRSS_UNIT / _MEBIBYTE

    def _call(self, argv: tuple[str, ...], errors: Any, preexec_fn: Callable[[], object] | None = None) -> int:
        return subprocess.call(
            argv,
            cwd=self.folder,
            env=clean_environment(**self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            preexec_fn=preexec_fn,
        )

    def _confined(self) -> Callable[[], object]:
        chosen = sorted(os.sched_getaffinity(0))[: self.cores]
        return lambda: os.sched_setaffinity(0, chosen)

    def _check(self, code: int, errors: Any) -> None:
        if code not in self.codes:
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace")[-2000:]
            raise BenchError(f"{' '.join(self.argv[:4])} ... ended with {code} in {self.folder}:\n{said}")


@dataclass(frozen=True, slots=True)
class Child:
    """A process that answers each line it is sent with a line of JSON."""

    process: subprocess.Popen[str]

    def ask(self, question: str = "") -> Any:
        assert self.process.stdin
        self.process.stdin.write(f"{question}\n")
        self.process.stdin.flush()
        return self.hear()

    def hear(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise BenchError(f"{self.process.args!r} ended with {self.process.wait(10)}")
        return json.loads(line)


@contextmanager
def child(module: str, *arguments: object) -> Iterator[Child]:
    """`python -m tests.bench.MODULE`, which ends when its input does."""
    command = [str(PYTHON), "-m", f"tests.bench.{module}", *map(str, arguments)]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=ROOT, env=clean_environment(), text=True, **streams)  # type: ignore[call-overload]
    try:
        yield Child(process)
    finally:
        process.stdin.close()
        process.stdout.close()
        _ended(process)


def _ended(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def worker(work: str, *arguments: object) -> Iterator[Callable[[], float]]:
    """The work of a module, such as `work.rules`, in a process of its own that has done it once; tells its seconds."""
    with child("worker", work, *arguments) as process:
        process.ask()
        yield lambda: float(process.ask()["seconds"])
