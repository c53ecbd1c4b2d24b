"""What the endpoint says of its logins, asked over the channel that all calls take."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flyteplan.remote.faults import Fault, fault_of, remote_error
from flyteplan.remote.grpclib import grpc
from flyteplan.remote.login import Headers, LoginError, OAuthMetadata, PublicClient
from flyteplan.remote.methods import GET_OAUTH2_METADATA, GET_PUBLIC_CLIENT_CONFIG, Method
from flyteplan.remote.retry import Limits, may_repeat

if TYPE_CHECKING:
    from flyteplan.remote.connection import Connection
    from flyteplan.remote.wire import Wire

_DEADLINE_SECONDS = 15.0


def _no_headers() -> Headers:
    return ()


class EndpointDiscovery:
    """`login.Discovery`. Its calls carry no token; `proxy_headers` is told when the login is made that uses it."""

    def __init__(self, wire: Wire, connection: Connection, limits: Limits) -> None:
        self._wire, self._connection, self._limits = wire, connection, limits
        self.proxy_headers: Callable[[], Headers] = _no_headers

    def metadata(self) -> OAuthMetadata:
        found = self._ask(GET_OAUTH2_METADATA)
        return OAuthMetadata(
            token_endpoint=found.token_endpoint,
            authorization_endpoint=found.authorization_endpoint,
            device_authorization_endpoint=found.device_authorization_endpoint,
        )

    def public_client(self) -> PublicClient:
        found = self._ask(GET_PUBLIC_CLIENT_CONFIG)
        return PublicClient(
            client_id=found.client_id,
            redirect_uri=found.redirect_uri,
            scopes=tuple(found.scopes),
            audience=found.audience,
            authorization_metadata_key=found.authorization_metadata_key,
        )

    def _ask(self, method: Method) -> Any:
        for attempt in range(1, self._limits.attempts + 1):
            answer = self._once(method)
            if not isinstance(answer, Fault):
                return answer
            if attempt == self._limits.attempts or not may_repeat(answer):
                break
            time.sleep(self._limits.delay(attempt))
        if answer.code == "UNIMPLEMENTED":
            raise LoginError(
                f"{self._connection.endpoint}: the endpoint asks for a login and does not say where to get one",
                "ask its operator, or set FLYTE_AUTH_TYPE to ExternalCommand or Passthrough",
            )
        raise remote_error(answer, method.name, None, self._connection, answered=True)

    def _once(self, method: Method) -> Any:
        seconds = min(_DEADLINE_SECONDS, self._limits.deadline_seconds)
        try:
            return self._wire.unary(method)(method.request(), timeout=seconds, metadata=self.proxy_headers())
        except grpc.RpcError as error:
            return fault_of(error)
