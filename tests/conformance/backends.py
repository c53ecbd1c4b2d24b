"""The servers that the suite runs against. Add one here, and a fixture of its own is not needed.

A backend is a `connect` that gives a `Connection`. The tests know nothing else of a server than that and its `Variant`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from flyteidl2.project.project_service_pb2 import CreateProjectRequest, Project
from google.protobuf.message import Message

from flyteplan.local.clock import now
from flyteplan.local.faults import Fault
from flyteplan.local.services import handlers
from flyteplan.local.store import Store, runs
from flyteplan.local.variant import OPEN_SOURCE, STRICT, Variant
from flyteplan.model.run import RunName

# In this many looks a stream that has something to tell has told it.
_LOOKS = 3


class CallError(Exception):
    """What a server answers instead of a response: `code` is the name of a gRPC status code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Connection(Protocol):
    """A server on the other side."""

    def call(self, path: str, request: Message) -> Any:
        """The response to a unary call. Raises CallError."""

    def first(self, path: str, request: Message, count: int) -> Sequence[Any]:
        """The first *count* responses of a stream, or all when it ends before. Raises CallError."""

    def drive(self, run: RunName, phase: int, error: str | None) -> bool:
        """Has the execution of a run report a phase. Whether that can be done here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A server, and where on it the tests may leave tasks. `connect` gets a folder of its own."""

    name: str
    variant: Variant
    connect: Callable[[Path], AbstractContextManager[Connection]]
    org: str = "conformance"
    project: str = "conformance"
    domain: str = "development"


class InProcess:
    """The handlers of the embedded catalog, called as functions with what would go over the wire."""

    def __init__(self, store: Store, variant: Variant) -> None:
        self._store = store
        self._handlers = {handler.path: handler for handler in handlers(store, now, variant)}

    def call(self, path: str, request: Message) -> Any:
        return next(iter(self.first(path, request, 1)))

    def first(self, path: str, request: Message, count: int) -> Sequence[Any]:
        if path not in self._handlers:
            raise CallError("UNIMPLEMENTED", path)
        handler = self._handlers[path]
        received = handler.request.FromString(request.SerializeToString())
        try:
            answer = handler.call(received)
            responses = islice(answer, count + _LOOKS) if handler.streams else [answer]
            sent = [response.SerializeToString() for response in responses if response is not None]
        except Fault as fault:
            raise CallError(fault.code, fault.message) from None
        return [handler.response.FromString(response) for response in sent[:count]]

    def drive(self, run: RunName, phase: int, error: str | None) -> bool:
        with self._store.writing() as connection:
            return runs.report(connection, run, phase, now(), error)


def in_process(variant: Variant) -> Callable[[Path], AbstractContextManager[Connection]]:
    @contextmanager
    def connect(folder: Path) -> Iterator[Connection]:
        with Store(str(folder / "catalog.db"), mode="create") as store:
            connection = InProcess(store, variant)
            project = Project(org="conformance", id="conformance", name="conformance")
            connection.call("/flyteidl2.project.ProjectService/CreateProject", CreateProjectRequest(project=project))
            yield connection

    return connect


def backends() -> list[Backend]:
    return [Backend(name=f"local-{one.name}", variant=one, connect=in_process(one)) for one in (OPEN_SOURCE, STRICT)]
