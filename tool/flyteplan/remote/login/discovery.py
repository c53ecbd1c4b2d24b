"""What an endpoint says about its logins: the answers of flyteidl2's AuthMetadataService, which wants no login."""

from __future__ import annotations

from typing import Protocol

from flyteplan.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthMetadata:
    """GetOAuth2Metadata, as far as a client needs it. All are URLs; "" is what the server does not have."""

    token_endpoint: str = ""
    authorization_endpoint: str = ""
    device_authorization_endpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicClient:
    """GetPublicClientConfig: the client that people log in with.

    `authorization_metadata_key` is the header that tokens go into, "" for `authorization`.
    """

    client_id: str = ""
    redirect_uri: str = ""
    scopes: tuple[str, ...] = ()
    audience: str = ""
    authorization_metadata_key: str = ""


class Discovery(Protocol):
    """Asks the endpoint. The calls go out with `Login.proxy_headers()` and no token; they raise CatalogError."""

    def metadata(self) -> OAuthMetadata: ...

    def public_client(self) -> PublicClient: ...
