"""Files that come with the package and are no code."""

from __future__ import annotations

import os
from typing import Any

import flyteplan


def packaged(*path: str) -> str:
    """The text of one, by its place below the package. Raises OSError."""
    # importlib.resources ends in the same call, but takes longer to import than all of `validate` takes to start.
    loader: Any = flyteplan.__loader__
    data: bytes = loader.get_data(os.path.join(os.path.dirname(flyteplan.__file__), *path))
    return data.decode("utf-8")
