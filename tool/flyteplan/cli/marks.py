"""What the manifests of a target mark as sensitive, for commands that show templates and plan nothing."""

from __future__ import annotations

from flyteplan.errors import InputError, UsageError
from flyteplan.model.config import Target
from flyteplan.model.document import Document
from flyteplan.model.secrecy import Secrecy
from flyteplan.model.tags import sensitive_names
from flyteplan.model.task import Template
from flyteplan.pipeline.reading import documents
from flyteplan.record import replace
from flyteplan.validate.sensitive import names_marked_in
from flyteplan.workspace import manifest_files, open_workspace


def secrecy_of(target: Target) -> Secrecy:
    """Of any task: a name that is marked for one is not shown of another. Manifests need not be valid for that."""
    workspace = open_workspace()
    marked = set[str]()
    try:
        for _, path, given in manifest_files(workspace.layers(target), workspace):
            for item in documents(path, given() if callable(given) else given):
                marked.update(names_marked_in(item.value) if isinstance(item, Document) else ())
    except (InputError, UsageError):
        return Secrecy()
    return Secrecy(marked=frozenset(marked))


def with_deployed(secrecy: Secrecy, *templates: Template) -> Secrecy:
    """*secrecy*, and what was sensitive when flyteplan deployed *templates*."""
    return replace(secrecy, deployed=sensitive_names(*templates))
