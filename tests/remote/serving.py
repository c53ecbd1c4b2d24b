"""`flyteplan serve` as a process of its own, and the catalog of an endpoint."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from flyteplan.model.config import Target
from flyteplan.remote import Limits, RemoteCatalog, open_remote
from flyteplan.remote.connection import Flags, connection

ROOT = Path(__file__).parents[2]
EXAMPLES = str(ROOT / "examples" / "catalog")
ENVIRON = {**os.environ, "PYTHONPATH": str(ROOT / "tool")}
PATIENT = Limits(deadline_seconds=20, attempts=4, first_delay_seconds=0.02)


def flyteplan(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "flyteplan", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRON)


@contextmanager
def serving(*flags: str, catalog: str = EXAMPLES) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server that is ready: its host:port, and its process."""
    process = flyteplan("serve", "--catalog", catalog, *flags)
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line, process.communicate(timeout=10)[1]
        yield str(json.loads(line)["endpoint"]), process
    finally:
        process.kill()
        process.communicate(timeout=10)


@contextmanager
def remote(
    endpoint: str,
    *,
    insecure: bool = True,
    environ: Mapping[str, str] | None = None,
    limits: Limits = PATIENT,
    tell: Callable[[str], Any] = pytest.fail,
) -> Iterator[RemoteCatalog]:
    found = connection(Flags(endpoint=endpoint, insecure=insecure), environ or {}, os.sep, Target(name="test"))
    with ExitStack() as closing:
        yield open_remote(found, "acme", tell, environ={}, terminal=False, closing=closing, limits=limits)
