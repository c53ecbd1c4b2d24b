"""Where the bench finds what it measures, and the environment that it measures in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON = Path(sys.executable)
# The commands that users call, as pip has installed them beside this Python.
FLYTEPLAN = PYTHON.parent / "flyteplan"
CHECK_JSONSCHEMA = PYTHON.parent / "check-jsonschema"
SCHEMA = ROOT / "schema" / "task-override.v1.schema.json"
WORK = ROOT / ".bench"


def clean_environment(**more: str) -> dict[str, str]:
    """Nothing of the user's: no configuration of Flyte, no home, no CI, the same locale everywhere."""
    kept = {
        name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ
    }
    return {**kept, "HOME": str(WORK / "home"), "LC_ALL": "C.UTF-8", **more}
