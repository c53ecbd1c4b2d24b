"""The logins that a person takes part in: in a browser here, or on another device."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import keyring
import pytest
import requests
from keyring.backends import null
from tests.oauth_server import Credential, OAuthServer, oauth_server

from flyteplan.remote.connection import Auth, AuthType, Connection
from flyteplan.remote.login import LoginError, OAuthMetadata, PublicClient, browser, login
from flyteplan.remote.login.device import DeviceFlow
from flyteplan.remote.login.pkce import PkceFlow
from flyteplan.remote.login.server import AuthorizationServer
from flyteplan.remote.login.token import Token


class Endpoint:
    def __init__(self, server: OAuthServer, redirect_uri: str = "", device: bool = True) -> None:
        self._server, self._redirect_uri, self._device = server, redirect_uri, device

    def metadata(self) -> OAuthMetadata:
        url = self._server.url
        return OAuthMetadata(
            token_endpoint=f"{url}/token",
            authorization_endpoint=f"{url}/authorize",
            device_authorization_endpoint=f"{url}/device" if self._device else "",
        )

    def public_client(self) -> PublicClient:
        return PublicClient(client_id="me", scopes=("all",), redirect_uri=self._redirect_uri)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("NO_PROXY", "*")
    before = keyring.get_keyring()
    keyring.set_keyring(null.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.fixture
def server() -> Iterator[OAuthServer]:
    with oauth_server() as running:
        yield running


@pytest.fixture
def redirect_uri() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://localhost:{free.getsockname()[1]}/callback"


def connected(kind: AuthType) -> Connection:
    return Connection(endpoint="dns:///a:443", host="a:443", address="a", origin="--endpoint", auth=Auth(type=kind))


def visit(url: str) -> bool:
    """A browser, as far as it follows redirects: to the authorization page, and back."""
    requests.get(url, timeout=5).raise_for_status()
    return True


def in_browser(
    server: OAuthServer, redirect_uri: str, open_page: Callable[[str], bool] | None, seconds: float = 5
) -> Token:
    asked = AuthorizationServer(connected(AuthType.PKCE), Endpoint(server, redirect_uri))
    return PkceFlow(asked, lambda _: None, open_page, seconds).token(None)


# in a browser


def test_a_browser_leads_to_a_token(server: OAuthServer, redirect_uri: str) -> None:
    told: list[str] = []
    asker = login(connected(AuthType.PKCE), Endpoint(server, redirect_uri), told.append, visit)
    asker.refresh(None)
    assert asker.headers() == (("authorization", "Bearer access-1"),)
    [form] = server.forms
    assert (form["grant_type"], form["client_id"], form["redirect_uri"]) == ("authorization_code", "me", redirect_uri)
    assert len(form["code_verifier"]) == 64
    assert told[0].startswith(f"Log in with your browser. If none opens, go to {server.url}/authorize?")


def test_what_a_browser_is_sent_with(server: OAuthServer, redirect_uri: str) -> None:
    seen: list[str] = []

    def look(url: str) -> bool:
        seen.append(url)
        return visit(url)

    in_browser(server, redirect_uri, look)
    asked = dict(parse_qsl(urlsplit(seen[0]).query))
    assert asked["code_challenge_method"] == "S256"
    assert (asked["scope"], asked["response_type"], asked["redirect_uri"]) == ("all", "code", redirect_uri)
    assert len(asked["state"]) > 30


def test_a_no_in_the_browser_is_a_login_error(server: OAuthServer, redirect_uri: str) -> None:
    server.approved = lambda: False
    with pytest.raises(LoginError, match="the login in the browser failed: access_denied"):
        in_browser(server, redirect_uri, visit)


def test_an_answer_with_another_state_is_not_taken(server: OAuthServer, redirect_uri: str) -> None:
    statuses: list[int] = []

    def attack(url: str) -> bool:
        queries = ("?code=stolen&state=guessed", "?code=stolen", "?error=access_denied&state=guessed", "/favicon.ico")
        statuses.extend(requests.get(f"{redirect_uri}{query}", timeout=5).status_code for query in queries)
        return visit(url)

    assert in_browser(server, redirect_uri, attack).access == "access-1"
    assert statuses == [400, 400, 400, 404]


def test_a_connection_that_says_nothing_is_in_nobodys_way(server: OAuthServer, redirect_uri: str) -> None:
    port = urlsplit(redirect_uri).port or 0
    idle: list[socket.socket] = []

    def open_early(url: str) -> bool:
        idle.append(socket.create_connection(("127.0.0.1", port)))
        return visit(url)

    assert in_browser(server, redirect_uri, open_early).access == "access-1"
    idle[0].close()


def test_nobody_who_logs_in_is_waited_for_only_so_long(server: OAuthServer, redirect_uri: str) -> None:
    with pytest.raises(LoginError, match=r"nobody logged in within 0.2 seconds \(try again, or"):
        in_browser(server, redirect_uri, lambda _: True, 0.2)


def test_without_a_browser_the_alternatives_are_named(server: OAuthServer, redirect_uri: str) -> None:
    with pytest.raises(LoginError, match=r"there is none here \(.*FLYTE_AUTH_TYPE=DeviceFlow.*FLYTE_API_KEY"):
        in_browser(server, redirect_uri, None)


@pytest.mark.parametrize("uri", ["", "https://flyte.example.com/callback", "http://localhost/callback"])
def test_a_redirect_that_leads_elsewhere_is_refused(server: OAuthServer, uri: str) -> None:
    with pytest.raises(LoginError, match="which is no port of this machine"):
        in_browser(server, uri, visit)


def test_a_port_in_use_is_a_login_error(server: OAuthServer, redirect_uri: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", urlsplit(redirect_uri).port or 0))
        taken.listen()
        with pytest.raises(LoginError, match=r"the login can not come back to .*Address already in use"):
            in_browser(server, redirect_uri, visit)


def test_a_dead_refresh_token_leads_to_the_browser(server: OAuthServer, redirect_uri: str) -> None:
    asked = AuthorizationServer(connected(AuthType.PKCE), Endpoint(server, redirect_uri))
    token = PkceFlow(asked, lambda _: None, visit).token(Token("expired", "spent"))
    assert token.access == "access-1"
    assert [form["grant_type"] for form in server.forms] == ["refresh_token", "authorization_code"]


@pytest.mark.parametrize(
    ("environ", "terminal", "opens"),
    [
        ({"DISPLAY": ":0"}, True, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True, True),
        ({"DISPLAY": ":0"}, False, False),
        ({}, True, False),
        ({"DISPLAY": ":0", "CI": "true"}, True, False),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "a 1 b 22"}, True, False),
    ],
)
def test_a_browser_needs_a_terminal_and_a_display(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], terminal: bool, opens: bool
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    assert (browser(environ, terminal) is not None) is opens


# on another device


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self, *, until_yes: float) -> None:
        self.seconds, self.until_yes = 0.0, until_yes
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.seconds += seconds

    def answer(self) -> bool | None:
        return True if self.seconds >= self.until_yes else None


def on_device(server: OAuthServer, clock: Clock, told: list[str] | None = None, old: Token | None = None) -> Token:
    server.approved = clock.answer
    asked = AuthorizationServer(connected(AuthType.DEVICE_FLOW), Endpoint(server))
    tell: Callable[[str], Any] = told.append if told is not None else lambda _: None
    return DeviceFlow(asked, tell, clock.sleep, lambda: clock.seconds).token(old)


def test_a_code_is_shown_and_the_server_asked_until_the_user_is_done(server: OAuthServer) -> None:
    clock, told = Clock(until_yes=12), list[str]()
    assert on_device(server, clock, told).access == "access-1"
    [device] = server.devices.values()
    page = f"{server.url}/activate?{urlencode({'user_code': device['user_code']})}"
    assert told == [f"To log in, open {page} and compare the code: {device['user_code']}"]
    assert clock.naps == [5, 5, 5]
    assert server.forms[0] == {"client_id": "me", "scope": "all"}
    assert {form["grant_type"] for form in server.forms[1:]} == {"urn:ietf:params:oauth:grant-type:device_code"}


def test_slow_down_lengthens_the_interval_for_good(server: OAuthServer) -> None:
    server.slow_downs = 1
    clock = Clock(until_yes=30)
    on_device(server, clock)
    assert clock.naps == [5, 10, 10, 10]


def test_a_code_that_nobody_uses_ends_the_login(server: OAuthServer) -> None:
    clock = Clock(until_yes=1_000)
    with pytest.raises(LoginError, match="the code was not used in time"):
        on_device(server, clock)
    assert sum(clock.naps) <= 60


def test_a_no_on_the_other_device_ends_the_login(server: OAuthServer) -> None:
    clock = Clock(until_yes=0)
    clock.answer = lambda: False  # type: ignore[method-assign]
    with pytest.raises(LoginError, match="it was denied on the other device"):
        on_device(server, clock)


def test_a_server_that_falters_is_asked_again(server: OAuthServer) -> None:
    clock = Clock(until_yes=0)
    sleep = clock.sleep

    def falter(seconds: float) -> None:
        sleep(seconds)
        server.answer = ("502", "<html>") if len(clock.naps) == 1 else None

    clock.sleep = falter  # type: ignore[method-assign]
    assert on_device(server, clock).access == "access-1"
    assert clock.naps == [5, 10]


def test_a_refresh_token_spares_the_other_device(server: OAuthServer) -> None:
    server.refresh_tokens["old"] = Credential(scope="all")
    told: list[str] = []
    assert on_device(server, Clock(until_yes=0), told, Token("expired", "old")).access == "access-1"
    assert told == []


def test_an_endpoint_without_device_logins_says_so(server: OAuthServer) -> None:
    asked = AuthorizationServer(connected(AuthType.DEVICE_FLOW), Endpoint(server, device=False))
    with pytest.raises(LoginError, match="offers no login on another device"):
        DeviceFlow(asked, pytest.fail).token(None)


@pytest.mark.parametrize("body", ["{}", "[]", "<html>", '{"device_code": "a", "user_code": "b"}'])
def test_an_answer_without_a_code_is_a_login_error(server: OAuthServer, body: str) -> None:
    server.answer = ("200", body)
    asked = AuthorizationServer(connected(AuthType.DEVICE_FLOW), Endpoint(server))
    with pytest.raises(LoginError, match="HTTP 200 and no token"):
        DeviceFlow(asked, pytest.fail).token(None)


def test_tokens_and_codes_are_in_no_repr(server: OAuthServer) -> None:
    assert "hunter2" not in repr(Token("hunter2", "hunter2"))
