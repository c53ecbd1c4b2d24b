"""Where flyteplan means to do as Flyte's own command line does, the SDK is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import pytest
from flyte._utils.org_discovery import org_from_endpoint, sanitize_endpoint
from flyte.config import Config
from flyte.remote._client.auth._auth_utils import decode_api_key
from flyte.remote._client.auth._keyring import Credentials, KeyringStore
from flyte.remote._client.auth._session import normalize_rpc_endpoint

from flyteplan.model.config import Target
from flyteplan.remote.connection import Connection, Flags, connection
from flyteplan.remote.connection.apikey import api_key_settings
from flyteplan.remote.login.cache import KeyringCache
from flyteplan.remote.login.token import Token


class Keys(keyring.backend.KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.items: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.items.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.items[service, username] = password


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keys]:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    before, backend = keyring.get_keyring(), Keys()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def connect(endpoint: str = "", config: str = "", environ: dict[str, str] | None = None) -> Connection:
    return connection(Flags(endpoint=endpoint, config=config), environ or {}, "/", Target(name=""))


SPELLINGS = [
    "flyte.example.com",
    "Flyte.Example.com:8090",
    "dns:///flyte.example.com",
    "https://flyte.example.com/",
    "dns:///acme.flyte.example.com:8443/",
    "localhost:30080",
]


@pytest.mark.parametrize("endpoint", SPELLINGS)
def test_the_tokens_of_an_endpoint_are_shared_both_ways(keys: Keys, endpoint: str) -> None:
    theirs = normalize_rpc_endpoint(str(sanitize_endpoint(endpoint)))
    ours = KeyringCache(connect(endpoint).address, pytest.fail)
    KeyringStore.store(Credentials(access_token="a", refresh_token="b", for_endpoint=theirs))
    assert ours.read() == Token("a", "b")
    ours.write(Token("c", ""))
    found = KeyringStore.retrieve(theirs)
    assert found is not None
    assert (found.access_token, found.refresh_token) == ("c", None)
    assert len(keys.items) == 1


@pytest.mark.parametrize("endpoint", SPELLINGS)
def test_the_org_is_guessed_alike(endpoint: str) -> None:
    assert connect(endpoint).guessed_org == (org_from_endpoint(sanitize_endpoint(endpoint)) or "").split(":")[0]


def test_an_api_key_that_flyte_reads_is_read_alike() -> None:
    key = "Zmx5dGUuZXhhbXBsZS5jb206aWQ6d29yZDphY21l"
    said = api_key_settings(key)
    assert said.client_secret is not None
    assert (said.endpoint, said.client_id, said.client_secret.text, said.org) == decode_api_key(key)


def test_a_file_says_the_same_to_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        "admin:\n"
        "  endpoint: dns:///flyte.example.com\n"
        "  insecureSkipVerify: true\n"
        "  httpProxyURL: http://proxy:3128\n"
        "  disableKeyring: true\n"
        "  authType: ExternalCommand\n"
        "  command: [uctl, get-token]\n"
        "  proxyCommand: [iap]\n"
        "  clientId: me\n"
        "  scopes: [all, offline]\n"
        "task:\n"
        "  org: acme\n"
        "  project: flytesnacks\n"
        "  domain: development\n",
        "utf-8",
    )
    environ = {"FLYTE_ADMIN_SCOPES": "all openid", "FLYTE_AUTH_COMMAND": "get 'the token'", "FLYTE_TASK_DOMAIN": "d"}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    theirs = Config.auto(str(path))
    ours = connect(config=str(path), environ=environ)
    platform, task, auth = theirs.platform, theirs.task, ours.auth
    assert f"{platform.endpoint}:443" == ours.endpoint
    assert (platform.insecure, platform.insecure_skip_verify) == (ours.insecure, ours.skip_verify)
    assert (platform.auth_mode, platform.client_id) == (auth.type.value, auth.client_id)
    assert (platform.http_proxy_url, platform.disable_keyring) == (auth.http_proxy, auth.disable_keyring)
    assert (platform.command, platform.proxy_command) == (list(auth.command), list(auth.proxy_command))
    assert platform.scopes == list(auth.scopes)
    assert (task.org, task.project, task.domain) == (ours.org, ours.project, ours.domain)
