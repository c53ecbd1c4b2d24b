"""Where templates are read from, and whose: a snapshot, a catalog database, or a Flyte endpoint."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from flyteplan.cli.options import CONNECTION
from flyteplan.cli.workspace import Workspace, open_workspace
from flyteplan.errors import UsageError
from flyteplan.files.paths import shown
from flyteplan.files.snapshot import SUFFIX, SnapshotCatalog
from flyteplan.model.config import Target
from flyteplan.model.task import Scope

if TYPE_CHECKING:
    from flyteplan.ports import Catalog, Controller
    from flyteplan.remote.connection import Connection

_NOWHERE = "no catalog: name one in the target of flyteplan.yaml, or give --catalog PATH or --endpoint HOST"


def placed(target: Target, path: str | None, flags: Mapping[str, str | None]) -> Target:
    """*target* with org, project and domain of the flags, else of Flyte's variables, else its own; so is the salt.

    For an endpoint, what none of them names comes from Flyte's own configuration file.
    """
    own = replace(
        target,
        org=_first(flags["org"], "FLYTE_TASK_ORG", target.org),
        project=_first(flags["project"], "FLYTE_TASK_PROJECT", target.project),
        domain=_first(flags["domain"], "FLYTE_TASK_DOMAIN", target.domain),
        salt=_first(None, "FLYTEPLAN_SALT", target.salt),
    )
    if not _is_remote(target, path):
        return own
    found = _connection(own)
    org = own.org or found.org or found.guessed_org
    return replace(own, org=org, project=own.project or found.project, domain=own.domain or found.domain)


def _first(flag: str | None, variable: str, configured: str) -> str:
    return flag or os.environ.get(variable) or configured


def open_catalog(target: Target, path: str | None, workspace: Workspace) -> Catalog:
    """That of the flags, else of the target, else of Flyte's configuration. Raises UsageError where there is none."""
    if _is_remote(target, path):
        return _remote(target)
    return open_file(path or os.path.join(workspace.root, target.catalog), workspace)


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


def open_file(path: str, workspace: Workspace) -> Catalog:
    """A .jsonl file or a folder of them, or else a catalog database."""
    if path.endswith(SUFFIX) or os.path.isdir(path):
        return SnapshotCatalog(path, root=workspace.root)
    from flyteplan.local.catalog import LocalCatalog

    return LocalCatalog(path, root=workspace.root)


def open_controller(target: Target, path: str | None, workspace: Workspace) -> Controller:
    """Where versions are deployed to: the place that `open_catalog` reads. Raises UsageError for a snapshot."""
    if _is_remote(target, path):
        from flyteplan.remote.controller import open_controller as open_endpoint

        return open_endpoint(_connection(target), target.org, _tell, **_session())
    place = path or os.path.join(workspace.root, target.catalog)
    if place.endswith(SUFFIX) or os.path.isdir(place):
        name = shown(place, workspace.root)
        hint = f"pull it into a catalog database first: flyteplan pull --catalog {name} --into catalog.db"
        raise UsageError(f"{name} is a snapshot, and snapshots are only read ({hint}; or give --endpoint HOST)")
    from flyteplan.local.controller import LocalController

    return LocalController(place, root=workspace.root)


def _is_remote(target: Target, path: str | None) -> bool:
    if path:
        return False
    return bool(_flags().get("endpoint")) or not target.catalog


def _flags() -> dict[str, Any]:
    found: dict[str, Any] = click.get_current_context().meta.get(CONNECTION, {})
    return {name: value for name, value in found.items() if value is not None}


def _connection(target: Target) -> Connection:
    from flyteplan.remote.connection import Flags, connection

    try:
        return connection(Flags(**_flags()), os.environ, os.getcwd(), target)
    except UsageError as error:
        if str(error).startswith("no endpoint"):
            raise UsageError(_NOWHERE) from None
        raise


def _remote(target: Target) -> Catalog:
    from flyteplan.remote import open_remote

    return open_remote(_connection(target), target.org, _tell, **_session())


def _session() -> dict[str, Any]:
    """What a connection takes from the process: its variables, whether a person is there, and when it ends."""
    closing = ExitStack()
    click.get_current_context().call_on_close(closing.close)
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    return {"environ": os.environ, "terminal": terminal, "closing": closing}


def _tell(line: str) -> None:
    click.echo(line, err=True)
