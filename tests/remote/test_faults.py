"""What goes wrong on a real connection: no hang, one clear line, and never a part for the whole."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from flyteidl2.task.task_definition_pb2 import TaskDetails, TaskSpec
from flyteidl2.task.task_service_pb2 import GetTaskDetailsResponse
from tests.remote.servers import certificate, grpc_server, http1_server, silent_server
from tests.remote.serving import PATIENT, flyteplan, remote, serving

from flyteplan.errors import CatalogError, Exit
from flyteplan.local.fill import fill
from flyteplan.local.store import Store
from flyteplan.model.task import Scope, TaskName, TaskVersion
from flyteplan.remote.methods import GET_TASK_DETAILS, LIST_TASKS

SCOPE = Scope("p", "d")
COUNT = 1000
TASKS = [TaskName("p", "d", f"env.task_{number:04}") for number in range(COUNT)]
KEYS = [TaskVersion(task, "v1") for task in TASKS]
HASTY = replace(PATIENT, deadline_seconds=0.5)
# Everything on a connection that fails is over long before.
SECONDS = 8.0


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("catalog") / "catalog.db")

    def details() -> Iterator[TaskDetails]:
        for number, task in enumerate(TASKS):
            found = TaskDetails(spec=TaskSpec(short_name=task.name))
            found.task_id.project, found.task_id.domain = "p", "d"
            found.task_id.name, found.task_id.version = task.name, "v1"
            found.metadata.deployed_at.seconds = 1_700_000_000 + number
            yield found

    with Store(path, mode="create") as store:
        fill(store, details())
    return path


@pytest.fixture(autouse=True)
def no_hang() -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < SECONDS


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


def credentials(tls: tuple[Path, Path]) -> Any:
    return grpc.ssl_server_credentials([(tls[0].read_bytes(), tls[1].read_bytes())])


def failure(ask: Callable[[], object]) -> str:
    """The one line that a user reads."""
    with pytest.raises(CatalogError) as caught:
        ask()
    assert caught.value.exit_code == Exit.FAILED
    assert "\n" not in str(caught.value)
    return str(caught.value)


def refusal(endpoint: str, **how: Any) -> str:
    with remote(endpoint, **how) as found:
        return failure(lambda: found.listing(SCOPE))


def test_a_server_that_dies_between_two_pages_leaves_no_listing(catalog: str) -> None:
    with serving("--exit-after", "2", catalog=catalog) as (endpoint, process), remote(endpoint) as found:
        for _ in range(2):
            said = failure(lambda: found.listing(SCOPE))
            assert f"{endpoint}: the server has answered before, and is gone (try again, or look at the server)" in said
        assert process.wait(timeout=5) == 1


def test_a_server_that_dies_among_the_templates_leaves_none(catalog: str) -> None:
    with serving("--exit-after", "300", catalog=catalog) as (endpoint, _), remote(endpoint) as found:
        assert "is gone" in failure(lambda: found.templates(KEYS))


def test_a_server_that_is_never_available_is_given_up(catalog: str) -> None:
    with serving("--unavailable-every", "1", catalog=catalog) as (endpoint, _), remote(endpoint) as found:
        said = failure(lambda: found.templates(KEYS))
    assert "the server is not available (try again, or look at the server) [GetTaskDetails of p/d/env.task_" in said
    assert "asked for with --unavailable-every" in said


@pytest.mark.parametrize("trouble", ["--unavailable-every", "--reset-every"])
def test_calls_that_fail_now_and_then_are_made_again(catalog: str, trouble: str) -> None:
    with serving(trouble, "23", catalog=catalog) as (endpoint, _), remote(endpoint) as found:
        assert len(found.listing(SCOPE)) == COUNT
        assert set(found.templates(KEYS)) == set(KEYS)


def test_an_answer_that_takes_longer_than_the_deadline_is_an_error(catalog: str) -> None:
    flags = ("--slow-every", "100", "--slow", "60s")
    with serving(*flags, catalog=catalog) as (endpoint, _), remote(endpoint, limits=HASTY) as found:
        assert "no answer in time" in failure(lambda: found.templates(KEYS))


def test_a_thousand_tasks_at_20_ms_take_a_few_round_trips_and_not_a_thousand(catalog: str) -> None:
    with serving("--latency", "20ms", catalog=catalog) as (endpoint, _), remote(endpoint) as found:
        start = time.monotonic()
        newest = found.newest(TASKS)
        templates = found.templates(KEYS)
        seconds = time.monotonic() - start
    assert len(newest) == len(templates) == COUNT
    # One after another they would take more than 20 s; the window makes of them 6 round trips and the work.
    assert seconds < 5


def test_an_answer_of_20_megabytes_arrives() -> None:
    text = "x" * 20_000_000
    answer = GetTaskDetailsResponse(details=TaskDetails(spec=TaskSpec(short_name=text))).SerializeToString()
    with grpc_server({GET_TASK_DETAILS.path: lambda *_: answer}) as endpoint, remote(endpoint) as found:
        assert found.templates([KEYS[0]])[KEYS[0]].spec.short_name == text


def test_an_answer_above_64_megabytes_is_refused_at_once() -> None:
    answer = GetTaskDetailsResponse(details=TaskDetails(spec=TaskSpec(short_name="x" * (65 << 20)))).SerializeToString()
    with grpc_server({GET_TASK_DETAILS.path: lambda *_: answer}) as endpoint, remote(endpoint) as found:
        said = failure(lambda: found.templates([KEYS[0]]))
    assert "an answer is larger than 64 MiB (" in said
    assert "GetTaskDetails of p/d/env.task_0000 v1: RESOURCE_EXHAUSTED" in said


def test_nothing_listens() -> None:
    assert "dns:///127.0.0.1:1: nothing listens there (check the host and the port)" in refusal("127.0.0.1:1")


def test_a_host_that_is_not_known() -> None:
    said = refusal("no-such-host.invalid:443", insecure=False)
    assert "the host is not known (check its name, and the network)" in said


def test_a_server_that_says_nothing() -> None:
    with silent_server() as endpoint:
        assert "no answer in time (try again; else check the host and the port" in refusal(endpoint, limits=HASTY)


def test_plaintext_to_a_server_of_tls(tls: tuple[Path, Path]) -> None:
    with grpc_server({}, credentials(tls)) as endpoint:
        assert "it hangs up (if it is TLS that it speaks, leave out --insecure)" in refusal(endpoint)


def test_tls_to_a_server_of_plaintext() -> None:
    with grpc_server({}) as endpoint:
        assert "the server speaks plaintext (give --insecure)" in refusal(endpoint, insecure=False)


def test_a_certificate_that_nobody_vouches_for(tls: tuple[Path, Path]) -> None:
    with grpc_server({}, credentials(tls)) as endpoint:
        said = refusal(endpoint, insecure=False)
    assert "its certificate is not trusted (name the file of its CA in caCertFilePath)" in said


def test_a_certificate_for_another_host(tmp_path: Path) -> None:
    tls = certificate(tmp_path, "flyte.example.com")
    environ = {"FLYTE_ADMIN_CACERTFILEPATH": str(tls[1])}
    with grpc_server({}, credentials(tls)) as endpoint:
        said = refusal(endpoint, insecure=False, environ=environ)
    assert "its certificate is one for another host (use the host name that it is for)" in said


def test_the_ca_file_lets_us_in(tls: tuple[Path, Path]) -> None:
    environ = {"FLYTE_ADMIN_CACERTFILEPATH": str(tls[1])}
    server = grpc_server({LIST_TASKS.path: lambda *_: b""}, credentials(tls))
    with server as endpoint, remote(endpoint, insecure=False, environ=environ) as found:
        assert found.listing(SCOPE) == []


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_a_ca_file_that_is_none(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content, "utf-8")
    said = refusal("localhost:1", insecure=False, environ={"FLYTE_ADMIN_CACERTFILEPATH": str(path)})
    assert f"the CA file {path}" in said
    assert "caCertFilePath" in said


@pytest.mark.parametrize("name", ["localhost", "flyte.example.com", "*.example.com"])
def test_whom_nobody_verifies_is_spoken_to_with_a_warning(tmp_path: Path, name: str) -> None:
    told: list[str] = []
    server = grpc_server({LIST_TASKS.path: lambda *_: b""}, credentials(certificate(tmp_path, name)))
    environ = {"FLYTE_ADMIN_INSECURESKIPVERIFY": "true"}
    with server as endpoint, remote(endpoint, insecure=False, environ=environ, tell=told.append) as found:
        assert not told
        assert found.listing(SCOPE) == []
        assert found.listing(Scope("q", "d")) == []
    (line,) = told
    assert line.startswith(f"warning: the certificate of {endpoint} is not verified (insecureSkipVerify): ")


@pytest.mark.parametrize(
    ("serve", "message"),
    [
        (lambda: grpc_server({}), "the server speaks no TLS (if it speaks plaintext, give --insecure)"),
        (silent_server, "nothing answers there (check the host and the port, and the network: VPN, firewall)"),
    ],
)
def test_there_is_nothing_to_skip_the_verification_of(
    serve: Any, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flyteplan.remote.wire._CONNECT_SECONDS", 1.0)
    environ = {"FLYTE_ADMIN_INSECURESKIPVERIFY": "true"}
    with serve() as endpoint:
        assert message in refusal(endpoint, insecure=False, environ=environ, tell=lambda _: None)


def test_a_server_of_http_1() -> None:
    with http1_server() as endpoint:
        assert "HTTP/2 does not get through (let the ingress pass HTTP/2" in refusal(endpoint)


def test_an_ingress_of_http_1(tls: tuple[Path, Path]) -> None:
    environ = {"FLYTE_ADMIN_CACERTFILEPATH": str(tls[1])}
    with http1_server(tls) as endpoint:
        said = refusal(endpoint, insecure=False, environ=environ)
    assert "HTTP/2 does not get through (let the ingress pass HTTP/2" in said


def test_a_server_that_is_no_flyte() -> None:
    with grpc_server({}) as endpoint:
        said = refusal(endpoint)
    assert "the server does not know this call (check that it is a Flyte 2 backend, and not Flyte 1)" in said
    assert "[ListTasks of p/d: UNIMPLEMENTED" in said


def test_a_user_without_permission() -> None:
    def refuse(_: bytes, context: Any) -> bytes:
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "not\nyours")
        return b""

    with grpc_server({LIST_TASKS.path: refuse}) as endpoint:
        said = refusal(endpoint)
    assert (
        "no permission (ask for access to the project and domain) [ListTasks of p/d: PERMISSION_DENIED: not yours,"
        in said
    )
    assert ", request " in said


def test_a_command_ends_with_1_and_one_line() -> None:
    place = ("--project", "p", "--domain", "d", "--org", "acme")
    process = flyteplan("tasks", "list", "--endpoint", "127.0.0.1:1", "--insecure", *place)
    output, said = process.communicate(timeout=30)
    assert (output, process.returncode, said.count("\n")) == ("", Exit.FAILED, 1)
    assert said.startswith("error: dns:///127.0.0.1:1: nothing listens there (check the host and the port) [")


def test_a_command_that_waits_can_be_interrupted(catalog: str) -> None:
    with serving("--slow-every", "1", "--slow", "60s", catalog=catalog) as (endpoint, _):
        place = ("--project", "p", "--domain", "d", "--org", "acme")
        process = flyteplan("tasks", "list", "--endpoint", endpoint, "--insecure", *place)
        with pytest.raises(subprocess.TimeoutExpired):
            process.communicate(timeout=2)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=4) == ("", "interrupted\n")
        assert process.returncode == Exit.INTERRUPTED
