from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flyteplan.errors import UsageError
from flyteplan.model.config import Target
from flyteplan.remote.connection import AuthType, Connection, Flags, Secret, connection, guessed_org

CONFIG = "admin:\n  endpoint: dns:///file.example.com\n  clientId: of-file\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    (tmp_path / "checkout" / "work").mkdir(parents=True)
    (tmp_path / "checkout" / ".git").mkdir()
    return tmp_path / "checkout" / "work"


def connect(cwd: Path, environ: Mapping[str, str] | None = None, target: str = "", **flags: Any) -> Connection:
    home = str(cwd.parent.parent / "home")
    return connection(
        Flags(**flags), {"HOME": home, **(environ or {})}, str(cwd), Target(name="production", endpoint=target)
    )


def connect_to(cwd: Path, target: Target, environ: Mapping[str, str] | None = None, **flags: Any) -> Connection:
    return connection(Flags(**flags), {"HOME": str(cwd), **(environ or {})}, str(cwd), target)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def key(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


# which endpoint


def test_a_flag_beats_the_environment_that_the_target_that_the_file(cwd: Path, home: Path) -> None:
    write(cwd / ".flyte" / "config.yaml", CONFIG)
    environ = {"FLYTE_ADMIN_ENDPOINT": "variable.example.com"}
    api_key = {"FLYTE_API_KEY": key("key.example.com:id:word:org")}
    assert connect(cwd).host == "file.example.com:443"
    assert connect(cwd, target="target.example.com").host == "target.example.com:443"
    assert connect(cwd, environ, "target.example.com").host == "variable.example.com:443"
    assert connect(cwd, environ | api_key, "target.example.com").host == "key.example.com:443"
    assert connect(cwd, environ | api_key, "target.example.com", endpoint="flag.example.com").host == (
        "flag.example.com:443"
    )


def test_the_origin_of_the_endpoint_is_known(cwd: Path, home: Path) -> None:
    write(cwd / ".flyte" / "config.yaml", CONFIG)
    assert connect(cwd).origin == ".flyte/config.yaml:2:13"
    assert connect(cwd, target="a").origin == "target production"
    assert connect(cwd, {"FLYTE_ADMIN_ENDPOINT": "a"}).origin == "FLYTE_ADMIN_ENDPOINT"
    assert connect(cwd, endpoint="a").origin == "--endpoint"


def test_org_project_and_domain_follow_the_same_order(cwd: Path, home: Path) -> None:
    write(cwd / ".flyte" / "config.yaml", "task: {org: file, project: file, domain: file}\n")
    target = Target(name="t", endpoint="a", org="target", project="target")
    environ = {"HOME": str(home), "FLYTE_TASK_ORG": "variable"}
    found = connection(Flags(), environ, str(cwd), target)
    assert (found.org, found.project, found.domain) == ("variable", "target", "file")
    assert connection(Flags(org="flag"), environ, str(cwd), target).org == "flag"


def test_no_endpoint_is_a_usage_error_that_says_where_to_write_one(cwd: Path, home: Path) -> None:
    with pytest.raises(UsageError, match=r"no endpoint \(give --endpoint, set FLYTE_ADMIN_ENDPOINT"):
        connect(cwd)


@pytest.mark.parametrize(
    ("text", "endpoint", "insecure"),
    [
        ("flyte.example.com", "dns:///flyte.example.com:443", False),
        ("flyte.example.com:8090", "dns:///flyte.example.com:8090", False),
        ("Flyte.Example.COM", "dns:///flyte.example.com:443", False),
        ("dns:///flyte.example.com", "dns:///flyte.example.com:443", False),
        ("dns:///flyte.example.com:8090/", "dns:///flyte.example.com:8090", False),
        ("https://flyte.example.com/", "dns:///flyte.example.com:443", False),
        ("HTTPS://flyte.example.com:8443", "dns:///flyte.example.com:8443", False),
        ("http://flyte.example.com", "dns:///flyte.example.com:80", True),
        ("http://localhost:30080/", "dns:///localhost:30080", True),
        ("localhost", "dns:///localhost:443", False),
        ("10.0.0.1:8090", "dns:///10.0.0.1:8090", False),
        ("[::1]:8090", "dns:///[::1]:8090", False),
        ("  flyte.example.com\n", "dns:///flyte.example.com:443", False),
    ],
)
def test_every_spelling_of_an_endpoint(cwd: Path, home: Path, text: str, endpoint: str, insecure: bool) -> None:
    found = connect(cwd, endpoint=text)
    assert (found.endpoint, found.insecure) == (endpoint, insecure)
    assert found.host == endpoint.removeprefix("dns:///")


@pytest.mark.parametrize(
    "text",
    [
        "ftp://host",
        "https://host/console",
        "host:port",
        "host:0",
        "host:65536",
        "::1",
        "[1::2::3]",
        "dns://8.8.8.8/host",
        "dns:///",
        "a b",
        "-host",
        "host?x=1",
        "https://",
    ],
)
def test_what_is_no_endpoint_is_a_usage_error(cwd: Path, home: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"--endpoint: .* is no (endpoint|IPv6 address)"):
        connect(cwd, endpoint=text)


def test_credentials_in_an_endpoint_are_refused_and_not_repeated(cwd: Path, home: Path) -> None:
    with pytest.raises(UsageError) as caught:
        connect(cwd, endpoint="https://user:hunter2@host")
    assert "hunter2" not in str(caught.value)


def test_the_address_has_a_port_only_if_one_was_written(cwd: Path, home: Path) -> None:
    assert connect(cwd, endpoint="dns:///flyte.example.com").address == "flyte.example.com"
    assert connect(cwd, endpoint="https://flyte.example.com:8443/").address == "flyte.example.com:8443"


@pytest.mark.parametrize(
    ("host", "org"),
    [
        ("acme.flyte.example.com", "acme"),
        ("flyte.example.com", "flyte"),
        ("example.com", ""),
        ("localhost", ""),
        ("10.0.0.1", ""),
        ("[::1]", ""),
    ],
)
def test_the_guess_of_the_org(cwd: Path, home: Path, host: str, org: str) -> None:
    assert guessed_org(host) == org
    found = connect(cwd, endpoint=f"{host}:8090")
    assert (found.org, found.guessed_org) == ("", org)


# TLS


@pytest.mark.parametrize(
    ("word", "insecure"),
    [("true", True), ("1", True), ("False", False), ("false", False), ("0", False), ("no", False), ("", False)],
)
def test_a_boolean_variable_is_read_not_taken_for_true(cwd: Path, home: Path, word: str, insecure: bool) -> None:
    environ = {"FLYTE_ADMIN_INSECURE": word, "FLYTE_ADMIN_ENDPOINT": "localhost:8090"}
    assert connect(cwd, environ).insecure is insecure


def test_a_boolean_variable_that_is_none_is_a_usage_error(cwd: Path, home: Path) -> None:
    with pytest.raises(UsageError, match=r"FLYTE_ADMIN_INSECURE can not be read \(write true or false\)"):
        connect(cwd, {"FLYTE_ADMIN_INSECURE": "maybe"}, endpoint="a")


def test_a_flag_says_secure_where_a_variable_says_insecure(cwd: Path, home: Path) -> None:
    assert not connect(cwd, {"FLYTE_ADMIN_INSECURE": "true"}, endpoint="a", insecure=False).insecure


def test_a_scheme_beats_variables_and_contradicts_a_flag(cwd: Path, home: Path) -> None:
    assert not connect(cwd, {"FLYTE_ADMIN_INSECURE": "true"}, endpoint="https://a").insecure
    assert connect(cwd, endpoint="http://a", insecure=True).insecure
    with pytest.raises(UsageError, match="--insecure contradicts https:// of --endpoint"):
        connect(cwd, endpoint="https://a", insecure=True)


def test_a_ca_file_is_found_from_here_and_beats_skip_verify(cwd: Path, home: Path) -> None:
    skip = {"FLYTE_ADMIN_INSECURESKIPVERIFY": "true"}
    assert connect(cwd, skip, endpoint="a").skip_verify
    found = connect(cwd, {**skip, "FLYTE_ADMIN_CACERTFILEPATH": "ca.pem"}, endpoint="a")
    assert (found.ca_file, found.skip_verify) == (str(cwd / "ca.pem"), False)
    assert connect(cwd, {"FLYTE_ADMIN_CACERTFILEPATH": "~/ca.pem"}, endpoint="a").ca_file == str(home / "ca.pem")


# the environment


def test_variables_count_without_any_file(cwd: Path, home: Path) -> None:
    found = connect(
        cwd,
        {
            "FLYTE_ADMIN_ENDPOINT": "variable.example.com",
            "FLYTE_ADMIN_CLIENTID": "me",
            "FLYTE_ADMIN_SCOPES": "all, offline",
            "FLYTE_ADMIN_HTTPPROXYURL": "http://proxy:3128",
            "FLYTE_TASK_PROJECT": "flytesnacks",
        },
    )
    assert (found.host, found.project, found.auth.client_id) == ("variable.example.com:443", "flytesnacks", "me")
    assert (found.auth.scopes, found.auth.http_proxy) == (("all", "offline"), "http://proxy:3128")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ('["uctl", "get token"]', ("uctl", "get token")),
        ("uctl get-token --audience 'a b'", ("uctl", "get-token", "--audience", "a b")),
    ],
)
def test_a_command_is_a_json_list_or_a_shell_line(cwd: Path, home: Path, text: str, command: tuple[str, ...]) -> None:
    found = connect(cwd, {"FLYTE_AUTH_COMMAND": text, "FLYTE_ADMIN_PROXYCOMMAND": text}, endpoint="a")
    assert found.auth.command == found.auth.proxy_command == command


