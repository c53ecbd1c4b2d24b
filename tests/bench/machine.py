"""The machine that the numbers come from."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

_LIBRARIES = ("PyYAML", "jsonschema-rs", "protobuf", "grpcio", "flyteidl2", "flyte", "check-jsonschema")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """`load` is that of the minute before: others may have been at work."""

    cpu: str
    cores: int
    system: str
    python: str
    load: float
    libraries: tuple[tuple[str, str], ...]


def machine() -> Machine:
    return Machine(
        cpu=_cpu(),
        cores=_cores(),
        system=f"{platform.system()} {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        load=round(os.getloadavg()[0], 1),
        libraries=tuple((name, version(name)) for name in _LIBRARIES),
    )


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
