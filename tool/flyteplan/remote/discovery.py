"""What the endpoint says of its logins, asked over the channel that all calls take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import grpc
from flyteidl2.auth import auth_service_pb2

from flyteplan.remote.faults import Fault, remote_error
from flyteplan.remote.login import Headers, OAuthMetadata, PublicClient

if TYPE_CHECKING:
    from flyteplan.remote.connection import Connection

_SERVICE = "/flyteidl2.auth.AuthMetadataService/"
_DEADLINE_SECONDS = 15.0


def _no_headers() -> Headers:
    return ()


class EndpointDiscovery:
    """`login.Discovery`. Its calls carry no token; `proxy_headers` is told when the login is made that uses it."""

    def __init__(self, wire: Any, connection: Connection) -> None:
        self._wire, self._connection = wire, connection
        self.proxy_headers: Callable[[], Headers] = _no_headers

    def metadata(self) -> OAuthMetadata:
        found = self._ask("GetOAuth2Metadata")
        return OAuthMetadata(
            token_endpoint=found.token_endpoint,
            authorization_endpoint=found.authorization_endpoint,
            device_authorization_endpoint=found.device_authorization_endpoint,
        )

    def public_client(self) -> PublicClient:
        found = self._ask("GetPublicClientConfig")
        return PublicClient(
            client_id=found.client_id,
            redirect_uri=found.redirect_uri,
            scopes=tuple(found.scopes),
            audience=found.audience,
            authorization_metadata_key=found.authorization_metadata_key,
        )

    def _ask(self, name: str) -> Any:
        request = getattr(auth_service_pb2, f"{name}Request")
        response = getattr(auth_service_pb2, f"{name}Response")
        call = self._wire.unary_unary(
            _SERVICE + name, request_serializer=request.SerializeToString, response_deserializer=response.FromString
        )
        try:
            return call(request(), timeout=_DEADLINE_SECONDS, metadata=self.proxy_headers())
        except grpc.RpcError as error:
            fault = Fault(error.code().name, error.details() or "")
            raise remote_error(fault, name, self._connection) from None
