"""Where `flyteplan.yaml` is."""

from __future__ import annotations

import os
from collections.abc import Iterator

NAME = "flyteplan.yaml"


def find_config(start: str = ".") -> str | None:
    """The nearest `flyteplan.yaml` in *start* or above it, not past the top of a Git checkout."""
    for folder in _upwards(os.path.abspath(start)):
        path = os.path.join(folder, NAME)
        if os.path.isfile(path) or os.path.islink(path):  # a broken link is an error, never no configuration
            return path
        if os.path.exists(os.path.join(folder, ".git")):  # a file in worktrees and submodules
            return None
    return None


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent
