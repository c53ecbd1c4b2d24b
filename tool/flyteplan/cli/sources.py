"""The places of `flyteplan.workspace.places`, reached as the flags of this command say."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from flyteplan.cli.options import CONNECTION
from flyteplan.cli.progress import watch, wipe
from flyteplan.errors import UsageError
from flyteplan.model.config import Target
from flyteplan.model.task import Scope
from flyteplan.workspace import Workspace, open_workspace, places
from flyteplan.workspace.places import Access

if TYPE_CHECKING:
    from flyteplan.ports import Catalog, Controller


def placed(target: Target, path: str | None, flags: Mapping[str, str | None]) -> Target:
    return places.placed(target, path, flags, _access())


def open_catalog(target: Target, path: str | None, workspace: Workspace) -> Catalog:
    return places.open_catalog(target, path, workspace, _access())


def is_near(target: Target, path: str | None) -> bool:
    """Whether the catalog is files of this machine."""
    return not places.is_remote(target, path, _access())


def opened(target: str | None, path: str | None, flags: Mapping[str, str | None]) -> tuple[Target, Catalog]:
    """The place that the flags of a command name, and its catalog."""
    workspace = open_workspace()
    place = placed(workspace.target(target), path, flags)
    return place, open_catalog(place, path, workspace)


def scope(target: Target) -> Scope:
    """Raises UsageError for a target that is in no project or no domain."""
    if not (target.project and target.domain):
        raise UsageError("no project or no domain; give --project and --domain, or name them in the target")
    return Scope(target.project, target.domain)


def open_controller(target: Target, path: str | None, workspace: Workspace) -> Controller:
    return places.open_controller(target, path, workspace, _access())


def _access() -> Access:
    """The flags of this command; what it opens is closed when it ends."""
    context = click.get_current_context()
    closing = ExitStack()
    context.call_on_close(closing.close)
    given = {name: value for name, value in context.meta.get(CONNECTION, {}).items() if value is not None}
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    return Access(flags=given, tell=_tell, terminal=terminal, closing=closing, watch=watch())


def _tell(line: str) -> None:
    wipe()
    click.echo(line, err=True)
