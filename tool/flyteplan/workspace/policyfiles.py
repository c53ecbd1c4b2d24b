"""The files of policies, and the policies in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from flyteplan import pipeline
from flyteplan.errors import InputError, Problem, is_valid
from flyteplan.files.manifests import read_layers
from flyteplan.files.paths import shown
from flyteplan.files.schema import read_schema
from flyteplan.validate import Validator
from flyteplan.workspace import POLICY_SCHEMA, Workspace
from flyteplan.workspace.wrongpaths import lost

Files = Iterable["tuple[str, bytes | Problem]"]


def policy_files(workspace: Workspace, paths: Sequence[str]) -> list[tuple[str, bytes | Problem]]:
    """Every policy file of a target's *paths*."""
    return list(files_at(workspace, [os.path.join(workspace.root, path) for path in paths]))


def files_at(workspace: Workspace, places: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
    absent = {shown(path, workspace.root): lost(workspace, "policies", path) for path in places}
    for _, name, content in read_layers([places], root=workspace.root):
        yield name, absent.get(name) or content


def policies_in(files: Files) -> pipeline.Policies:
    """The policies, with their warnings. Raises InputError with all that is wrong in them."""
    found = pipeline.read_policies(((0, *file) for file in files), Validator(read_schema(POLICY_SCHEMA)))
    if not is_valid(found.problems):
        raise InputError(found.problems)
    return found
