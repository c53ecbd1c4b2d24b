from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import keyring.errors
import pytest
from tests.oauth_server import SECRET, OAuthServer, oauth_server

from flyteplan.errors import CatalogError
from flyteplan.model.config import Target
from flyteplan.remote.connection import Auth, AuthType, Connection, Flags, Secret, connection
from flyteplan.remote.login import Headers, Login, LoginError, OAuthMetadata, PublicClient, login, stamp


class Keys(keyring.backend.KeyringBackend):
    """A keyring in memory. `broken` is what it raises."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.items: dict[tuple[str, str], str] = {}
        self.broken: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.broken:
            raise self.broken
        return self.items.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.broken:
            raise self.broken
        self.items[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.items[service, username]


class Endpoint:
    """Says what an endpoint says about its logins, and counts how often it is asked."""

    def __init__(self, server: OAuthServer, **client: Any) -> None:
        self.asked = 0
        self._server = server
        self._client = PublicClient(client_id="me", scopes=("all", "offline"), **client)

    def metadata(self) -> OAuthMetadata:
        self.asked += 1
        url = self._server.url
        return OAuthMetadata(
            token_endpoint=f"{url}/token",
            authorization_endpoint=f"{url}/authorize",
            device_authorization_endpoint=f"{url}/device",
        )

    def public_client(self) -> PublicClient:
        self.asked += 1
        return self._client


class Broken:
    asked = 0

    def metadata(self) -> OAuthMetadata:
        self.asked += 1
        raise CatalogError("the endpoint is down")

    def public_client(self) -> PublicClient:
        return PublicClient()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def server() -> Iterator[OAuthServer]:
    with oauth_server() as running:
        yield running


@pytest.fixture
def keys() -> Iterator[Keys]:
    before, backend = keyring.get_keyring(), Keys()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def connected(**auth: Any) -> Connection:
    return Connection(
        endpoint="dns:///flyte.example.com:443",
        host="flyte.example.com:443",
        address="flyte.example.com",
        origin="--endpoint",
        auth=Auth(**auth),
    )


def by_secret(server: OAuthServer, secret: str = SECRET) -> Login:
    auth = connected(type=AuthType.CLIENT_SECRET, client_id="me", client_secret=Secret(secret))
    return login(auth, Endpoint(server), pytest.fail)


def by_command(*command: str, **auth: Any) -> Login:
    return login(connected(type=AuthType.EXTERNAL_COMMAND, command=command, **auth), Broken(), pytest.fail)


def refreshed(asker: Login) -> Headers:
    asker.refresh(stamp(asker.headers()))
    return asker.headers()


def script(folder: Path, text: str) -> tuple[str, ...]:
    path = folder / "token.py"
    path.write_text(text, "utf-8")
    return sys.executable, str(path)


# client secret


def test_a_client_secret_gets_a_token_at_the_first_refusal(server: OAuthServer, keys: Keys) -> None:
    asker = by_secret(server)
    assert asker.headers() == ()
    assert refreshed(asker) == (("authorization", "Bearer access-1"),)
    assert server.forms == [{"grant_type": "client_credentials", "scope": "all offline"}]


def test_configured_scopes_and_the_audience_are_asked_for(server: OAuthServer) -> None:
    auth = connected(type=AuthType.CLIENT_SECRET, client_id="me", client_secret=Secret(SECRET), scopes=("mine",))
    refreshed(login(auth, Endpoint(server, audience="flyte"), pytest.fail))
    assert server.forms == [{"grant_type": "client_credentials", "scope": "mine", "audience": "flyte"}]


def test_the_token_goes_into_the_header_that_the_endpoint_names(server: OAuthServer) -> None:
    auth = connected(type=AuthType.CLIENT_SECRET, client_id="me", client_secret=Secret(SECRET))
    asker = login(auth, Endpoint(server, authorization_metadata_key="Flyte-Authorization"), pytest.fail)
    assert refreshed(asker) == (("flyte-authorization", "Bearer access-1"),)


def test_many_refused_calls_refresh_once(server: OAuthServer) -> None:
    asker = by_secret(server)
    stale = stamp(asker.headers())
    threads = [threading.Thread(target=asker.refresh, args=[stale]) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.forms) == 1
    asker.refresh(stamp(asker.headers()))
    assert asker.headers() == (("authorization", "Bearer access-2"),)
    asker.refresh(stale)
    assert len(server.forms) == 2


def test_a_refused_secret_says_so_once_and_shows_nothing(server: OAuthServer) -> None:
    asker = by_secret(server, "hunter2")
    for _ in range(3):
        with pytest.raises(LoginError, match=r"client me gets no token at http.*/token: invalid_client.*check the"):
            asker.refresh(None)
    assert len(server.forms) == 1
    with pytest.raises(LoginError) as caught:
        asker.refresh(None)
    assert "hunter2" not in repr(caught.value)


def test_a_refused_scope_says_so(server: OAuthServer) -> None:
    auth = connected(type=AuthType.CLIENT_SECRET, client_id="me", client_secret=Secret(SECRET), scopes=("unknown",))
    with pytest.raises(LoginError, match=r"invalid_scope: .* \(check admin.scopes\)"):
        login(auth, Endpoint(server), pytest.fail).refresh(None)


def test_a_description_that_repeats_the_secret_is_cleaned(server: OAuthServer) -> None:
    server.answer = ("400", json.dumps({"error": "invalid_client", "error_description": f"bad secret {SECRET}"}))
    with pytest.raises(LoginError, match=r"bad secret \*\*\*"):
        by_secret(server).refresh(None)


@pytest.mark.parametrize(
    ("status", "body", "hint"),
    [
        ("502", "<html>hunter2", "try again later"),
        ("404", "hunter2", "check what"),
        ("200", "[]", "check what"),
        ("200", '{"access_token": "x", "expires_in": "soon"}', "check what"),
        ("307", "", "check what"),
    ],
)
def test_an_answer_that_is_none_is_a_login_error(server: OAuthServer, status: str, body: str, hint: str) -> None:
    server.answer = (status, body)
    with pytest.raises(LoginError, match=rf"HTTP {status} and no token \({hint}") as caught:
        by_secret(server).refresh(None)
    assert "hunter2" not in str(caught.value)
    assert len(server.forms) == 1


def test_a_server_that_can_not_be_reached_is_a_login_error(server: OAuthServer) -> None:
    endpoint = Endpoint(server)
    server.url = "http://127.0.0.1:1"
    auth = connected(type=AuthType.CLIENT_SECRET, client_id="me", client_secret=Secret(SECRET))
    with pytest.raises(LoginError, match=r"no login at http://127.0.0.1:1/token: it can not be reached"):
        login(auth, endpoint, pytest.fail).refresh(None)


def test_a_secret_does_not_go_to_a_server_without_tls(server: OAuthServer) -> None:
    endpoint = Endpoint(server)
    server.url = "http://elsewhere.example.com"
    auth = connected(type=AuthType.CLIENT_SECRET, client_id="me", client_secret=Secret(SECRET))
    with pytest.raises(LoginError, match=r"http://elsewhere.example.com/token, which is not https"):
        login(auth, endpoint, pytest.fail).refresh(None)


def test_an_endpoint_that_is_down_is_asked_once() -> None:
    endpoint = Broken()
    auth = connected(type=AuthType.CLIENT_SECRET, client_id="me", client_secret=Secret(SECRET))
    asker = login(auth, endpoint, pytest.fail)
    for _ in range(2):
        with pytest.raises(CatalogError, match="the endpoint is down"):
            asker.refresh(None)
    assert endpoint.asked == 1


def test_a_secret_in_a_file_is_read_at_every_login(server: OAuthServer, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n", "utf-8")
    auth = connected(type=AuthType.CLIENT_SECRET, client_id="me", client_secret_file=str(path))
    asker = login(auth, Endpoint(server), pytest.fail)
    assert refreshed(asker) == (("authorization", "Bearer access-1"),)
    path.unlink()
    with pytest.raises(LoginError, match=r"the client secret .*secret can not be read: No such file"):
        refreshed(asker)


@pytest.mark.parametrize(
    ("auth", "message"),
    [
        ({}, "needs a client id .set FLYTE_ADMIN_CLIENTID"),
        ({"client_id": "me"}, "needs the secret, and none is set .set FLYTE_API_KEY"),
        ({"client_id": "me", "client_secret_variable": "MINE"}, "the variable MINE is not set"),
    ],
)
def test_what_a_client_secret_lacks_is_named(server: OAuthServer, auth: dict[str, Any], message: str) -> None:
    asker = login(connected(type=AuthType.CLIENT_SECRET, **auth), Endpoint(server), pytest.fail)
    with pytest.raises(LoginError, match=message):
        asker.refresh(None)


def test_an_application_leaves_the_tokens_of_the_user_alone(server: OAuthServer, keys: Keys) -> None:
    keys.items["flyte.example.com", "tokens"] = '{"access_token": "of-a-person"}'
    asker = by_secret(server)
    assert asker.headers() == ()
    refreshed(asker)
    assert keys.items == {("flyte.example.com", "tokens"): '{"access_token": "of-a-person"}'}


# commands


def test_a_command_prints_the_token(tmp_path: Path) -> None:
    asker = by_command(*script(tmp_path, "print('  word\\n')"))
    assert asker.headers() == ()
    assert refreshed(asker) == (("authorization", "Bearer word"),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "import sys; sys.stderr.write('no ticket'); sys.exit(3)",
            r"ends with 3 and says: no ticket \(try it; it is in",
        ),
        ("print()", "prints nothing"),
        ("print('hunter2 hunter3')", "prints more than the token"),
        ("import sys; print('hunter2'); sys.stderr.write('got hunter2'); sys.exit(1)", r"says: got \*\*\*"),
    ],
)
def test_a_command_that_fails_says_why_and_shows_no_token(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(LoginError, match=message) as caught:
        by_command(*script(tmp_path, text)).refresh(None)
    assert "hunter" not in str(caught.value)


def test_a_command_that_is_not_there_or_not_set() -> None:
    with pytest.raises(LoginError, match=r"no-such-program that prints a token can not be started: No such file"):
        by_command("no-such-program", "--password=hunter2").refresh(None)
    with pytest.raises(LoginError, match=r"needs the command .set FLYTE_AUTH_COMMAND"):
        by_command().refresh(None)


@pytest.mark.slow
def test_a_command_has_a_time_limit_and_its_children_end_with_it(tmp_path: Path) -> None:
    from flyteplan.remote.login.command import printed

    text = (
        "import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).wait()"
    )
    with pytest.raises(LoginError, match=r"takes more than 0.5 seconds"):
        printed(script(tmp_path, text), "FLYTE_AUTH_COMMAND", 0.5)


def test_a_proxy_gets_its_own_token_before_the_first_call(tmp_path: Path) -> None:
    proxy = script(tmp_path, "print('by')")
    asker = by_command(sys.executable, "-c", "print('word')", proxy_command=proxy)
    assert asker.headers() == asker.proxy_headers() == (("proxy-authorization", "Bearer by"),)
    assert refreshed(asker) == (("proxy-authorization", "Bearer by"), ("authorization", "Bearer word"))
    assert asker.proxy_headers() == (("proxy-authorization", "Bearer by"),)


def test_a_proxy_alone_is_renewed_where_there_is_no_login(tmp_path: Path) -> None:
    count = tmp_path / "count"
    count.write_text("", "utf-8")
    proxy = script(
        tmp_path, f"f = open({str(count)!r}, 'a'); f.write('x'); f.close(); print(len(open({str(count)!r}).read()))"
    )
    asker = login(connected(proxy_command=proxy), Broken(), pytest.fail)
    assert asker.headers() == (("proxy-authorization", "Bearer 1"),)
    with pytest.raises(LoginError, match="without TLS there is none"):
        asker.refresh(stamp(asker.headers()))


# no login, and headers of somebody else's


def test_without_tls_and_credentials_there_is_no_login() -> None:
    asker = login(connected(), Broken(), pytest.fail)
    assert asker.headers() == ()
    with pytest.raises(LoginError, match=r"wants a login, and without TLS there is none \(leave out --insecure"):
        asker.refresh(None)


def test_passthrough_sends_the_headers_that_it_is_given(tmp_path: Path) -> None:
    path = tmp_path / "headers"
    path.write_text("Authorization: Bearer one\n\nx-tenant:acme\n", "utf-8")
    environ = {"HOME": str(tmp_path), "FLYTE_AUTH_TYPE": "Passthrough", "FLYTEPLAN_AUTH_METADATA_FILE": "headers"}
    found = connection(Flags(endpoint="a"), environ, str(tmp_path), Target(name=""))
    asker = login(found, Broken(), pytest.fail)
    assert asker.headers() == (("authorization", "Bearer one"), ("x-tenant", "acme"))
    path.write_text("authorization: Bearer two", "utf-8")
    assert refreshed(asker) == (("authorization", "Bearer two"),)
    with pytest.raises(LoginError, match="refuses the headers"):
        refreshed(asker)


@pytest.mark.parametrize("text", ["hunter2", "x: \u00e9", "grpc-timeout: 1", "key-bin: hunter2", "a b: hunter2"])
def test_headers_that_can_not_be_sent_are_refused_unseen(text: str) -> None:
    asker = login(connected(type=AuthType.PASSTHROUGH, metadata=Secret(text)), Broken(), pytest.fail)
    with pytest.raises(LoginError, match="can not be read") as caught:
        asker.headers()
    assert "hunter2" not in str(caught.value)


def test_passthrough_without_headers_names_the_variables() -> None:
    with pytest.raises(LoginError, match="FLYTEPLAN_AUTH_METADATA or FLYTEPLAN_AUTH_METADATA_FILE"):
        login(connected(type=AuthType.PASSTHROUGH), Broken(), pytest.fail).headers()


# the keyring


def by_browser(server: OAuthServer, tell: Any = pytest.fail, **endpoint: Any) -> Login:
    return login(connected(type=AuthType.PKCE), Endpoint(server, **endpoint), tell)


def test_the_tokens_of_the_flyte_cli_are_used_from_the_first_call_on(server: OAuthServer, keys: Keys) -> None:
    keys.items["flyte.example.com", "tokens"] = '{"access_token": "of-the-cli", "refresh_token": null}'
    asker = by_browser(server, authorization_metadata_key="flyte-authorization")
    assert asker.headers() == (("flyte-authorization", "Bearer of-the-cli"),)


def test_a_refresh_token_spares_the_login_and_the_new_one_is_kept(server: OAuthServer, keys: Keys) -> None:
    server.refresh_tokens["old"] = server.refresh_tokens.setdefault("other", _credential())
    keys.items["flyte.example.com", "tokens"] = '{"access_token": "expired", "refresh_token": "old"}'
    asker = by_browser(server)
    assert refreshed(asker) == (("authorization", "Bearer access-1"),)
    assert server.forms == [{"grant_type": "refresh_token", "refresh_token": "old", "client_id": "me"}]
    kept = json.loads(keys.items["flyte.example.com", "tokens"])
    assert kept == {"access_token": "access-1", "refresh_token": "refresh-2"}


def test_a_refresh_that_brings_no_new_refresh_token_keeps_the_old_one(server: OAuthServer, keys: Keys) -> None:
    server.rotates = False
    server.refresh_tokens["old"] = _credential()
    keys.items["flyte.example.com", "tokens"] = '{"access_token": "expired", "refresh_token": "old"}'
    refreshed(by_browser(server))
    assert json.loads(keys.items["flyte.example.com", "tokens"])["refresh_token"] == "old"


def test_a_token_that_another_process_got_meanwhile_is_taken(server: OAuthServer, keys: Keys) -> None:
    keys.items["flyte.example.com", "tokens"] = '{"access_token": "expired", "refresh_token": "spent"}'
    asker = by_browser(server)
    stale = stamp(asker.headers())
    keys.items["flyte.example.com", "tokens"] = '{"access_token": "newer", "refresh_token": "other"}'
    asker.refresh(stale)
    assert asker.headers() == (("authorization", "Bearer newer"),)
    assert server.forms == []


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"access_token": 1}', '{"access_token": ""}', "null"])
def test_an_item_that_can_not_be_read_counts_as_none(server: OAuthServer, keys: Keys, text: str) -> None:
    keys.items["flyte.example.com", "tokens"] = text
    assert by_browser(server).headers() == ()


def test_a_keyring_that_is_not_there_is_silent(server: OAuthServer, keys: Keys) -> None:
    keys.broken = keyring.errors.NoKeyringError("hunter2")
    assert by_browser(server).headers() == ()


def test_a_keyring_that_fails_is_said_and_survived(server: OAuthServer, keys: Keys) -> None:
    keys.broken = RuntimeError("hunter2")
    told: list[str] = []
    assert by_browser(server, told.append).headers() == ()
    assert told == ["The keyring can not be read, so that you may have to log in again: RuntimeError"]


def test_a_keyring_that_is_disabled_is_not_asked(server: OAuthServer, keys: Keys) -> None:
    keys.items["flyte.example.com", "tokens"] = '{"access_token": "word"}'
    disabled = connected(type=AuthType.PKCE, disable_keyring=True)
    assert login(disabled, Endpoint(server), pytest.fail).headers() == ()
    assert login(replace(disabled, auth=Auth(type=AuthType.PKCE)), Endpoint(server), pytest.fail).headers() != ()


def _credential() -> Any:
    from tests.oauth_server import Credential

    return Credential(scope="all offline")
