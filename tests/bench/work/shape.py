"""Finding, reading, parsing with positions, and the schema: `validate` without its own rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flyteplan.errors import Problem
from flyteplan.files.manifests import read_layers
from flyteplan.files.schema import read_schema
from flyteplan.load import load
from flyteplan.validate import Validator
from flyteplan.workspace import MANIFEST_SCHEMA, open_workspace


def ready(repository: Path) -> Callable[[], int]:
    """Gives how many documents there are that the schema takes."""
    workspace = open_workspace(str(repository))
    layers = workspace.layers(workspace.target(None))
    validator = Validator(read_schema(MANIFEST_SCHEMA))

    def checked() -> int:
        good = 0
        for _, path, data in read_layers(layers, root=workspace.root):
            assert isinstance(data, bytes)
            for document in load(data, path):
                good += not isinstance(document, Problem) and validator.allows(document.value)
        return good

    return checked
