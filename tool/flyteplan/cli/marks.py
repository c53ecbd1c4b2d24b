"""What the manifests of a target mark as sensitive, for commands that show templates and plan nothing."""

from __future__ import annotations

from flyteplan import pipeline
from flyteplan.errors import InputError, UsageError
from flyteplan.files.schema import read_schema
from flyteplan.model.config import Target
from flyteplan.model.secrecy import Secrecy, marked
from flyteplan.validate import Validator
from flyteplan.workspace import MANIFEST_SCHEMA, manifest_files, open_workspace


def secrecy_of(target: Target) -> Secrecy:
    """Of any task: a name that is marked for one is not shown of another. Manifests that are wrong mark nothing."""
    workspace = open_workspace()
    try:
        files = list(manifest_files(workspace.layers(target), workspace))
    except (InputError, UsageError):
        return Secrecy()
    checked = pipeline.validate(files, Validator(read_schema(MANIFEST_SCHEMA)), ())
    settings = (setting for manifest in checked.manifests for setting in manifest.settings)
    return Secrecy(marked=marked(settings))
