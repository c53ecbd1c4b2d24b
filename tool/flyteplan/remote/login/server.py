"""The authorization server that an endpoint names, asked in the words of oauthlib."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flyteplan.remote.connection import Connection
from flyteplan.remote.connection.secret import without_secrets
from flyteplan.remote.login.discovery import Discovery, OAuthMetadata, PublicClient
from flyteplan.remote.login.errors import LoginError, RefusedError
from flyteplan.remote.login.http import post_form
from flyteplan.remote.login.token import Token

if TYPE_CHECKING:
    import requests


class AuthorizationServer:
    """What is asked of it, and of the endpoint about it, is asked once."""

    def __init__(self, connection: Connection, discovery: Discovery) -> None:
        self.connection = connection
        self._discovery = discovery

    @cached_property
    def metadata(self) -> OAuthMetadata:
        return self._discovery.metadata()

    @cached_property
    def public_client(self) -> PublicClient:
        return self._discovery.public_client()

    @property
    def scope(self) -> str:
        """The scopes that the user configured, else those of the endpoint, with spaces between them."""
        return " ".join(self.connection.auth.scopes or self.public_client.scopes)

    def header(self) -> str:
        return self.public_client.authorization_metadata_key.lower() or "authorization"

    def exchange(self, body: str, credentials: tuple[str, str] | None = None, secret: str = "") -> Token:
        """The token for a form; *secret* is what of the form no message may show.

        Raises RefusedError for a refusal, LoginError for any other failure.
        """
        authorization = _basic(*credentials) if credentials else ""
        secrets = (secret, _encoded(secret), credentials[1] if credentials else "")
        response = self.post(self.metadata.token_endpoint, body, authorization)
        return _token(response, lambda text: without_secrets(text, *secrets))

    def post(self, url: str, body: str, authorization: str = "") -> requests.Response:
        return post_form(self.connection, url, body, authorization)

    def refreshed(self, old: Token | None) -> Token | None:
        """A token for the old one's refresh token; None where there is none, or it is worth nothing any more."""
        if not old or not old.refresh:
            return None
        from oauthlib.oauth2 import WebApplicationClient

        client = WebApplicationClient(self.public_client.client_id)
        body = client.prepare_refresh_body(refresh_token=old.refresh, client_id=client.client_id)
        try:
            token = self.exchange(body, secret=old.refresh)
        except RefusedError:
            return None
        return Token(token.access, token.refresh or old.refresh)  # a server that sends no new one leaves the old one


def _basic(client_id: str, client_secret: str) -> str:
    """RFC 6749 2.3.1: both are encoded as in a form before they are joined."""
    pair = f"{_encoded(client_id)}:{_encoded(client_secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _encoded(text: str) -> str:
    """A space becomes %20, which every server decodes; some take the + of a form for a plus."""
    return quote(text, safe="")


def _token(response: requests.Response, clean: Callable[[str], str]) -> Token:
    from oauthlib.oauth2 import MissingTokenError, OAuth2Error, WebApplicationClient

    try:
        answer: dict[str, Any] = WebApplicationClient("").parse_request_body_response(response.text)
    except MissingTokenError:
        raise unexpected(response) from None
    except OAuth2Error as error:
        raise RefusedError(clean(str(error.error)), clean(str(error.description or ""))) from None
    except (ValueError, TypeError, AttributeError):
        raise unexpected(response) from None
    return Token(str(answer["access_token"]), str(answer.get("refresh_token") or ""))


def unexpected(response: requests.Response) -> LoginError:
    """For an answer that is neither a token nor a refusal. What it says is not shown: it may hold anything."""
    url, status = response.url.partition("?")[0], response.status_code
    hint = "try again later" if status >= 500 or status == 429 else "check what the endpoint says about its logins"
    return LoginError(f"no login at {url}: it answers with HTTP {status} and no token", hint)
