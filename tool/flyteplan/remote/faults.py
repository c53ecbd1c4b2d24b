"""Errors of gRPC, translated at the edge: what went wrong, in our words, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flyteplan.errors import CatalogError
from flyteplan.model.run import RunName
from flyteplan.model.task import Scope, TaskName, TaskVersion
from flyteplan.record import dataclass

if TYPE_CHECKING:
    from flyteplan.remote.connection import Connection

_NO_HTTP2 = ("HTTP/2 does not get through", "let the ingress pass HTTP/2 with its trailers, or check the port")
_NO_SERVICE = ("there is no Flyte 2 service", "check the host, the port and the path")
_UNKNOWN_HOST = ("the host is not known", "check its name, and the network")
_HANGS_UP = ("it hangs up", "if it is TLS that it speaks, leave out --insecure")
_GONE = ("the server has answered before, and is gone", "try again, or look at the server")
_SILENT = ("nothing answers there", "check the host and the port, and the network: VPN, firewall")
# What is wrong with how the endpoint is reached, told by the transport's own words in lower case; the first that fits.
_MISTAKES = {
    "errors resolving": _UNKNOWN_HOST,
    "dns resolution failed": _UNKNOWN_HOST,
    "wrong_version_number": ("the server speaks plaintext", "give --insecure"),
    "certificate has expired": ("its certificate has expired", "have it renewed"),
    "certificate_verify_failed": ("its certificate is not trusted", "name the file of its CA in caCertFilePath"),
    "hostname verification": ("its certificate is one for another host", "use the host name that it is for"),
    "failed to create security handshaker": ("the CA file can not be used", "name a PEM file in caCertFilePath"),
    "failed parsing http/2": _NO_HTTP2,
    "selected alpn": _NO_HTTP2,
    "http1.x server": _NO_HTTP2,
    "http/1.1": _NO_HTTP2,
    "trailers": _NO_HTTP2,
}
# What may pass.
_TROUBLES = {
    "connection refused": ("nothing listens there", "check the host and the port"),
    "timeout occurred": _SILENT,
    "fd shutdown": _SILENT,
    "http2 header with status: 404": _NO_SERVICE,
    "http2 header with status": ("a proxy answers in place of Flyte", "look at the ingress in front of it"),
}
_CLOSED = ("socket closed", "connection reset", "eof", "end of tcp stream", "goaway")
_OF_TRANSPORT = frozenset({"UNAVAILABLE", "UNKNOWN", "UNIMPLEMENTED", "INTERNAL"})
_CODES = {
    "UNAVAILABLE": ("the server is not available", "try again, or look at the server"),
    "UNAUTHENTICATED": (
        "the login is missing or expired",
        "log in again, or check the credentials of the Flyte configuration",
    ),
    "PERMISSION_DENIED": ("no permission", "ask for access to the project and domain"),
    "UNIMPLEMENTED": ("the server does not know this call", "check that it is a Flyte 2 backend, and not Flyte 1"),
    "DEADLINE_EXCEEDED": ("no answer in time", "try again; else check the host and the port, and the server"),
    "RESOURCE_EXHAUSTED": ("the server has too much to do", "try again later"),
    "NOT_FOUND": ("not found", "check the project and the domain"),
    "INVALID_ARGUMENT": ("the server refuses the question", "check the org, the project and the domain of the target"),
    "CANCELLED": ("the call was cancelled", "try again"),
}
_TOO_LARGE = ("an answer is larger than 64 MiB", "leave this task out, or deploy it with a smaller template")


@dataclass(frozen=True, slots=True)
class Fault:
    """How one call failed: the name of the gRPC code, the server's own words, and the id of the request in its log."""

    code: str
    details: str
    request_id: str = ""


class RemoteError(CatalogError):
    """A call failed for good; `fault` says how, the message what to do."""

    def __init__(self, message: str, fault: Fault) -> None:
        super().__init__(message)
        self.fault = fault


def fault_of(error: Any) -> Fault:
    """Of what a call of gRPC raised. A future that was cancelled tells nothing."""
    code = error.code() if hasattr(error, "code") else None
    return Fault(code.name, error.details() or "") if code else Fault("CANCELLED", "")


def is_of_transport(fault: Fault) -> bool:
    """Whether what is between us and the server may have said it."""
    return fault.code in _OF_TRANSPORT


def is_mistake(fault: Fault) -> bool:
    """Whether the endpoint, or how we speak to it, is wrong, so that trying again is in vain."""
    return fault.code in _OF_TRANSPORT and _first(_MISTAKES, fault.details) is not None


def remote_error(fault: Fault, call: str, subject: Any, connection: Connection, *, answered: bool) -> RemoteError:
    """What *fault* of *call* about *subject* means to a user, in one line.

    *answered* is whether the server ever did: then what ends a connection is no mistake of the user's.
    """
    what, hint = _explained(fault, connection, answered=answered)
    said = f": {_one_line(fault.details)}" if fault.details else ""
    of = f" of {named(subject)}" if named(subject) else ""
    number = f", request {fault.request_id}" if fault.request_id and fault.code != "UNAVAILABLE" else ""
    return RemoteError(f"{connection.endpoint}: {what} ({hint}) [{call}{of}: {fault.code}{said}{number}]", fault)


def _explained(fault: Fault, connection: Connection, *, answered: bool) -> tuple[str, str]:
    general = _CODES.get(fault.code, ("the call failed", "try again, or look at the server's log"))
    if fault.code == "RESOURCE_EXHAUSTED" and "larger than max" in fault.details.lower():
        return _TOO_LARGE
    if fault.code not in _OF_TRANSPORT:
        return general
    lost = dict.fromkeys((*_CLOSED, "connection refused"), _GONE) if answered else {}
    closed = dict.fromkeys(_CLOSED, _HANGS_UP) if connection.insecure else {}
    return _first({**_MISTAKES, **_TROUBLES, **closed, **lost}, fault.details) or general


def _first(table: dict[str, tuple[str, str]], details: str) -> tuple[str, str] | None:
    text = details.lower()
    return next((explained for words, explained in table.items() if words in text), None)


def named(subject: Any) -> str:
    """What a call was about, "" when nothing in particular."""
    if isinstance(subject, TaskVersion):
        return f"{subject.task} {subject.version}"
    if isinstance(subject, Scope):
        return f"{subject.project}/{subject.domain}"
    return str(subject) if isinstance(subject, (TaskName, RunName)) else ""


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else line[:297] + "..."
