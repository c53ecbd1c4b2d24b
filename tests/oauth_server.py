"""An OAuth server on loopback: authlib's, over WSGI. Client credentials, codes with PKCE, device codes, refresh."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant, DeviceCredentialDict

SECRET = "s3cret:/+% word"
Answer = tuple[int, Any, list[tuple[str, str]]]


class Client(ClientMixin):  # type: ignore[misc]
    """One client for all: with its secret for applications, without for people."""

    def get_client_id(self) -> str:
        return "me"

    def get_allowed_scope(self, scope: str | None) -> str:
        return scope or "all"

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.startswith("http://localhost:")

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return True

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return True


class Credential(dict[str, Any]):
    """A code or a refresh token."""

    def get_redirect_uri(self) -> str:
        return str(self["redirect_uri"])

    def get_scope(self) -> str:
        return str(self["scope"])

    def check_client(self, client: Client) -> bool:
        return True

    @property
    def code_challenge(self) -> str:
        return str(self["code_challenge"])

    @property
    def code_challenge_method(self) -> str:
        return str(self["code_challenge_method"])


class Request(OAuth2Request):  # type: ignore[misc]
    """A request whose parameters have been read, from its query or its body."""

    def __init__(self, method: str, uri: str, headers: dict[str, str], form: dict[str, str]) -> None:
        super().__init__(method, uri, headers=headers)
        self.payload = BasicOAuth2Payload(form)

    @property
    def args(self) -> dict[str, str]:
        return dict(self.payload.data)

    @property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data)


class OAuthServer(AuthorizationServer):  # type: ignore[misc]
    """`forms` holds what was posted, `headers` with what; `approved` is whether the user of a device said yes yet."""

    def __init__(self) -> None:
        super().__init__(scopes_supported=["all", "offline", "mine"])
        self.url = ""
        self.forms: list[dict[str, str]] = []
        self.authorizations: list[str] = []
        self.approved: Callable[[], bool | None] = lambda: True
        self.slow_downs = 0
        self.codes: dict[str, Credential] = {}
        self.devices: dict[str, DeviceCredentialDict] = {}
        self.refresh_tokens: dict[str, Credential] = {}
        self.rotates = True
        self.answer: tuple[str, str] | None = None
        self._numbers = iter(range(1, 1_000_000))
        self.register_token_generator("default", BearerTokenGenerator(self._name("access"), self._name("refresh")))
        for grant in (_ClientCredentials, _Refresh, _Device):
            self.register_grant(grant)
        self.register_grant(_Code, [CodeChallenge(required=True)])
        self.register_endpoint(_DeviceEndpoint)

    def _name(self, word: str) -> Callable[..., str]:
        return lambda *_args, **_kwargs: f"{word}-{next(self._numbers)}"

    def query_client(self, client_id: str) -> Client | None:
        return Client() if client_id == "me" else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        if "refresh_token" in token:
            self.refresh_tokens[token["refresh_token"]] = Credential(scope=token.get("scope", ""))

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Answer:
        return status, body, headers

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def __call__(self, environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        status, body, headers = self._respond(environ)
        text = body if isinstance(body, str) else json.dumps(body)
        start(f"{status} {HTTPStatus(status).phrase}", [*headers, ("Content-Length", str(len(text)))])
        return [text.encode()]

    def _respond(self, environ: dict[str, Any]) -> Answer:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        text = environ["QUERY_STRING"] if method == "GET" else environ["wsgi.input"].read(_length(environ)).decode()
        form = dict(parse_qsl(text))
        headers = {"Authorization": environ["HTTP_AUTHORIZATION"]} if "HTTP_AUTHORIZATION" in environ else {}
        request = Request(method, f"https://oauth.example.com{path}", headers, form)  # authlib takes no plaintext
        if method == "GET":
            grant = self.get_authorization_grant(request)
            answer: Answer = self.create_authorization_response(request, "somebody" if self.approved() else None, grant)
            return answer
        self.forms.append(form)
        self.authorizations.append(headers.get("Authorization", ""))
        if self.answer:
            elsewhere = [("Location", f"{self.url}/elsewhere")] if self.answer[0].startswith("3") else []
            return int(self.answer[0]), self.answer[1], [("Content-Type", "text/html"), *elsewhere]
        if path == "/device":
            answer = self.create_endpoint_response("device_authorization", request)
        else:
            answer = self.create_token_response(request)
        return answer


class _ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)


class _Code(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    def generate_authorization_code(self) -> str:
        return f"code-{len(self.server.codes)}"

    def save_authorization_code(self, code: str, request: OAuth2Request) -> Credential:
        names = ("redirect_uri", "scope", "code_challenge", "code_challenge_method")
        self.server.codes[code] = Credential({name: request.payload.data.get(name, "") for name in names})
        credential: Credential = self.server.codes[code]
        return credential

    def query_authorization_code(self, code: str, client: Client) -> Credential | None:
        credential: Credential | None = self.server.codes.get(code)
        return credential

    def delete_authorization_code(self, authorization_code: Credential) -> None:
        self.server.codes.clear()

    def authenticate_user(self, authorization_code: Credential) -> str:
        return "somebody"


class _Refresh(grants.RefreshTokenGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:  # noqa: N802  # the library's name
        return bool(self.server.rotates)

    def authenticate_refresh_token(self, refresh_token: str) -> Credential | None:
        tokens = self.server.refresh_tokens
        credential: Credential | None = (
            tokens.pop(refresh_token, None) if self.server.rotates else tokens.get(refresh_token)
        )
        return credential

    def authenticate_user(self, refresh_token: Credential) -> str:
        return "somebody"

    def revoke_old_credential(self, refresh_token: Credential) -> None:
        """It was removed when it was looked up."""


class _DeviceEndpoint(DeviceAuthorizationEndpoint):  # type: ignore[misc]
    EXPIRES_IN = 60

    def get_verification_uri(self) -> str:
        return f"{self.server.url}/activate"

    def save_device_credential(self, client_id: str, scope: str, data: dict[str, Any]) -> None:
        expires_at = time.time() + self.EXPIRES_IN
        self.server.devices[data["device_code"]] = DeviceCredentialDict(
            client_id=client_id, scope=scope, expires_at=expires_at, **data
        )


class _Device(DeviceCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    def query_device_credential(self, device_code: str) -> DeviceCredentialDict | None:
        credential: DeviceCredentialDict | None = self.server.devices.get(device_code)
        return credential

    def query_user_grant(self, user_code: str) -> tuple[str, bool] | None:
        approved = self.server.approved()
        return None if approved is None else ("somebody", approved)

    def should_slow_down(self, credential: DeviceCredentialDict) -> bool:
        self.server.slow_downs -= 1
        return bool(self.server.slow_downs >= 0)


class _Server(WSGIServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust the certificate hangs up; that is its own affair."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Tests have their own output."""


@contextmanager
def oauth_server(tls: ssl.SSLContext | None = None) -> Iterator[OAuthServer]:
    application = OAuthServer()
    with make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet) as server:
        application.url = f"{'https' if tls else 'http'}://localhost:{server.server_port}"
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield application
        finally:
            server.shutdown()
            thread.join()


def _length(environ: dict[str, Any]) -> int:
    return int(environ.get("CONTENT_LENGTH") or 0)