@pytest.mark.parametrize("text", ["get 'token", "[1,", '[["a"]]', "[null]"])
def test_a_command_that_can_not_be_read_is_a_usage_error(cwd: Path, home: Path, text: str) -> None:
    with pytest.raises(UsageError, match="FLYTE_AUTH_COMMAND can not be read"):
        connect(cwd, {"FLYTE_AUTH_COMMAND": text}, endpoint="a")


def test_an_alias_beats_the_derived_name_unless_it_is_empty(cwd: Path, home: Path) -> None:
    environ = {"FLYTE_AUTH_TYPE": "DeviceFlow", "FLYTE_ADMIN_AUTHTYPE": "Pkce"}
    assert connect(cwd, environ, endpoint="a").auth.type is AuthType.DEVICE_FLOW
    assert connect(cwd, environ | {"FLYTE_AUTH_TYPE": ""}, endpoint="a").auth.type is AuthType.PKCE


# logins


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Pkce", AuthType.PKCE),
        ("PKCE", AuthType.PKCE),
        ("client-secret", AuthType.CLIENT_SECRET),
        ("app_credential", AuthType.CLIENT_SECRET),
        ("headless", AuthType.DEVICE_FLOW),
        ("device_flow", AuthType.DEVICE_FLOW),
        ("custom", AuthType.EXTERNAL_COMMAND),
        ("ExternalCommand", AuthType.EXTERNAL_COMMAND),
        ("passthrough", AuthType.PASSTHROUGH),
    ],
)
def test_the_spellings_of_an_auth_type(cwd: Path, home: Path, word: str, kind: AuthType) -> None:
    assert connect(cwd, {"FLYTE_AUTH_TYPE": word}, endpoint="a").auth.type is kind
    assert connect(cwd, endpoint="a", auth_type=word).auth.type is kind


