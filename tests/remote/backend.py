"""A Flyte 2 backend in memory that is its own wire, for what a server may do and a good one does not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import grpc
from flyteidl2.common.list_pb2 import ListRequest
from flyteidl2.task import task_definition_pb2, task_service_pb2
from flyteidl2.trigger import trigger_service_pb2

from flyteplan.model.derived import is_derived
from flyteplan.model.task import TaskName, TaskVersion
from flyteplan.remote import Limits, RemoteCatalog
from flyteplan.remote.channel import Channel
from flyteplan.remote.connection import Connection
from flyteplan.remote.login import Headers, Login
from flyteplan.remote.methods import Method

ADDRESS = "dns:///flyte.example.com:443"
CONNECTION = Connection(
    endpoint=ADDRESS, host="flyte.example.com:443", address="flyte.example.com", origin="--endpoint", insecure=True
)
QUICK = Limits(deadline_seconds=5, attempts=3, first_delay_seconds=0.001)


class Refusal(grpc.RpcError):  # type: ignore[misc]
    def __init__(self, code: str, details: str = "") -> None:
        super().__init__(details)
        self._code, self._details = code, details

    def code(self) -> Any:
        return grpc.StatusCode[self._code]

    def details(self) -> str:
        return self._details


class Future:
    """A call that has ended, or one that never will."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.cancelled = False

    def add_done_callback(self, callback: Callable[[Future], None]) -> None:
        if self._answer is not None:
            callback(self)

    def cancel(self) -> None:
        self.cancelled = True

    def result(self) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class Nobody:
    """A login that asks for none; it counts how often it was asked for another."""

    def __init__(self) -> None:
        self.refreshes = 0

    def headers(self) -> Headers:
        return ()

    def refresh(self, stale: str | None = None) -> None:
        self.refreshes += 1


class Backend:
    """*tasks* has the versions of every task, the newest first. `calls` counts, `details` says which were read."""

    def __init__(self, tasks: Mapping[TaskName, Sequence[str]]) -> None:
        self.tasks = tasks
        self.calls: Counter[str] = Counter()
        self.details: Counter[TaskVersion] = Counter()
        self.requests: list[Any] = []
        self.futures: list[Future] = []
        self.ignores_filter = False
        self.largest_page = 200

    def catalog(self, login: Any = None, limits: Limits = QUICK) -> RemoteCatalog:
        return RemoteCatalog(self.channel(login, limits), address=ADDRESS, org="acme")

    def channel(self, login: Login | Nobody | None = None, limits: Limits = QUICK) -> Channel:
        return Channel(self, CONNECTION, login or Nobody(), limits)  # type: ignore[arg-type]

    def unary(self, method: Method) -> Any:
        self._method = method
        return self

    def future(self, request: Any, timeout: float, metadata: Any) -> Future:
        name = self._method.name
        self.calls[name] += 1
        self.requests.append(request)
        handler = getattr(self, re.sub("(?<!^)([A-Z])", r"_\1", name).lower())
        try:
            self.futures.append(Future(handler(request)))
        except Refusal as refusal:
            self.futures.append(Future(refusal))
        return self.futures[-1]

    def list_tasks(self, request: Any) -> Any:
        scope = request.project_id
        wanted, bases = _filters(request.request)
        rows = []
        for task in sorted(wanted_tasks(self.tasks, scope.name, scope.domain, wanted)):
            versions = [one for one in self.tasks[task] if self.ignores_filter or not (bases and is_derived(one))]
            rows += [(task, versions[0])] if versions else []
        page, token = self.page(request.request, rows)
        return task_service_pb2.ListTasksResponse(tasks=(self.row(*one) for one in page), token=token)

    def row(self, task: TaskName, version: str) -> Any:
        identifier = task_definition_pb2.TaskIdentifier(
            project=task.project, domain=task.domain, name=task.name, version=version
        )
        metadata = task_definition_pb2.TaskMetadata(environment_name=task.name.partition(".")[0])
        return task_definition_pb2.Task(task_id=identifier, metadata=metadata)

    def list_versions(self, request: Any) -> Any:
        name = request.task_name
        versions = self.tasks.get(TaskName(name.project, name.domain, name.name), ())
        rows = []
        for age, version in enumerate(versions):
            row = task_service_pb2.ListVersionsResponse.VersionResponse(version=version)
            row.deployed_at.seconds = 1_700_000_000 - age
            rows.append(row)
        page, token = self.page(request.request, rows)
        return task_service_pb2.ListVersionsResponse(versions=page, token=token)

    def list_triggers(self, request: Any) -> Any:
        return trigger_service_pb2.ListTriggersResponse()

    def get_task_details(self, request: Any) -> Any:
        name = request.task_id
        key = TaskVersion(TaskName(name.project, name.domain, name.name), name.version)
        self.details[key] += 1
        if key.version not in self.tasks.get(key.task, ()):
            raise Refusal("NOT_FOUND", "task not found")
        details = task_definition_pb2.TaskDetails(spec=task_definition_pb2.TaskSpec(short_name=name.version))
        return task_service_pb2.GetTaskDetailsResponse(details=details)

    def page(self, asked: ListRequest, rows: Sequence[Any]) -> tuple[Sequence[Any], str]:
        """A full page has a token, even when nothing follows it."""
        offset, limit = int(asked.token or 0), min(asked.limit, self.largest_page)
        page = rows[offset : offset + limit]
        return page, str(offset + limit) if len(page) == limit else ""


def wanted_tasks(tasks: Iterable[TaskName], project: str, domain: str, names: set[str] | None) -> Iterable[TaskName]:
    return (
        task
        for task in tasks
        if (task.project, task.domain) == (project, domain) and (names is None or task.name in names)
    )


def _filters(asked: ListRequest) -> tuple[set[str] | None, bool]:
    """The names that are asked for, None for all, and whether only bases are."""
    names, bases = None, False
    for one in asked.filters:
        values = list(one.values)
        if one.field == "name":
            assert one.function == (one.EQUAL if len(values) == 1 else one.VALUE_IN)
            assert len(values) <= 200
            names = set(values)
        else:
            assert (one.field, one.function, values) == ("version", one.NOT_ENDS_WITH, [".flyteplan"])
            bases = True
    return names, bases
