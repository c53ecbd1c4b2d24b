"""An endpoint opened: the wire to it and who logs in on it, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flyteplan.remote.connection import Connection
from flyteplan.remote.discovery import EndpointDiscovery
from flyteplan.remote.login import Login, browser, login
from flyteplan.remote.retry import Limits
from flyteplan.remote.wire import Wire

if TYPE_CHECKING:
    from contextlib import ExitStack


def opened(
    connection: Connection,
    tell: Callable[[str], None],
    *,
    environ: Mapping[str, str],
    terminal: bool,
    closing: ExitStack,
    limits: Limits,
) -> tuple[Wire, Login]:
    """What a `Channel` is made of; *closing* ends the connection. Nothing is sent before the first question.

    *tell* shows a line to the user: what a login needs, and that a certificate is not verified; *terminal* is whether
    there is one who can log in with a browser.
    """
    wire = Wire(connection, tell)
    closing.callback(wire.close)
    discovery = EndpointDiscovery(wire, connection, limits)
    access = login(connection, discovery, tell, browser(environ, terminal))
    discovery.proxy_headers = access.proxy_headers
    return wire, access
