"""The places of `flyteplan.workspace.places`, reached as the flags of this command say."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from flyteplan.cli.options import CONNECTION
from flyteplan.model.config import Target
from flyteplan.workspace import Workspace, places
from flyteplan.workspace.places import Access

if TYPE_CHECKING:
    from flyteplan.ports import Catalog, Controller


def placed(target: Target, path: str | None, flags: Mapping[str, str | None]) -> Target:
    return places.placed(target, path, flags, _access())


def open_catalog(target: Target, path: str | None, workspace: Workspace) -> Catalog:
    return places.open_catalog(target, path, workspace, _access())


def open_controller(target: Target, path: str | None, workspace: Workspace) -> Controller:
    return places.open_controller(target, path, workspace, _access())


def _access() -> Access:
    """The flags of this command; what it opens is closed when it ends."""
    context = click.get_current_context()
    closing = ExitStack()
    context.call_on_close(closing.close)
    given = {name: value for name, value in context.meta.get(CONNECTION, {}).items() if value is not None}
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    return Access(flags=given, tell=_tell, terminal=terminal, closing=closing)


def _tell(line: str) -> None:
    click.echo(line, err=True)