def test_an_unknown_auth_type_names_the_known_ones(cwd: Path, home: Path) -> None:
    with pytest.raises(UsageError, match=r"--auth-type kerberos .*Pkce, ClientSecret, DeviceFlow"):
        connect(cwd, endpoint="a", auth_type="kerberos")


def test_pkce_is_the_default(cwd: Path, home: Path) -> None:
    assert connect(cwd, endpoint="a").auth.type is AuthType.PKCE


def test_a_secret_means_client_secret_unless_a_stronger_source_says_otherwise(cwd: Path, home: Path) -> None:
    write(cwd / ".flyte" / "config.yaml", "admin: {clientSecretLocation: secret, authType: Pkce}\n")
    found = connect(cwd, endpoint="a").auth
    assert (found.type, found.client_secret_file) == (AuthType.CLIENT_SECRET, str(cwd / "secret"))
    assert connect(cwd, {"FLYTE_AUTH_TYPE": "DeviceFlow"}, endpoint="a").auth.type is AuthType.DEVICE_FLOW


def test_a_secret_variable_counts_only_if_it_is_set(cwd: Path, home: Path) -> None:
    environ = {"FLYTE_ADMIN_CLIENTSECRETENVVAR": "MY_SECRET"}
    unset = connect(cwd, environ, endpoint="a").auth
    assert (unset.type, unset.client_secret, unset.client_secret_variable) == (AuthType.PKCE, None, "MY_SECRET")
    found = connect(cwd, environ | {"MY_SECRET": "hunter2\n"}, endpoint="a").auth
    assert (found.type, found.client_secret) == (AuthType.CLIENT_SECRET, Secret("hunter2"))


