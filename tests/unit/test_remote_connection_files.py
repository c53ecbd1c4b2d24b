from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flyteplan.errors import InputError, UsageError
from flyteplan.model.config import Target
from flyteplan.remote.connection import AuthType, Connection, Flags, connection


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    (tmp_path / "checkout" / "work").mkdir(parents=True)
    (tmp_path / "checkout" / ".git").mkdir()
    return tmp_path / "checkout" / "work"


def connect(cwd: Path, environ: Mapping[str, str] | None = None, target: str = "", **flags: Any) -> Connection:
    environ = {"HOME": str(cwd.parent.parent / "home"), **(environ or {})}
    return connection(Flags(**flags), environ, str(cwd), Target(name="production", endpoint=target))


def write(path: Path, endpoint: str, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["admin:", f"  endpoint: {endpoint}", *lines, ""]), "utf-8")
    return path


def test_the_first_file_of_the_search_order_counts(cwd: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    environ = {"UCTL_CONFIG": str(tmp_path / "uctl.yaml"), "FLYTECTL_CONFIG": str(tmp_path / "flytectl.yaml")}
    places = [
        cwd / "config.yaml",
        cwd / ".flyte" / "config.yaml",
        cwd.parent / ".flyte" / "config.yaml",
        tmp_path / "uctl.yaml",
        tmp_path / "flytectl.yaml",
        home / ".union" / "config.yaml",
        home / ".flyte" / "config.yaml",
    ]
    for number, place in enumerate(places):
        write(place, f"place-{number}")
    for number, place in enumerate(places):
        assert connect(cwd, environ).host == f"place-{number}:443"
        place.unlink()
        environ = {name: path for name, path in environ.items() if path != str(place)}


def test_a_named_file_wins(cwd: Path) -> None:
    write(cwd / "config.yaml", "found")
    write(cwd / "other.yaml", "named")
    assert connect(cwd, config="other.yaml").host == "named:443"


@pytest.mark.parametrize(("flags", "environ"), [({"config": "no.yaml"}, {}), ({}, {"UCTL_CONFIG": "no.yaml"})])
def test_a_named_file_that_is_not_there_is_a_usage_error(
    cwd: Path, flags: dict[str, Any], environ: dict[str, str]
) -> None:
    name = "--config" if flags else "UCTL_CONFIG"
    with pytest.raises(UsageError, match=f"{name}: there is no file no.yaml"):
        connect(cwd, environ, endpoint="a", **flags)


@pytest.mark.parametrize(
    "text",
    ["a: [", "name: something else\n", "admin: {insecure: true}\n", "- admin: {endpoint: a}\n", "admin:\n", "\tx"],
)
def test_a_config_yaml_that_is_not_flytes_is_not_picked_up(cwd: Path, text: str) -> None:
    (cwd / "config.yaml").write_text(text, "utf-8")
    write(cwd / ".flyte" / "config.yaml", "right")
    assert connect(cwd).host == "right:443"


def test_a_config_yaml_that_is_flytes_and_broken_is_reported(cwd: Path) -> None:
    write(cwd / "config.yaml", "a", "  insecure: [")
    with pytest.raises(InputError, match=r"^config\.yaml:"):
        connect(cwd, endpoint="a")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("admin:\n  insecure: perhaps\n", r"2:13: error\[FP1103\]: admin.insecure can not be read \(write true or"),
        ("admin:\n  endpoint: [a]\n", r"2:13: error\[FP1103\]: admin.endpoint can not be read \(write text\)"),
        ("admin: x\n", r"1:8: error\[FP1103\]: admin is not a mapping"),
        ("- a\n", r"1:1: error\[FP1103\]: the file is not a mapping"),
        ("admin:\n  command: {a: b}\n", "2:12: .*admin.command can not be read"),
        ("admin:\n  authType: Kerberos\n", "2:13: .*admin.authType can not be read .*one of Pkce"),
        ("admin: {", "error.FP1003"),
    ],
)
def test_a_wrong_file_is_an_input_error_with_its_place(cwd: Path, text: str, message: str) -> None:
    path = cwd / ".flyte" / "config.yaml"
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=rf"^\.flyte/config\.yaml:{'' if message[0].isdigit() else '.*'}{message}"):
        connect(cwd, endpoint="a")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "admin:\ntask:\n",
        "admin: {endpoint: null, scopes: null}\n",
        "admin: {endpoint: '', insecure: ''}\n",
        "logger: {level: 1}\n",
    ],
)
def test_what_is_null_says_nothing(cwd: Path, text: str) -> None:
    path = cwd / ".flyte" / "config.yaml"
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    assert connect(cwd, target="a").host == "a:443"


def test_all_keys_are_read(cwd: Path) -> None:
    write(
        cwd / ".flyte" / "config.yaml",
        "flyte.example.com",
        "  insecureSkipVerify: true",
        "  httpProxyURL: http://proxy:3128",
        "  disableKeyring: true",
        "  command: [uctl, get-token]",
        "  proxyCommand: [iap, token, 1]",
        "  clientId: 123",
        "  scopes: [all, offline]",
        "  authType: externalcommand",
        "console: {endpoint: elsewhere}",
        "task: {org: acme, project: flytesnacks, domain: production}",
    )
    found = connect(cwd)
    assert (found.skip_verify, found.org, found.project, found.domain) == (True, "acme", "flytesnacks", "production")
    auth = found.auth
    assert (auth.type, auth.command, auth.proxy_command) == (
        AuthType.EXTERNAL_COMMAND,
        ("uctl", "get-token"),
        ("iap", "token", "1"),
    )
    assert (auth.http_proxy, auth.disable_keyring, auth.client_id) == ("http://proxy:3128", True, "123")
    assert auth.scopes == ("all", "offline")


def test_a_found_file_does_not_speak_for_another_endpoint(cwd: Path) -> None:
    lines = ["  insecure: true", "  clientId: me", "  clientSecretLocation: secret", "task: {project: flytesnacks}"]
    write(cwd / ".flyte" / "config.yaml", "flyte.example.com", *lines)
    same = connect(cwd, target="https://flyte.example.com:8443")
    assert same.auth.client_id == "me"
    other = connect(cwd, target="elsewhere.example.com")
    assert (other.insecure, other.auth.client_id, other.auth.client_secret_file) == (False, "", "")
    assert other.project == "flytesnacks"


def test_a_named_file_speaks_for_the_endpoint_that_a_flag_names(cwd: Path) -> None:
    write(cwd / "my.yaml", "flyte.example.com", "  clientId: me")
    assert connect(cwd, config="my.yaml", endpoint="elsewhere").auth.client_id == "me"


def test_a_named_file_and_a_target_that_disagree_are_refused(cwd: Path) -> None:
    write(cwd / "my.yaml", "flyte.example.com", "  clientId: me")
    with pytest.raises(UsageError, match=r"--config is about flyte.example.com, and target production about elsewhere"):
        connect(cwd, config="my.yaml", target="elsewhere")
    assert connect(cwd, config="my.yaml", target="https://flyte.example.com").auth.client_id == "me"
