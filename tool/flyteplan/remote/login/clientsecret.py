"""The login of an application: a client id and its secret."""

from __future__ import annotations

from flyteplan.remote.connection import Auth
from flyteplan.remote.login.errors import LoginError, RefusedError
from flyteplan.remote.login.server import AuthorizationServer
from flyteplan.remote.login.token import Token


class ClientSecretFlow:
    def __init__(self, server: AuthorizationServer, auth: Auth) -> None:
        self._server = server
        self._auth = auth

    def header(self) -> str:
        return self._server.header()

    def token(self, old: Token | None) -> Token:  # noqa: ARG002  # there is nothing that an old one could help with
        from oauthlib.oauth2 import BackendApplicationClient

        client_id, secret = self._client_id(), self._secret()
        client = BackendApplicationClient(client_id)
        audience = self._server.public_client.audience
        body = client.prepare_request_body(scope=self._server.scope, include_client_id=False, audience=audience)
        try:
            return self._server.exchange(body, (client_id, secret))
        except RefusedError as error:
            url = self._server.metadata.token_endpoint
            hint = "check admin.scopes" if error.code == "invalid_scope" else "check the client id and its secret"
            raise LoginError(f"client {client_id} gets no token at {url}: {error}", hint) from None

    def _client_id(self) -> str:
        if not self._auth.client_id:
            raise LoginError("a login by client secret needs a client id", "set FLYTE_ADMIN_CLIENTID")
        return self._auth.client_id

    def _secret(self) -> str:
        auth = self._auth
        if auth.client_secret:
            return auth.client_secret.text
        if auth.client_secret_file:
            return _read(auth.client_secret_file)
        unset = (
            f"the variable {auth.client_secret_variable} is not set" if auth.client_secret_variable else "none is set"
        )
        hint = "set FLYTE_API_KEY, FLYTE_ADMIN_CLIENTSECRETENVVAR or FLYTE_ADMIN_CLIENTSECRETLOCATION"
        raise LoginError(f"a login by client secret needs the secret, and {unset}", hint)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            secret = file.read().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise LoginError(f"the client secret {path} can not be read: {reason}", "check clientSecretLocation") from None
    if not secret:
        raise LoginError(f"the client secret {path} is empty", "write the secret into it")
    return secret
