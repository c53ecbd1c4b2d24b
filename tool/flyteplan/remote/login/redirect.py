"""The end of a login in a browser: the address on this machine that the browser is sent to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread
from urllib.parse import SplitResult, urlsplit

from flyteplan.remote.login.errors import LoginError

_HOSTS = {"localhost": "127.0.0.1", "127.0.0.1": "127.0.0.1"}
_PAGE = "<!doctype html><meta charset=utf-8><title>flyteplan</title><p>{}"
_DONE = "Done. You can close this window and go back to the terminal."
_NOT_OURS = "This is not the answer to the login that is under way."


class _Server(ThreadingTCPServer):
    """Threads, since browsers open connections that they say nothing on."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextmanager
def listening(uri: str, take: Callable[[str], bool]) -> Iterator[None]:
    """Listens at *uri*; *take* gets every address that the browser is sent to, and says whether it is the one.

    Raises LoginError when *uri* is not on this machine, or something else listens there.
    """
    parts = _local(uri)
    try:
        server = _Server((_HOSTS[parts.hostname or ""], parts.port or 0), _handler(uri, parts.path, take))
    except OSError as error:
        message = f"the login can not come back to {uri}: {error.strerror}"
        raise LoginError(message, "end what listens there, or set FLYTE_AUTH_TYPE=DeviceFlow") from None
    with server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


def _local(uri: str) -> SplitResult:
    parts = urlsplit(uri)
    if parts.scheme != "http" or parts.hostname not in _HOSTS or not parts.port:
        message = f"the endpoint sends logins back to {uri or 'nowhere'}, which is no port of this machine"
        raise LoginError(message, "set FLYTE_AUTH_TYPE=DeviceFlow")
    return parts


def _handler(uri: str, path: str, take: Callable[[str], bool]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path.rstrip("/") != path.rstrip("/"):
                self._answer(404, "")
            elif take(f"{uri}?{asked.query}"):
                self._answer(200, _DONE)
            else:
                self._answer(400, _NOT_OURS)

        def _answer(self, status: int, text: str) -> None:
            page = _PAGE.format(text).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *args: object) -> None:
            """Says nothing: the addresses hold codes."""

    return Handler
