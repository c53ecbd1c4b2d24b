"""A Flyte 2 endpoint as a catalog."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flyteplan.ports import Watch, unwatched
from flyteplan.remote.catalog import RemoteCatalog
from flyteplan.remote.channel import Channel
from flyteplan.remote.connection import Connection
from flyteplan.remote.opening import opened
from flyteplan.remote.retry import Limits

if TYPE_CHECKING:
    from contextlib import ExitStack

__all__ = ["Limits", "RemoteCatalog", "open_remote"]

_LIMITS = Limits()


def open_remote(
    connection: Connection,
    org: str,
    tell: Callable[[str], None],
    *,
    environ: Mapping[str, str],
    terminal: bool,
    closing: ExitStack,
    limits: Limits = _LIMITS,
    watch: Watch = unwatched,
) -> RemoteCatalog:
    """The catalog of an endpoint; *closing* ends the connection. Nothing is sent before the first question.

    *tell* shows a line to the user: what a login needs, and that a certificate is not verified; *terminal* is whether
    there is one who can log in with a browser; *watch* looks how far many answers are.
    """
    wire, access = opened(connection, tell, environ=environ, terminal=terminal, closing=closing, limits=limits)
    return RemoteCatalog(Channel(wire, connection, access, limits), address=connection.endpoint, org=org, watch=watch)
