"""All of `validate` but its start and its output, in one process: every manifest, and the rules among them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from flyteplan import pipeline
from flyteplan.files.schema import read_schema
from flyteplan.validate import Validator
from flyteplan.workspace import MANIFEST_SCHEMA, manifest_files, open_workspace


def ready(repository: Path) -> Callable[[], int]:
    """Gives how many manifests there are that are valid."""
    workspace = open_workspace(str(repository))
    layers = workspace.layers(workspace.target(None))
    validator = Validator(read_schema(MANIFEST_SCHEMA))

    def checked() -> int:
        return pipeline.check(partial(manifest_files, layers, workspace), validator, (tuple(range(len(layers))),)).count

    return checked
