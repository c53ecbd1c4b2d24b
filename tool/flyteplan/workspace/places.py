"""Where templates are read from, and whose: a snapshot, a catalog database, or a Flyte endpoint."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flyteplan.errors import InputError, UsageError
from flyteplan.files.paths import shown
from flyteplan.model.config import Target
from flyteplan.model.filenames import DATABASE_SUFFIX, SNAPSHOT_SUFFIX
from flyteplan.ports import Watch, unwatched
from flyteplan.record import dataclass, field, replace
from flyteplan.workspace import UNCONFIGURED, Workspace

if TYPE_CHECKING:
    from contextlib import ExitStack

    from flyteplan.ports import Catalog, Controller
    from flyteplan.remote.connection import Connection

_FLAGS = "give --catalog PATH or --endpoint HOST"
_NOWHERE = f"no catalog (name one in a target of flyteplan.yaml, or {_FLAGS})"
_UNCONFIGURED = f"no catalog: {UNCONFIGURED} (go to the repository that has it, or {_FLAGS})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How an endpoint is reached: `flags` are those of `remote.connection.Flags` that were given.

    `tell` shows a line to the user, `terminal` is whether there is one who can log in, `closing` ends connections,
    `watch` looks how far many answers are.
    """

    flags: Mapping[str, Any] = field(default_factory=dict)
    tell: Callable[[str], None]
    terminal: bool = False
    closing: ExitStack
    watch: Watch = unwatched

    @property
    def session(self) -> dict[str, Any]:
        """What a connection takes from the process."""
        return {"environ": os.environ, "terminal": self.terminal, "closing": self.closing}


def placed(target: Target, path: str | None, flags: Mapping[str, str | None], access: Access) -> Target:
    """*target* with org, project and domain of the flags, else of Flyte's variables, else its own; so is the salt.

    For an endpoint, what none of them names comes from Flyte's own configuration file.
    """
    own = named(target, flags)
    if not is_remote(target, path, access):
        return own
    found = _connection(own, access)
    org = own.org or found.org or found.guessed_org
    return replace(own, org=org, project=own.project or found.project, domain=own.domain or found.domain)


def named(target: Target, flags: Mapping[str, str | None]) -> Target:
    """As `placed`, without the configuration file."""
    return replace(
        target,
        org=_first(flags["org"], "FLYTE_TASK_ORG", target.org),
        project=_first(flags["project"], "FLYTE_TASK_PROJECT", target.project),
        domain=_first(flags["domain"], "FLYTE_TASK_DOMAIN", target.domain),
        salt=_first(None, "FLYTEPLAN_SALT", target.salt),
    )


def _first(flag: str | None, variable: str, configured: str) -> str:
    return flag or os.environ.get(variable) or configured


def open_catalog(target: Target, path: str | None, workspace: Workspace, access: Access) -> Catalog:
    """That of the flags, else of the target, else of Flyte's configuration. Raises UsageError where there is none."""
    if is_remote(target, path, access):
        from flyteplan.remote import open_remote

        return open_remote(_connection(target, access), target.org, access.tell, watch=access.watch, **access.session)
    return open_file(path or _configured(target, workspace), workspace)


def _configured(target: Target, workspace: Workspace) -> str:
    """Raises InputError where nothing is there. A database may still have to be filled: its own error says how."""
    path = os.path.join(workspace.root, target.catalog)
    if path.endswith(DATABASE_SUFFIX) or os.path.lexists(path):
        return path
    from flyteplan.workspace.wrongpaths import lost

    wrong = lost(workspace, "catalog", path)
    if wrong:
        raise InputError([wrong])
    return path


def open_file(path: str, workspace: Workspace) -> Catalog:
    """A .jsonl file or a folder of them, or else a catalog database."""
    if path.endswith(SNAPSHOT_SUFFIX) or os.path.isdir(path):
        from flyteplan.files.snapshot import SnapshotCatalog

        return SnapshotCatalog(path, root=workspace.root)
    from flyteplan.local.catalog import LocalCatalog

    return LocalCatalog(path, root=workspace.root)


def open_controller(target: Target, path: str | None, workspace: Workspace, access: Access) -> Controller:
    """Where versions are deployed to: the place that `open_catalog` reads. Raises UsageError for a snapshot."""
    if is_remote(target, path, access):
        from flyteplan.remote.controller import open_controller as open_endpoint

        return open_endpoint(_connection(target, access), target.org, access.tell, **access.session)
    place = path or _configured(target, workspace)
    if place.endswith(SNAPSHOT_SUFFIX) or os.path.isdir(place):
        name = shown(place, workspace.root)
        hint = f"pull it into a catalog database first: flyteplan pull --catalog {name} --into catalog.db"
        raise UsageError(f"{name} is a snapshot, and snapshots are only read ({hint}; or give --endpoint HOST)")
    from flyteplan.local.controller import LocalController

    return LocalController(place, root=workspace.root)


def is_remote(target: Target, path: str | None, access: Access) -> bool:
    if path:
        return False
    return bool(access.flags.get("endpoint")) or not target.catalog


def _connection(target: Target, access: Access) -> Connection:
    from flyteplan.remote.connection import Flags, connection

    try:
        return connection(Flags(**access.flags), os.environ, os.getcwd(), target)
    except UsageError as error:
        if str(error).startswith("no endpoint"):
            raise UsageError(_NOWHERE if target.name else _UNCONFIGURED) from None
        raise
