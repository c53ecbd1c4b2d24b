"""Logins over a real connection: one for many calls, and one more when the token has expired."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from flyteidl2.auth.auth_service_pb2 import GetOAuth2MetadataResponse, GetPublicClientConfigResponse
from flyteidl2.task.task_definition_pb2 import TaskDetails, TaskSpec
from flyteidl2.task.task_service_pb2 import GetTaskDetailsResponse
from tests.oauth_server import SECRET, oauth_server
from tests.remote.servers import grpc_server
from tests.remote.serving import remote

from flyteplan.errors import CatalogError
from flyteplan.model.task import Scope, TaskName, TaskVersion
from flyteplan.remote.methods import GET_OAUTH2_METADATA, GET_PUBLIC_CLIENT_CONFIG, GET_TASK_DETAILS, LIST_TASKS

SCOPE = Scope("p", "d")
KEYS = [TaskVersion(TaskName("p", "d", f"env.task_{number:03}"), "v1") for number in range(500)]
ANSWER = GetTaskDetailsResponse(details=TaskDetails(spec=TaskSpec(short_name="t"))).SerializeToString()
PROGRAM = """
import sys
with open(sys.argv[1], "a+") as file:
    file.write("x")
    print(f"token-{file.tell()}")
"""


class Guarded:
    """An endpoint that lets in who shows `good`; `answers` counts what it said, `headers` are those of the last."""

    def __init__(self, good: str) -> None:
        self.good = good
        self.answers: Counter[str] = Counter()
        self.headers: dict[str, str] = {}

    def methods(self) -> dict[str, Any]:
        return {GET_TASK_DETAILS.path: self._guarded(ANSWER), LIST_TASKS.path: self._guarded(b"")}

    def _guarded(self, answer: bytes) -> Any:
        def call(_: bytes, context: Any) -> bytes:
            self.headers = dict(context.invocation_metadata())
            if self.headers.get("authorization") != f"Bearer {self.good}":
                self.answers["refused"] += 1
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you?")
            self.answers["answered"] += 1
            return answer

        return call


class Program:
    """A command that prints token-1, token-2 and so on."""

    def __init__(self, folder: Path) -> None:
        (folder / "program.py").write_text(PROGRAM, "utf-8")
        self._calls = folder / "calls"
        self.environ = {
            "FLYTE_AUTH_TYPE": "ExternalCommand",
            "FLYTE_AUTH_COMMAND": json.dumps([sys.executable, str(folder / "program.py"), str(self._calls)]),
        }

    @property
    def calls(self) -> int:
        return self._calls.stat().st_size if self._calls.exists() else 0


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def test_five_hundred_calls_cause_one_login(program: Program) -> None:
    guarded = Guarded("token-1")
    with grpc_server(guarded.methods()) as endpoint, remote(endpoint, environ=program.environ) as found:
        assert len(found.templates(KEYS)) == 500
    assert program.calls == 1
    assert guarded.answers["answered"] == 500
    assert guarded.answers["refused"] <= 200


def test_a_token_that_expires_is_renewed_once(program: Program) -> None:
    guarded = Guarded("token-1")
    with grpc_server(guarded.methods()) as endpoint, remote(endpoint, environ=program.environ) as found:
        found.listing(SCOPE)
        guarded.good = "token-2"
        assert len(found.templates(KEYS)) == 500
    assert program.calls == 2
    assert guarded.answers["answered"] == 501


def test_a_login_that_does_not_let_us_in_is_an_error_and_no_loop(program: Program) -> None:
    guarded = Guarded("another")
    message = r"the login is missing or expired .*UNAUTHENTICATED: who are you\?"
    server = grpc_server(guarded.methods())
    with (
        server as endpoint,
        remote(endpoint, environ=program.environ) as found,
        pytest.raises(CatalogError, match=message),
    ):
        found.templates(KEYS)
    assert program.calls == 1


def test_nobody_logs_in_where_nobody_asks(program: Program) -> None:
    with grpc_server({LIST_TASKS.path: lambda *_: b""}) as endpoint, remote(endpoint, environ=program.environ) as found:
        found.listing(SCOPE)
    assert program.calls == 0


def test_every_attempt_has_an_id_of_its_own(program: Program) -> None:
    guarded = Guarded("token-1")
    with grpc_server(guarded.methods()) as endpoint, remote(endpoint, environ=program.environ) as found:
        found.listing(SCOPE)
        first = guarded.headers["x-request-id"]
        found.listing(Scope("q", "d"))
    assert len(first) == 32
    assert guarded.headers["x-request-id"] != first


@contextmanager
def endpoint_of(url: str, guarded: Guarded) -> Iterator[str]:
    metadata = GetOAuth2MetadataResponse(token_endpoint=f"{url}/token")
    client = GetPublicClientConfigResponse(scopes=["all"], authorization_metadata_key="authorization")
    discovery = {
        GET_OAUTH2_METADATA.path: lambda *_: metadata.SerializeToString(),
        GET_PUBLIC_CLIENT_CONFIG.path: lambda *_: client.SerializeToString(),
    }
    with grpc_server({**guarded.methods(), **discovery}) as endpoint:
        yield endpoint


def by_secret(folder: Path, secret: str = SECRET) -> dict[str, str]:
    (folder / "secret").write_text(secret, "utf-8")
    return {
        "FLYTE_AUTH_TYPE": "ClientSecret",
        "FLYTE_ADMIN_CLIENTID": "me",
        "FLYTE_ADMIN_CLIENTSECRETLOCATION": str(folder / "secret"),
    }


def test_an_application_logs_in_where_the_endpoint_says(tmp_path: Path) -> None:
    guarded = Guarded("access-1")
    with oauth_server() as server, endpoint_of(server.url, guarded) as endpoint:
        with remote(endpoint, environ=by_secret(tmp_path)) as found:
            assert len(found.templates(KEYS)) == 500
        assert [form["grant_type"] for form in server.forms] == ["client_credentials"]


def test_a_secret_that_is_wrong_is_said_without_the_secret(tmp_path: Path) -> None:
    with oauth_server() as server, endpoint_of(server.url, Guarded("access-1")) as endpoint:
        with remote(endpoint, environ=by_secret(tmp_path, "guess")) as found, pytest.raises(CatalogError) as caught:
            found.templates(KEYS)
        assert len(server.forms) == 1
    assert "invalid_client" in str(caught.value)
    assert "guess" not in str(caught.value)


def test_an_endpoint_that_does_not_say_where_to_log_in(tmp_path: Path) -> None:
    message = r"asks for a login and does not say where to get one \(ask its operator"
    server, environ = grpc_server(Guarded("access-1").methods()), by_secret(tmp_path)
    with server as endpoint, remote(endpoint, environ=environ) as found, pytest.raises(CatalogError, match=message):
        found.listing(SCOPE)
