"""Servers behind a real connection: `flyteplan serve` in a process of its own, and any endpoint that is named.

FLYTEPLAN_CONFORMANCE_ENDPOINT   host:port, or https://host; plaintext without a scheme
FLYTEPLAN_CONFORMANCE_PROJECT    a project that is there, and may be filled with tasks (default: conformance)
FLYTEPLAN_CONFORMANCE_DOMAIN     (default: development)
FLYTEPLAN_CONFORMANCE_ORG        (default: none)
FLYTEPLAN_CONFORMANCE_VARIANT    open-source (default) or strict
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import grpc
from flyteidl2.project import project_service_pb2
from flyteidl2.task import task_service_pb2
from flyteidl2.trigger import trigger_service_pb2
from flyteidl2.workflow import run_service_pb2
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from tests.conformance.backends import Backend, CallError, Connection

from flyteplan.local.clock import now
from flyteplan.local.store import Store, runs
from flyteplan.local.variant import OPEN_SOURCE, STRICT, Variant
from flyteplan.model.run import RunName

_REPOSITORY = Path(__file__).parents[2]
_DEADLINE_SECONDS = 20.0
_SERVICES = (project_service_pb2, task_service_pb2, trigger_service_pb2, run_service_pb2)
_VARIANTS = {variant.name: variant for variant in (OPEN_SOURCE, STRICT)}


class OverGrpc:
    """Calls by path, with the messages that the descriptors name. `store` is the server's own, where we have it."""

    def __init__(self, channel: grpc.Channel, store: Store | None = None) -> None:
        self._channel, self._store = channel, store
        self._methods = {
            f"/{service.full_name}/{method.name}": method
            for module in _SERVICES
            for service in module.DESCRIPTOR.services_by_name.values()
            for method in service.methods
        }

    def call(self, path: str, request: Message) -> Any:
        (response,) = self.first(path, request, 1)
        return response

    def first(self, path: str, request: Message, count: int) -> Sequence[Any]:
        method = self._methods.get(path)
        # A method that does not exist has no response either: any type does.
        answer = GetMessageClass(method.output_type) if method else type(request)
        streams = bool(method and method.server_streaming)
        make = self._channel.unary_stream if streams else self._channel.unary_unary
        rpc = make(path, type(request).SerializeToString, answer.FromString)
        try:
            response = rpc(request, timeout=_DEADLINE_SECONDS)
            return _taken(response, count) if streams else [response]
        except grpc.RpcError as error:
            raise CallError(error.code().name, error.details() or "") from None

    def drive(self, run: RunName, phase: int, error: str | None) -> bool:
        if self._store is None:
            return False
        with self._store.writing() as connection:
            return runs.report(connection, run, phase, now(), error)


def _taken(stream: Any, count: int) -> list[Any]:
    responses = list(islice(stream, count))
    stream.cancel()
    return responses


def served(variant: Variant) -> Callable[[Path], AbstractContextManager[Connection]]:
    """`flyteplan serve` on a database in the folder, and the same database for driving runs."""

    @contextmanager
    def connect(folder: Path) -> Iterator[Connection]:
        database = str(folder / "catalog.db")
        command = [sys.executable, "-m", "flyteplan", "serve", "--catalog", database]
        command += ["--strict"] if variant.enforces_rules else []
        environment = {**os.environ, "PYTHONPATH": str(_REPOSITORY / "tool")}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            try:
                ready = json.loads(process.stdout.readline()) if process.stdout else {}
                with grpc.insecure_channel(ready["endpoint"]) as channel, Store(database) as store:
                    connection = OverGrpc(channel, store)
                    _make_project(connection)
                    yield connection
            finally:
                process.terminate()
        assert process.returncode == 0, process.returncode

    return connect


def _make_project(connection: Connection) -> None:
    project = project_service_pb2.Project(org="conformance", id="conformance", name="conformance")
    request = project_service_pb2.CreateProjectRequest(project=project)
    connection.call("/flyteidl2.project.ProjectService/CreateProject", request)


def named(endpoint: str) -> Callable[[Path], AbstractContextManager[Connection]]:
    """An endpoint that somebody runs: nothing but calls reaches it."""

    @contextmanager
    def connect(folder: Path) -> Iterator[Connection]:
        secure = endpoint.startswith("https://")
        target = endpoint.removeprefix("https://").removeprefix("http://")
        credentials = grpc.ssl_channel_credentials()
        with grpc.secure_channel(target, credentials) if secure else grpc.insecure_channel(target) as channel:
            yield OverGrpc(channel)

    return connect


def backends() -> list[Backend]:
    found = [Backend(name=f"serve-{one.name}", variant=one, connect=served(one)) for one in (OPEN_SOURCE, STRICT)]
    endpoint = os.environ.get("FLYTEPLAN_CONFORMANCE_ENDPOINT")
    return [*found, _backend(endpoint)] if endpoint else found


def _backend(endpoint: str) -> Backend:
    return Backend(
        name="endpoint",
        variant=_VARIANTS[os.environ.get("FLYTEPLAN_CONFORMANCE_VARIANT", OPEN_SOURCE.name)],
        connect=named(endpoint),
        org=os.environ.get("FLYTEPLAN_CONFORMANCE_ORG", ""),
        project=os.environ.get("FLYTEPLAN_CONFORMANCE_PROJECT", "conformance"),
        domain=os.environ.get("FLYTEPLAN_CONFORMANCE_DOMAIN", "development"),
    )