def test_without_tls_only_a_login_that_nobody_sits_by(cwd: Path, home: Path) -> None:
    assert connect(cwd, endpoint="http://a").auth.type is AuthType.NONE
    assert connect(cwd, {"FLYTE_AUTH_TYPE": "Pkce"}, endpoint="http://a").auth.type is AuthType.NONE
    assert connect(cwd, {"FLYTE_AUTH_TYPE": "command"}, endpoint="http://a").auth.type is AuthType.EXTERNAL_COMMAND


def test_the_keyring_is_left_alone_in_a_cluster_unless_it_is_asked_for(cwd: Path, home: Path) -> None:
    cluster = {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}
    assert not connect(cwd, endpoint="a").auth.disable_keyring
    assert connect(cwd, cluster, endpoint="a").auth.disable_keyring
    assert not connect(cwd, cluster | {"FLYTE_ADMIN_DISABLEKEYRING": "false"}, endpoint="a").auth.disable_keyring
    assert connect(cwd, {"FLYTE_ADMIN_DISABLEKEYRING": "true"}, endpoint="a").auth.disable_keyring


def test_secrets_are_in_no_repr(cwd: Path, home: Path) -> None:
    environ = {"FLYTE_API_KEY": key("a:id:hunter2:"), "FLYTEPLAN_AUTH_METADATA": "authorization: Bearer hunter2"}
    found = connect(cwd, environ)
    assert found.auth.client_secret == Secret("hunter2")
    assert "hunter2" not in repr(found)
    assert "hunter2" not in f"{found.auth.client_secret} {found.auth.metadata!s}"


# FLYTE_API_KEY


@pytest.mark.parametrize(
    ("text", "host", "org"),
    [
        ("flyte.example.com:id:word:acme", "flyte.example.com:443", "acme"),
        ("flyte.example.com:8090:id:word:acme", "flyte.example.com:8090", "acme"),
        ("dns:///flyte.example.com:id:word:acme", "flyte.example.com:443", "acme"),
        ("dns:///flyte.example.com:8090:id:word:", "flyte.example.com:8090", ""),
        ("https://flyte.example.com:8090:id:word:None", "flyte.example.com:8090", ""),
    ],
)
def test_an_api_key_may_have_an_endpoint_with_colons(cwd: Path, home: Path, text: str, host: str, org: str) -> None:
    found = connect(cwd, {"FLYTE_API_KEY": key(text)})
    assert (found.host, found.org, found.origin) == (host, org, "FLYTE_API_KEY")
    assert (found.auth.type, found.auth.client_id) == (AuthType.CLIENT_SECRET, "id")
    assert found.auth.client_secret == Secret("word")


def test_an_api_key_may_lack_its_padding(cwd: Path, home: Path) -> None:
    assert connect(cwd, {"FLYTE_API_KEY": key("flyte.example.com:id:word:ab").rstrip("=")}).org == "ab"


@pytest.mark.parametrize("word", ["hunter2!", key("host:hunter2"), key("host::hunter2:"), "aHVudGVyMg=", "/w=="])
def test_a_broken_api_key_is_a_usage_error_that_does_not_show_it(cwd: Path, home: Path, word: str) -> None:
    with pytest.raises(UsageError, match="FLYTE_API_KEY can not be read") as caught:
        connect(cwd, {"FLYTE_API_KEY": word})
    assert "hunter2" not in str(caught.value)
    assert word not in str(caught.value)


def test_a_target_says_how_its_endpoint_is_reached(cwd: Path, home: Path) -> None:
    write(cwd / "secret.txt", "word")
    said = (
        ("insecure_skip_verify", True),
        ("auth_type", "ClientSecret"),
        ("client_id", "me"),
        ("client_secret_location", str(cwd / "secret.txt")),
        ("scopes", ("all", "offline")),
    )
    found = connect_to(cwd, Target(name="t", endpoint="target.example.com", connection=said))
    assert found.skip_verify
    assert (found.auth.type, found.auth.client_id, found.auth.scopes) == (
        *(AuthType.CLIENT_SECRET, "me"),
        ("all", "offline"),
    )
    plain = connect_to(cwd, Target(name="t", endpoint="127.0.0.1:8090", connection=(("insecure", True),)))
    assert plain.insecure


def test_how_a_target_logs_in_is_nothing_to_another_endpoint(cwd: Path, home: Path) -> None:
    target = Target(name="t", endpoint="127.0.0.1:8090", connection=(("insecure", True), ("client_id", "me")))
    other = connect_to(cwd, target, endpoint="other.example.com")
    assert not other.insecure
    assert other.auth.client_id != "me"
    assert connect_to(cwd, target, endpoint="http://127.0.0.1:8090").insecure
    assert not connect_to(cwd, target, insecure=False).insecure
