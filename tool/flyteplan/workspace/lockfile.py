"""`flyteplan.lock`, at the root of the workspace."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flyteplan.errors import InputError, Position, Problem, StaleError
from flyteplan.files.saved import read_bytes, write_atomically
from flyteplan.load import load
from flyteplan.model.filenames import LOCK
from flyteplan.workspace import Workspace

if TYPE_CHECKING:
    from flyteplan.model.lock import Lock


def read_lock(workspace: Workspace, *, needed: bool = False) -> Lock | None:
    """The lock, None without one. Raises StaleError when it is *needed*, InputError when it can not be read."""
    path = _path(workspace)
    if not os.path.exists(path):
        if needed:
            raise StaleError([_problem("FP2101", "there is no such file", "make it: flyteplan lock")])
        return None
    return lock_in(read_bytes(path), LOCK)


def lock_in(data: bytes, name: str) -> Lock:
    """The lock in *data*, shown as *name*. Raises InputError."""
    from flyteplan.lock import read
    from flyteplan.model.lock import Lock

    for item in load(data, name):
        if isinstance(item, Problem):
            raise InputError([item])
        lock, problems = read(item)
        if problems:
            raise InputError(problems)
        return lock
    return Lock()


def write_lock(workspace: Workspace, lock: Lock) -> None:
    """A file that says so already is left alone."""
    from flyteplan.lock import write

    path, data = _path(workspace), write(lock).encode()
    if not (os.path.exists(path) and read_bytes(path) == data):
        write_atomically(path, data)


def _path(workspace: Workspace) -> str:
    return os.path.join(workspace.root, LOCK)


def _problem(code: str, message: str, hint: str) -> Problem:
    return Problem(code=code, position=Position(LOCK), message=message, hint=hint)
