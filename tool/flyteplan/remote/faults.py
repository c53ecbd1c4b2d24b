"""Errors of gRPC, translated at the edge: what went wrong, in our words, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flyteplan.errors import CatalogError

if TYPE_CHECKING:
    from flyteplan.remote.connection import Connection

_NO_HTTP2 = ("HTTP/2 does not get through", "let the ingress pass HTTP/2 with its trailers")
_NO_SERVICE = ("there is no Flyte 2 service", "check the host, the port and the path")
# What the transport's own words tell, in lower case, and what to do; the first that fits.
_TRANSPORT = {
    "connection refused": ("nothing listens there", "check the host and the port"),
    "dns resolution failed": ("the host is not known", "check its name"),
    "name resolution": ("the host is not known", "check its name"),
    "wrong_version_number": ("the server speaks plaintext", "give --insecure"),
    "certificate_verify_failed": ("its certificate is not trusted", "name its CA in caCertFilePath"),
    "http1.x server": _NO_HTTP2,
    "http/1.1": _NO_HTTP2,
    "trailers": _NO_HTTP2,
    "http2 header with status: 404": _NO_SERVICE,
    "http2 header with status": ("a proxy answers in place of Flyte", "look at the ingress in front of it"),
}
_HANGS_UP = ("it hangs up", "if it is TLS that it speaks, leave out --insecure")
# The same, where we speak plaintext.
_PLAINTEXT = dict.fromkeys(("socket closed", "connection reset", "eof", "end of tcp stream"), _HANGS_UP)
_OF_TRANSPORT = frozenset({"UNAVAILABLE", "UNKNOWN", "UNIMPLEMENTED", "INTERNAL"})
_CODES = {
    "UNAUTHENTICATED": (
        "the login is missing or expired",
        "log in again, or check the credentials of the Flyte configuration",
    ),
    "PERMISSION_DENIED": ("no permission", "ask for access to the project and domain"),
    "UNIMPLEMENTED": ("the server does not know this call", "check that it is a Flyte 2 backend, and not Flyte 1"),
    "DEADLINE_EXCEEDED": ("no answer in time", "try again, or look at the server"),
    "RESOURCE_EXHAUSTED": ("too much for one answer, or too many calls", "try again later"),
    "NOT_FOUND": ("not found", "check the project and the domain"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """How one call failed: the name of the gRPC code, and the server's own words."""

    code: str
    details: str


class RemoteError(CatalogError):
    """A call failed for good; `fault` says how, the message what to do."""

    def __init__(self, message: str, fault: Fault) -> None:
        super().__init__(message)
        self.fault = fault


def remote_error(fault: Fault, call: str, connection: Connection) -> RemoteError:
    """What *fault* of *call* means to a user of this connection."""
    what, hint = _explained(fault, connection)
    said = f": {_first_line(fault.details)}" if fault.details else ""
    return RemoteError(f"{connection.endpoint}: {what} ({hint}) [{call}: {fault.code}{said}]", fault)


def _explained(fault: Fault, connection: Connection) -> tuple[str, str]:
    text = fault.details.lower()
    table = {**_TRANSPORT, **_PLAINTEXT} if connection.insecure else _TRANSPORT
    for words, explained in table.items():
        if fault.code in _OF_TRANSPORT and words in text:
            return explained
    return _CODES.get(fault.code, ("the call failed", "try again, or look at the server's log"))


def _first_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else line[:297] + "..."
