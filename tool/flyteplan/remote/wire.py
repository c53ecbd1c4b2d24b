"""The gRPC channel: TLS as the connection asks for it, and large messages."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flyteplan.errors import CatalogError
from flyteplan.remote.grpclib import grpc

if TYPE_CHECKING:
    from flyteplan.remote.connection import Connection
    from flyteplan.remote.methods import Method

MAXIMUM_MESSAGE_BYTES = 64 * 1024 * 1024
_CONNECT_SECONDS = 10.0
_OPTIONS: tuple[tuple[str, Any], ...] = (
    ("grpc.max_receive_message_length", MAXIMUM_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAXIMUM_MESSAGE_BYTES),
    # One that does not answer is given up early; the calls have longer, since some of them take long.
    ("grpc.min_reconnect_backoff_ms", int(_CONNECT_SECONDS * 1000)),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.enable_retries", 0),
)


class Wire:
    """Opened by the first call. *tell* hears of it when nobody verifies whom we speak to."""

    def __init__(self, connection: Connection, tell: Callable[[str], None]) -> None:
        self._connection, self._tell = connection, tell
        self._calls: dict[str, Any] = {}

    def unary(self, method: Method) -> Any:
        """What makes calls of a method. Raises CatalogError when the channel can not be opened."""
        if method.path not in self._calls:
            self._calls[method.path] = self._channel.unary_unary(
                method.path,
                request_serializer=method.request.SerializeToString,
                response_deserializer=method.response.FromString,
            )
        return self._calls[method.path]

    def close(self) -> None:
        if "_channel" in self.__dict__:
            self._channel.close()

    @cached_property
    def _channel(self) -> Any:
        connection = self._connection
        if connection.insecure:
            return grpc.insecure_channel(connection.endpoint, options=_OPTIONS)
        roots, name = self._trusted()
        options = (*_OPTIONS, ("grpc.ssl_target_name_override", name)) if name else _OPTIONS
        credentials = grpc.ssl_channel_credentials(root_certificates=roots)
        return grpc.secure_channel(connection.endpoint, credentials, options=options)

    def _trusted(self) -> tuple[bytes | None, str]:
        """The certificates to trust, None for those of gRPC, and the name to look for in place of the host's."""
        if self._connection.ca_file:
            return _read(self._connection), ""
        if self._connection.skip_verify:
            self._tell(
                f"warning: the certificate of {self._connection.host} is not verified (insecureSkipVerify): whoever "
                "stands between can read and change everything, the login included"
            )
            return _shown(self._connection)
        return None, ""


def _read(connection: Connection) -> bytes:
    try:
        with open(connection.ca_file, "rb") as file:
            content = file.read()
    except OSError as error:
        what = f"the CA file {connection.ca_file} can not be read: {error.strerror}"
        raise CatalogError(f"{connection.endpoint}: {what} (check caCertFilePath)") from None
    if b"-----BEGIN CERTIFICATE-----" not in content:
        what = f"the CA file {connection.ca_file} holds no certificate"
        raise CatalogError(f"{connection.endpoint}: {what} (name a PEM file in caCertFilePath)")
    return content


def _shown(connection: Connection) -> tuple[bytes, str]:
    """The certificate that the server shows, and a name that is in it: gRPC always verifies, so we make it true."""
    import socket
    import ssl

    host, _, port = connection.host.rpartition(":")
    address = (host.strip("[]"), int(port))
    try:
        shown = ssl.get_server_certificate(address, timeout=_CONNECT_SECONDS)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=shown)
        with (
            socket.create_connection(address, timeout=_CONNECT_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=address[0]) as verified,
        ):
            return shown.encode(), _name(verified.getpeercert())
    except ssl.SSLCertVerificationError as error:
        what, hint = f"its certificate can not be used: {error.verify_message}", "have it renewed"
    except TimeoutError:
        what, hint = "nothing answers there", "check the host and the port, and the network: VPN, firewall"
    except ssl.SSLError:
        what, hint = "the server speaks no TLS", "if it speaks plaintext, give --insecure"
    except OSError as error:
        what, hint = f"no connection: {error.strerror or error}", "check the host and the port"
    raise CatalogError(f"{connection.endpoint}: {what} ({hint})")


def _name(certificate: Any) -> str:
    """A certificate for *.example.org is one for any.example.org."""
    names = [value for _, value in certificate.get("subjectAltName", ())]
    names += [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
    return names[0].replace("*", "any", 1) if names else ""
