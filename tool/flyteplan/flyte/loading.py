"""Manifests, or a saved plan -> the tasks that they make."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeAlias

from flyteplan import pipeline
from flyteplan.errors import Problem, UsageError
from flyteplan.flyte.blocking import Blocking
from flyteplan.flyte.tasks import Tasks
from flyteplan.model.config import Target
from flyteplan.model.plan import Change, Plan
from flyteplan.plan.document import digest
from flyteplan.ports import Catalog
from flyteplan.record import dataclass, replace
from flyteplan.workspace import Workspace, open_workspace
from flyteplan.workspace.current import current_version
from flyteplan.workspace.places import Access, named, open_catalog, placed
from flyteplan.workspace.planning import Stage, checked_manifests, made_of, settled
from flyteplan.workspace.savedplan import is_saved_plan, read_plan, same_target, with_values

if TYPE_CHECKING:
    from flyte.remote import TaskDetails

    from flyteplan.flyte.client import Platform

Path: TypeAlias = "str | os.PathLike[str]"
Globs: TypeAlias = "str | Iterable[str]"
_log = logging.getLogger("flyteplan")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The arguments of `load`, all of them text."""

    paths: tuple[str, ...]
    target: str | None
    flags: dict[str, str | None]
    catalog: str | None
    in_cluster: bool | None
    choice: pipeline.Choice
    current: str | None
    locked: bool


@Blocking
def load(
    *paths: Path,
    target: str | None = None,
    folder: Path = ".",
    catalog: Path | None = None,
    in_cluster: bool | None = None,
    org: str | None = None,
    project: str | None = None,
    domain: str | None = None,
    select: Globs = (),
    exclude: Globs = (),
    current_version: str | None = None,
    locked: bool = False,
) -> Tasks:
    """The tasks of *paths* with their overrides: folders and files of manifests, or one plan that `plan --out` saved.

    Without paths, the layers of the target. What is read, resolved and applied is the same as with `flyteplan plan`,
    whose options the arguments are, and *folder* is where `flyteplan.yaml` is looked for, and above it. In async code
    `await load.aio(...)` lets other coroutines go on.

    Where the target names no catalog and no endpoint, or the endpoint that the SDK is connected to, templates are read
    with the SDK's client: in a task pod its endpoint and its login are there. `in_cluster=True` does so whatever the
    target names, `in_cluster=False` never. org, project and domain that nothing names are the SDK's too.

    Raises the errors of `flyteplan.errors`: `InputError` with all that is wrong as its text and its `problems`, its
    subclass `StaleError` for a saved plan or a lock that does not hold, `UsageError` and `CatalogError`.
    """
    asked = _Asked(
        paths=tuple(os.fspath(path) for path in paths),
        target=target,
        flags={"org": org, "project": project, "domain": domain},
        catalog=os.fspath(catalog) if catalog is not None else None,
        in_cluster=in_cluster,
        choice=pipeline.Choice(select=_globs(select), exclude=_globs(exclude)),
        current=current_version,
        locked=locked,
    )
    with ExitStack() as closing:
        return _load(asked, open_workspace(os.fspath(folder)), Access(tell=_log.warning, closing=closing))


def _globs(globs: Globs) -> tuple[str, ...]:
    return (globs,) if isinstance(globs, str) else tuple(globs)


def _load(asked: _Asked, workspace: Workspace, access: Access) -> Tasks:
    if any(map(is_saved_plan, asked.paths)):
        return _saved(asked, workspace, access)
    place, source = _opened(workspace.target(asked.target), asked, workspace, access)
    checked = checked_manifests(asked.paths, place, workspace)
    stage = Stage(workspace=workspace, checked=checked, target=place, catalog=source)
    plan, problems = settled(stage, made_of(stage, choice=asked.choice, current=asked.current, locked=asked.locked))
    _warn(problems)
    return _tasks(plan.changes, plan, place, source)


def _warn(problems: Iterable[Problem]) -> None:
    for problem in problems:
        _log.warning("%s", problem)


def _saved(asked: _Asked, workspace: Workspace, access: Access) -> Tasks:
    """org, project and domain that neither the target nor an argument names are those that were planned for."""
    if len(asked.paths) > 1:
        raise UsageError("a saved plan is loaded alone, without other paths")
    if asked.locked:
        raise UsageError("a saved plan is loaded as it is, without locked=True")
    (path,) = asked.paths
    plan = read_plan(path, to_apply=True)
    own = named(_target_of(plan, asked, workspace), asked.flags)
    own = replace(own, org=own.org or plan.org, project=own.project or plan.project, domain=own.domain or plan.domain)
    same_target(plan, own, path)
    place, source = _opened(own, asked, workspace, access)
    chosen = tuple(change for change in plan.changes if asked.choice.wants(change.task.task.name))
    wanted = with_values(replace(plan, changes=chosen), place.salt, workspace)
    changes = pipeline.resumed(wanted, source, current_version(asked.current))
    return _tasks(changes, plan, place, source)


def _target_of(plan: Plan, asked: _Asked, workspace: Workspace) -> Target:
    """Where there is no flyteplan.yaml, as in a pod that has the plan alone, the plan says enough."""
    if workspace.config.targets:
        return workspace.target(asked.target or plan.target or None)
    return Target(name=asked.target or plan.target)


def _opened(target: Target, asked: _Asked, workspace: Workspace, access: Access) -> tuple[Target, Catalog]:
    from flyteplan.flyte.client import Platform

    platform = Platform()
    own = named(target, asked.flags)
    own = replace(
        own,
        org=own.org or platform.org,
        project=own.project or platform.project,
        domain=own.domain or platform.domain,
    )
    if _is_read_there(own, asked, platform):
        return own, platform.catalog(own.org)
    place = placed(own, asked.catalog, asked.flags, access)
    return place, open_catalog(place, asked.catalog, workspace, access)


def _is_read_there(target: Target, asked: _Asked, platform: Platform) -> bool:
    """Whether the templates are read with the SDK's client."""
    if asked.in_cluster and asked.catalog:
        raise UsageError("in_cluster=True reads from the platform, and catalog= from a file (leave one of the two out)")
    if asked.in_cluster and platform.client is None:
        raise UsageError("in_cluster=True: the Flyte SDK is not connected to a platform (call flyte.init first)")
    if asked.in_cluster is not None:
        return asked.in_cluster
    if asked.catalog or target.catalog or platform.client is None:
        return False
    return not target.endpoint or platform.is_at(target.endpoint)


def _tasks(changes: Iterable[Change], plan: Plan, place: Target, source: Catalog) -> Tasks:
    changes = tuple(changes)
    deployed = source.templates({change.task for change in changes if change.desired is not None})
    times = {key: template.deployed_at for key, template in deployed.items()}

    def make(change: Change) -> TaskDetails:
        from flyteplan.flyte.details import details

        return details(change, place.org, times[change.task])

    return Tasks(changes, digest(plan), make)
