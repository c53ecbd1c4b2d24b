"""The server of `flyteplan serve` in a thread of the tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flyteplan.local.services import handlers
from flyteplan.local.store import Store
from flyteplan.serve import Server
from flyteplan.serve.trouble import Trouble, Wishes


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
