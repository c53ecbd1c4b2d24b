"""Servers on loopback that are no Flyte: other protocols, other certificates, and logins."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import grpc

LARGE = (("grpc.max_send_message_length", -1),)


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A key, and a certificate that it signed itself."""
    key, shown = folder / "key.pem", folder / "cert.pem"
    made = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN={name}"
    command = [*made.split(), "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(shown)]
    subprocess.run(command, check=True, capture_output=True)
    return key, shown


@contextmanager
def grpc_server(
    methods: dict[str, Callable[[bytes, Any], bytes]], credentials: Any = None, options: Any = LARGE
) -> Iterator[str]:
    """Unary methods by their path, from bytes to bytes; gives host:port. Others are UNIMPLEMENTED."""

    class Routes(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, details: Any) -> Any:
            method = methods.get(details.method)
            return grpc.unary_unary_rpc_method_handler(method) if method else None

    server = grpc.server(ThreadPoolExecutor(8), handlers=[Routes()], options=options)
    address = "localhost:0"
    port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    server.start()
    try:
        yield f"localhost:{port}"
    finally:
        server.stop(None).wait()


class _NotFlyte(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Tests have their own output."""


class _Quiet(HTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what we are after."""


@contextmanager
def http1_server(tls: tuple[Path, Path] | None = None) -> Iterator[str]:
    with _Quiet(("127.0.0.1", 0), _NotFlyte) as server:
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls[1], tls[0])
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def silent_server() -> Iterator[str]:
    """It takes connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"127.0.0.1:{server.getsockname()[1]}"
