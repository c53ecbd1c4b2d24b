"""A Flyte 2 endpoint as a catalog."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flyteplan.remote.catalog import RemoteCatalog
from flyteplan.remote.channel import Channel, open_channel
from flyteplan.remote.connection import Connection
from flyteplan.remote.discovery import EndpointDiscovery
from flyteplan.remote.login import Login, browser, login

if TYPE_CHECKING:
    from contextlib import ExitStack

__all__ = ["RemoteCatalog", "open_remote"]


def open_remote(
    connection: Connection,
    org: str,
    tell: Callable[[str], None],
    *,
    environ: Mapping[str, str],
    terminal: bool,
    closing: ExitStack,
) -> RemoteCatalog:
    """The catalog of an endpoint; *closing* ends the connection. Nothing is sent before the first question.

    *tell* shows a line to the user; *terminal* is whether there is one who can log in with a browser.
    """
    wire = open_channel(connection)
    closing.callback(wire.close)
    discovery = EndpointDiscovery(wire, connection)
    access: Login = login(connection, discovery, tell, browser(environ, terminal))
    discovery.proxy_headers = access.proxy_headers
    return RemoteCatalog(Channel(wire, connection, access), address=connection.endpoint, org=org)
