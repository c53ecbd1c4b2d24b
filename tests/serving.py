"""The server of `flyteplan serve` in a thread of the tests, and controllers that deploy to it."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from flyteplan.local.services import handlers
from flyteplan.local.store import Store
from flyteplan.model.config import Target
from flyteplan.remote.connection import Flags, connection
from flyteplan.remote.controller import RemoteController, open_controller
from flyteplan.remote.retry import Limits
from flyteplan.serve import Server
from flyteplan.serve.trouble import Trouble, Wishes

QUICK = Limits(deadline_seconds=10, attempts=4, first_delay_seconds=0.01)


@contextmanager
def serving(database: Path, wishes: Wishes | None = None) -> Iterator[str]:
    """host:port of a server over the catalog *database*, which is made when it is not there."""
    ready: list[str] = []
    started = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        with Store(str(database), mode="create") as store:
            server = Server(handlers(store), Trouble(wishes or Wishes()))
            ready.append(await server.start(0))
            started.set()
            await stop.wait()
            await server.stop()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


@contextmanager
def deploying(
    endpoint: str, limits: Limits = QUICK, tell: Callable[[str], Any] = pytest.fail
) -> Iterator[RemoteController]:
    with ExitStack() as closing:
        found = connection(Flags(endpoint=endpoint, insecure=True), {}, os.sep, Target(name="test"))
        yield open_controller(found, "", tell, environ={}, terminal=False, closing=closing, limits=limits)
