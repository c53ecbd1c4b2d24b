"""The login in a browser on this machine: an authorization code with proof of who asked for it (RFC 7636, 8252)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from queue import Empty, Queue
from typing import TYPE_CHECKING

from flyteplan.remote.login.errors import LoginError, RefusedError
from flyteplan.remote.login.http import checked
from flyteplan.remote.login.server import AuthorizationServer
from flyteplan.remote.login.token import Token

if TYPE_CHECKING:
    from oauthlib.oauth2 import WebApplicationClient

Browser = Callable[[str], bool]

_SECONDS = 300.0
_INSTEAD = (
    "log in once with the Flyte CLI where there is a browser, set FLYTE_AUTH_TYPE=DeviceFlow to log in on another "
    "device, or use FLYTE_API_KEY, a client secret or FLYTE_AUTH_COMMAND"
)


def browser(environ: Mapping[str, str], terminal: bool) -> Browser | None:
    """What opens a page for the user; None where nobody would see it: no terminal, no display, a CI job, SSH."""
    import platform
    import webbrowser

    if not terminal or environ.get("CI") or environ.get("SSH_CONNECTION"):
        return None
    has_display = platform.system() in ("Darwin", "Windows") or any(
        environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    return webbrowser.open if has_display else None


class PkceFlow:
    def __init__(
        self,
        server: AuthorizationServer,
        tell: Callable[[str], None],
        open_page: Browser | None,
        seconds: float = _SECONDS,
    ) -> None:
        self._server, self._tell, self._open, self._seconds = server, tell, open_page, seconds

    def header(self) -> str:
        return self._server.header()

    def token(self, old: Token | None) -> Token:
        return self._server.refreshed(old) or self._asked()

    def _asked(self) -> Token:
        from oauthlib.oauth2 import WebApplicationClient

        if self._open is None:
            raise LoginError("the endpoint wants a login in a browser, and there is none here", _INSTEAD)
        client = WebApplicationClient(self._server.public_client.client_id)
        verifier = client.create_code_verifier(64)
        try:
            code = self._code(client, verifier)
            return self._exchanged(client, code, verifier)
        except RefusedError as error:
            raise LoginError(f"the login in the browser failed: {error}", "try again") from None

    def _code(self, client: WebApplicationClient, verifier: str) -> str:
        """The code that comes back with the state that was sent; others are not for us."""
        from flyteplan.remote.login.redirect import listening

        state = secrets.token_urlsafe(32)
        answers: Queue[str | RefusedError] = Queue()
        url = self._url(client, verifier, state)
        with listening(self._server.public_client.redirect_uri, lambda uri: _take(client, uri, state, answers)):
            self._tell(f"Log in with your browser. If none opens, go to {url}")
            if self._open:
                self._open(url)
            try:
                answer = answers.get(timeout=self._seconds)
            except Empty:
                message = f"nobody logged in within {self._seconds:g} seconds"
                raise LoginError(message, f"try again, or {_INSTEAD}") from None
        if isinstance(answer, RefusedError):
            raise answer
        return answer

    def _url(self, client: WebApplicationClient, verifier: str, state: str) -> str:
        url = self._server.metadata.authorization_endpoint
        checked(url, self._server.connection.insecure)
        public = self._server.public_client
        scheme, _, rest = url.partition("://")
        prepared = client.prepare_request_uri(
            f"https://{rest}",
            redirect_uri=public.redirect_uri,
            scope=self._server.scope,
            state=state,
            code_challenge=client.create_code_challenge(verifier, "S256"),
            code_challenge_method="S256",
            audience=public.audience,
        )
        return f"{scheme}://{prepared.removeprefix('https://')}"

    def _exchanged(self, client: WebApplicationClient, code: str, verifier: str) -> Token:
        redirect_uri = self._server.public_client.redirect_uri
        body = client.prepare_request_body(code=code, redirect_uri=redirect_uri, code_verifier=verifier)
        return self._server.exchange(body, secret=code)


def _take(client: WebApplicationClient, uri: str, state: str, answers: Queue[str | RefusedError]) -> bool:
    from oauthlib.oauth2 import MismatchingStateError, OAuth2Error

    # oauthlib knows no exception for loopback addresses, which never leave the machine.
    try:
        answer = client.parse_request_uri_response(uri.replace("http://", "https://", 1), state)
    except MismatchingStateError:
        return False
    except OAuth2Error as error:
        answers.put(RefusedError(str(error.error), str(error.description or "")))
        return True
    answers.put(str(answer["code"]))
    return True
