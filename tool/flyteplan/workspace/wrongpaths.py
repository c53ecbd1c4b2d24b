"""Paths of flyteplan.yaml that lead nowhere: where they stand there, and what they may have meant."""

from __future__ import annotations

import os
from collections.abc import Iterator

from flyteplan.errors import Problem
from flyteplan.files.config import NAME
from flyteplan.files.nearby import nearby
from flyteplan.files.paths import shown
from flyteplan.model.document import Pointer
from flyteplan.workspace import Workspace, config_document


def lost(workspace: Workspace, key: str, path: str) -> Problem | None:
    """What is wrong with *path*, unless something is there, or no target names it under *key*."""
    if os.path.lexists(path):
        return None
    pointer = next((at for at, named in _named(workspace, key) if os.path.join(workspace.root, named) == path), None)
    if pointer is None:
        return None
    near = nearby(path)
    return Problem(
        code="FP1001",
        position=config_document(os.path.join(workspace.root, NAME), NAME).locator.value(pointer),
        message=f"there is nothing at {shown(path, workspace.root)}",
        hint=f"did you mean {shown(near, workspace.root)}?" if near else "check the path",
    )


def _named(workspace: Workspace, key: str) -> Iterator[tuple[Pointer, str]]:
    for target in workspace.config.targets:
        written = getattr(target, key)
        if isinstance(written, str):
            yield ("targets", target.name, key), written
        else:
            yield from ((("targets", target.name, key, index), path) for index, path in enumerate(written))
