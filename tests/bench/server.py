"""The server of `flyteplan serve` over a copy of a catalog, which also tells the calls that it took.

    python -m tests.bench.server CATALOG MILLISECONDS

Prints its endpoint, then for every line on the standard input the calls since the last one, by method.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
from pathlib import Path

from flyteplan.local.services import handlers
from flyteplan.local.store import Store
from flyteplan.serve import Server
from flyteplan.serve.trouble import Trouble, Wishes


def main(catalog: str, milliseconds: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "catalog.db"
        shutil.copyfile(catalog, copy)
        with Store(str(copy), mode="create") as store:
            asyncio.run(_serve(store, Trouble(Wishes(latency=int(milliseconds) / 1000))))


async def _serve(store: Store, trouble: Trouble) -> None:
    server = Server(handlers(store), trouble)
    _say({"endpoint": await server.start(0)})
    while await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        _say(dict(sorted(trouble.calls.items())))
        trouble.calls.clear()
    await server.stop()


def _say(content: object) -> None:
    print(json.dumps(content), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
