"""`flyteplan serve`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal

import click

from flyteplan.errors import UsageError
from flyteplan.files.ownfolder import ROOT, own_folder
from flyteplan.local.services import Handler, handlers
from flyteplan.local.variant import OPEN_SOURCE, STRICT
from flyteplan.model import duration
from flyteplan.serve import Server
from flyteplan.serve.embedded import open_store
from flyteplan.serve.trouble import Trouble, Wishes

DEFAULT_CATALOG = f"{ROOT}/catalog.db"


@click.command("serve")
@click.option(
    "--catalog",
    type=click.Path(readable=False),
    metavar="PATH",
    help=f"A catalog database, or a snapshot to begin with ({DEFAULT_CATALOG}).",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0, the default: any that is free.")
@click.option("--strict", is_flag=True, help="Refuse what breaks the rules of the protos, as a hosted backend does.")
@click.option("--latency", default="0s", metavar="DURATION", help="Before every answer (20ms).")
@click.option("--unavailable-every", type=click.IntRange(0), default=0, metavar="N", help="Every nth call fails.")
@click.option("--reset-every", type=click.IntRange(0), default=0, metavar="N", help="Every nth call is reset.")
@click.option("--slow-every", type=click.IntRange(0), default=0, metavar="N", help="Every nth call waits for --slow.")
@click.option("--slow", default="30s", metavar="DURATION", help="How much longer (30s).")
@click.option("--exit-after", type=click.IntRange(0), default=0, metavar="N", help="Die after n calls.")
def command(catalog: str | None, port: int, strict: bool, latency: str, slow: str, **every: int) -> None:
    """Put the local catalog on gRPC, on the loopback interface.

    Prints one line of JSON with the endpoint when it is ready, and ends on SIGTERM and SIGINT. A snapshot is read into
    memory: what is written to it is gone at the end.
    """
    wishes = Wishes(latency=_seconds("--latency", latency), slow=_seconds("--slow", slow), **every)
    path = catalog or _default_catalog()
    with open_store(path) as store:
        served = handlers(store, variant=STRICT if strict else OPEN_SOURCE)
        asyncio.run(_serve(served, Trouble(wishes), port, path))


def _default_catalog() -> str:
    with contextlib.suppress(OSError):  # whoever opens the catalog there tells what is wrong
        own_folder(".")
    return DEFAULT_CATALOG


def _seconds(flag: str, text: str) -> float:
    nanoseconds = duration.parse(text)
    if nanoseconds is None:
        raise UsageError(f"{flag} {text}: not a duration (write 20ms, 1s or 1m30s)")
    return nanoseconds / duration.SECOND


async def _serve(served: tuple[Handler, ...], trouble: Trouble, port: int, catalog: str) -> None:
    server = Server(served, trouble)
    endpoint = await server.start(port)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    click.echo(json.dumps({"endpoint": endpoint, "catalog": catalog, "pid": os.getpid()}))
    await stopped.wait()
    await server.stop()
