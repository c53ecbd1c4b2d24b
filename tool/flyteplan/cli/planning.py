"""From the flags of a command to a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flyteplan import pipeline
from flyteplan.cli.current import current_version
from flyteplan.cli.lockfile import read_lock
from flyteplan.cli.output import show_problems
from flyteplan.cli.sources import open_catalog, placed
from flyteplan.cli.workspace import (
    MANIFEST_SCHEMA,
    Workspace,
    layers_of,
    manifest_files,
    open_workspace,
)
from flyteplan.errors import InputError, Problem, failure
from flyteplan.files.schema import read_schema
from flyteplan.model.config import Target
from flyteplan.model.plan import Plan
from flyteplan.ports import Catalog
from flyteplan.validate import Validator

# Who hears of warnings.
Tell = Callable[[Iterable[Problem]], None]


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
    locked: bool

    @property
    def flags(self) -> dict[str, str | None]:
        return {"org": self.org, "project": self.project, "domain": self.domain}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a plan and a lock are made of: valid manifests, the target they go to, and its catalog."""

    workspace: Workspace
    checked: pipeline.Manifests
    target: Target
    catalog: Catalog


def prepare(paths: tuple[str, ...], target: str | None, catalog: str | None, flags: Mapping[str, str | None]) -> Stage:
    """Raises InputError with all that is wrong in the manifests."""
    workspace = open_workspace()
    place = placed(workspace.target(target), catalog, flags)
    checked = checked_manifests(paths, place, workspace)
    return Stage(workspace=workspace, checked=checked, target=place, catalog=open_catalog(place, catalog, workspace))


def checked_manifests(paths: tuple[str, ...], target: Target, workspace: Workspace) -> pipeline.Manifests:
    """The manifests of *paths*, without any those of the target. Raises InputError with all that is wrong in them."""
    layers = layers_of(paths) if paths else workspace.layers(target)
    order = tuple(range(len(layers)))
    files = manifest_files(layers, workspace)
    checked = pipeline.validate(files, Validator(read_schema(MANIFEST_SCHEMA)), (order,))
    if not checked.valid:
        raise InputError(checked.problems)
    return checked


def make_plan(asked: Asked, tell: Tell = show_problems) -> Plan:
    """The plan; its warnings are told. Raises InputError with all that is wrong when there is none."""
    return planned(prepare(asked.paths, asked.target, asked.catalog, asked.flags), asked, tell)


def planned(stage: Stage, asked: Asked, tell: Tell = show_problems) -> Plan:
    """As `make_plan`, of what is prepared already."""
    made = pipeline.plan(
        stage.checked.manifests,
        stage.target,
        stage.catalog,
        current=current_version(asked.current_version),
        choice=pipeline.Choice(select=asked.select, exclude=asked.exclude),
        lock=read_lock(stage.workspace, needed=asked.locked),
        strict=asked.locked,
    )
    if made.plan is None:
        raise failure((*stage.checked.problems, *made.problems))
    tell((*stage.checked.problems, *made.problems))
    return made.plan
