"""The local catalog on gRPC, on this machine only: for tests, and for trying things out without a cluster.

What the services answer is decided in `flyteplan.local`; here are the wire, and the faults that one asks for.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from typing import Any

# Before it is imported: what matters of gRPC's own log comes back as an error.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc
import grpc.aio

from flyteplan.errors import UsageError
from flyteplan.local.faults import Fault
from flyteplan.local.services import Handler
from flyteplan.serve.trouble import Trouble

HOST = "127.0.0.1"
_NOTHING_NEW_SECONDS = 0.1
_OPTIONS = (("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1), ("grpc.so_reuseport", 0))


class Server:
    """Start it in an event loop; all handlers run in its thread, one after another, as SQLite wants it."""

    def __init__(self, handlers: Iterable[Handler], trouble: Trouble) -> None:
        self._server = grpc.aio.server(options=_OPTIONS)
        self._server.add_generic_rpc_handlers((_Routes(handlers, trouble),))

    async def start(self, port: int) -> str:
        """Listens on *port* of the loopback interface, 0 for any that is free; gives host:port. Raises UsageError."""
        try:
            bound = self._server.add_insecure_port(f"{HOST}:{port}")
        except RuntimeError:
            raise UsageError(
                f"port {port} can not be had: something else may listen there (give another --port)"
            ) from None
        await self._server.start()
        return f"{HOST}:{bound}"

    async def stop(self) -> None:
        await self._server.stop(grace=1.0)


class _Routes(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Paths to handlers; what is not known is answered by gRPC itself, with UNIMPLEMENTED."""

    def __init__(self, handlers: Iterable[Handler], trouble: Trouble) -> None:
        self._routes = {handler.path: _rpc(handler, trouble) for handler in handlers}

    def service(self, handler_call_details: Any) -> Any:
        return self._routes.get(handler_call_details.method)


def _rpc(handler: Handler, trouble: Trouble) -> Any:
    make = grpc.unary_stream_rpc_method_handler if handler.streams else grpc.unary_unary_rpc_method_handler
    return make(
        _stream(handler, trouble) if handler.streams else _unary(handler, trouble),
        request_deserializer=handler.request.FromString,
        response_serializer=handler.response.SerializeToString,
    )


def _unary(handler: Handler, trouble: Trouble) -> Any:
    async def answer(request: Any, context: Any) -> Any:
        await _suffer(handler, trouble, context)
        try:
            return handler.call(request)
        except Fault as fault:
            await context.abort(_code(fault), fault.message)

    return answer


def _stream(handler: Handler, trouble: Trouble) -> Any:
    async def answer(request: Any, context: Any) -> AsyncIterator[Any]:
        await _suffer(handler, trouble, context)
        try:
            for message in handler.call(request):
                if message is None:
                    await asyncio.sleep(_NOTHING_NEW_SECONDS)
                else:
                    yield message
        except Fault as fault:
            await context.abort(_code(fault), fault.message)

    return answer


async def _suffer(handler: Handler, trouble: Trouble, context: Any) -> None:
    fault = trouble.of_call(handler.path)
    await asyncio.sleep(fault.delay)
    if fault.code:
        await context.abort(grpc.StatusCode[fault.code], fault.message)


def _code(fault: Fault) -> Any:
    return grpc.StatusCode[fault.code]
