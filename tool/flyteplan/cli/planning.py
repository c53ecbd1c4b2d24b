"""From the flags of a command to a plan."""

from __future__ import annotations

from dataclasses import dataclass

from flyteplan import pipeline
from flyteplan.cli.current import current_version
from flyteplan.cli.output import show_problems
from flyteplan.cli.workspace import (
    MANIFEST_SCHEMA,
    layers_of,
    manifest_files,
    open_catalog,
    open_workspace,
    placed,
)
from flyteplan.errors import InputError
from flyteplan.files.schema import read_schema
from flyteplan.model.plan import Plan
from flyteplan.validate import Validator


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The flags that decide what is planned, and against what."""

    paths: tuple[str, ...]
    target: str | None
    catalog: str | None
    org: str | None
    project: str | None
    domain: str | None
    select: tuple[str, ...]
    exclude: tuple[str, ...]
    current_version: str | None


def make_plan(asked: Asked) -> Plan:
    """The plan; its warnings are shown. Raises InputError with all that is wrong when there is none."""
    workspace = open_workspace()
    configured = workspace.target(asked.target)
    target = placed(configured, {"org": asked.org, "project": asked.project, "domain": asked.domain})
    layers = layers_of(asked.paths) if asked.paths else workspace.layers(target)
    order = tuple(range(len(layers)))
    files = manifest_files(layers, workspace)
    checked = pipeline.validate(files, Validator(read_schema(MANIFEST_SCHEMA)), (order,))
    if not checked.valid:
        raise InputError(checked.problems)
    made = pipeline.plan(
        checked.manifests,
        target,
        open_catalog(target, asked.catalog, workspace),
        current=current_version(asked.current_version),
        choice=pipeline.Choice(select=asked.select, exclude=asked.exclude),
    )
    if made.plan is None:
        raise InputError((*checked.problems, *made.problems))
    show_problems((*checked.problems, *made.problems))
    return made.plan
