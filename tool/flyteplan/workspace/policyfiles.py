"""The files of policies, and the policies in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from flyteplan import pipeline
from flyteplan.errors import InputError, Problem, is_valid
from flyteplan.files.manifests import read_layers
from flyteplan.files.schema import read_schema
from flyteplan.validate import Validator
from flyteplan.workspace import POLICY_SCHEMA, Workspace

Files = Iterable["tuple[str, bytes | Problem]"]


def policy_files(workspace: Workspace, paths: Sequence[str]) -> list[tuple[str, bytes | Problem]]:
    """Every policy file of a target's *paths*."""
    places = [os.path.join(workspace.root, path) for path in paths]
    return [(name, content) for _, name, content in read_layers([places], root=workspace.root)]


def policies_in(files: Files) -> pipeline.Policies:
    """The policies, with their warnings. Raises InputError with all that is wrong in them."""
    found = pipeline.read_policies(((0, *file) for file in files), Validator(read_schema(POLICY_SCHEMA)))
    if not is_valid(found.problems):
        raise InputError(found.problems)
    return found
