"""The calls of the tests, short enough to read what they are about."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from flyteidl2.common.identifier_pb2 import ActionIdentifier, ProjectIdentifier, RunIdentifier, TriggerName
from flyteidl2.common.list_pb2 import Filter, ListRequest, Sort
from flyteidl2.task import task_definition_pb2, task_service_pb2
from flyteidl2.task.task_definition_pb2 import TaskIdentifier, TaskSpec, TaskTrigger
from flyteidl2.trigger import trigger_service_pb2
from flyteidl2.workflow import run_service_pb2
from google.protobuf.message import Message
from tests.conformance.backends import Backend, CallError, Connection

from flyteplan.local.variant import Variant
from flyteplan.model.run import RunName

SERVICES = {
    task_service_pb2: "/flyteidl2.task.TaskService/",
    trigger_service_pb2: "/flyteidl2.trigger.TriggerService/",
    run_service_pb2: "/flyteidl2.workflow.RunService/",
}


@contextmanager
def fails(*codes: str) -> Iterator[None]:
    with pytest.raises(CallError) as raised:
        yield
    assert raised.value.code in codes, str(raised.value)


def where(function: int, field: str, *values: str) -> Filter:
    return Filter(function=Filter.Function.Name(function), field=field, values=values)


def up(key: str) -> Sort:
    return Sort(key=key, direction=Sort.ASCENDING)


def down(key: str) -> Sort:
    return Sort(key=key, direction=Sort.DESCENDING)


def spec_of(image: str = "i", **environment: str) -> TaskSpec:
    spec = TaskSpec()
    spec.task_template.type = "container"
    spec.task_template.container.image = image
    spec.environment.name = environment.get("name", "env")
    spec.environment.description = environment.get("description", "")
    return spec


def schedule(name: str, cron: str = "0 3 * * *", **spec: Any) -> TaskTrigger:
    """Never active unless a test says so: the server may have a scheduler."""
    automation = {"type": "TYPE_SCHEDULE"}
    trigger = TaskTrigger(name=name, spec={"active": False, **spec}, automation_spec=automation)
    trigger.automation_spec.schedule.cron.expression = cron
    return trigger


class Client:
    """One test's view of a server: its names are its own, and what could go on working is ended with it."""

    def __init__(self, connection: Connection, backend: Backend) -> None:
        self.connection = connection
        self.backend = backend
        self.prefix = f"c{uuid.uuid4().hex[:12]}"
        self._runs: list[RunIdentifier] = []
        self._triggered: set[str] = set()

    @property
    def variant(self) -> Variant:
        return self.backend.variant

    @property
    def scope(self) -> dict[str, str]:
        return {"org": self.backend.org, "project": self.backend.project, "domain": self.backend.domain}

    @property
    def project_id(self) -> ProjectIdentifier:
        return ProjectIdentifier(organization=self.backend.org, name=self.backend.project, domain=self.backend.domain)

    def call(self, path: str, request: Message) -> Any:
        return self.connection.call(path, request)

    def ask(self, request: Message) -> Any:
        """The call that takes such a request."""
        (path,) = (
            path + type(request).__name__.removesuffix("Request")
            for module, path in SERVICES.items()
            if getattr(module, type(request).__name__, None) is type(request)
        )
        return self.call(path, request)

    def name(self, short: str = "task") -> str:
        return f"{self.prefix}.{short}"

    def task_id(self, short: str = "task", version: str = "v1", **changed: str) -> TaskIdentifier:
        return TaskIdentifier(**{**self.scope, "name": self.name(short), "version": version, **changed})

    def deploy(
        self,
        short: str = "task",
        version: str = "v1",
        spec: TaskSpec | None = None,
        triggers: Sequence[TaskTrigger] = (),
    ) -> None:
        self._triggered |= {self.name(short)} if triggers else set()
        task_id = self.task_id(short, version)
        request = task_service_pb2.DeployTaskRequest(task_id=task_id, spec=spec or spec_of(), triggers=triggers)
        self.ask(request)

    def details(self, short: str = "task", version: str = "v1") -> task_definition_pb2.TaskDetails:
        request = task_service_pb2.GetTaskDetailsRequest(task_id=self.task_id(short, version))
        details: task_definition_pb2.TaskDetails = self.ask(request).details
        return details

    def tasks(self, *filters: Filter, **request: Any) -> task_service_pb2.ListTasksResponse:
        """Of this test's tasks, those that pass the filters."""
        mine = where(Filter.CONTAINS, "name", self.prefix)
        listed = ListRequest(filters=[mine, *filters], **request)
        asked = task_service_pb2.ListTasksRequest(request=listed, project_id=self.project_id)
        response: task_service_pb2.ListTasksResponse = self.ask(asked)
        return response

    def found(self, *filters: Filter, **request: Any) -> list[str]:
        """The short names of `tasks`, with their versions."""
        response = self.tasks(*filters, **{"sort_by_fields": [up("name")], **request})
        return [f"{task.task_id.name.removeprefix(self.prefix)[1:]} {task.task_id.version}" for task in response.tasks]

    def versions(self, short: str = "task", **request: Any) -> task_service_pb2.ListVersionsResponse:
        name = task_definition_pb2.TaskName(**self.scope, name=self.name(short))
        asked = task_service_pb2.ListVersionsRequest(request=ListRequest(**request), task_name=name)
        response: task_service_pb2.ListVersionsResponse = self.ask(asked)
        return response

    def trigger_name(self, name: str, short: str = "task") -> TriggerName:
        return TriggerName(**self.scope, task_name=self.name(short), name=name)

    def trigger(self, name: str, short: str = "task") -> Any:
        request = trigger_service_pb2.GetTriggerDetailsRequest(name=self.trigger_name(name, short))
        return self.ask(request).trigger

    def triggers(self, short: str = "task", **request: Any) -> list[Any]:
        task = task_definition_pb2.TaskName(**self.scope, name=self.name(short))
        listed = ListRequest(**{"sort_by_fields": [up("name")], **request})
        asked = trigger_service_pb2.ListTriggersRequest(request=listed, task_name=task)
        return list(self.ask(asked).triggers)

    def run_id(self, name: str = "r") -> RunIdentifier:
        return RunIdentifier(**self.scope, name=f"{self.prefix}{name}")

    def run(self, name: str = "r", **request: Any) -> Any:
        """Creates a run, of the task `task` unless told otherwise, that is aborted when the test has ended."""
        if not {"task_id", "task_spec", "trigger_name"} & request.keys():
            request["task_id"] = self.task_id()
        run = self.ask(run_service_pb2.CreateRunRequest(run_id=self.run_id(name), **request)).run
        self._runs.append(self.run_id(name))
        return run

    def run_details(self, name: str = "r") -> Any:
        return self.ask(run_service_pb2.GetRunDetailsRequest(run_id=self.run_id(name))).details

    def action_id(self, name: str = "r", action: str = "a0") -> ActionIdentifier:
        return ActionIdentifier(run=self.run_id(name), name=action)

    def phase(self, name: str = "r") -> int:
        phase: int = self.run_details(name).action.status.phase
        return phase

    def abort(self, name: str = "r", **request: Any) -> None:
        self.ask(run_service_pb2.AbortRunRequest(run_id=self.run_id(name), **request))

    def runs(self, **request: Any) -> Any:
        """The runs of this test's task `task`."""
        task = task_definition_pb2.TaskName(**self.scope, name=self.name())
        return self.ask(run_service_pb2.ListRunsRequest(request=ListRequest(**request), task_name=task))

    def drive(self, phase: int, name: str = "r", error: str | None = None) -> bool:
        run = RunName(self.backend.project, self.backend.domain, self.run_id(name).name)
        return self.connection.drive(run, phase, error)

    def deployed_trigger(self, name: str, short: str = "task", **request: Any) -> Any:
        self._triggered.add(self.name(short))
        given = schedule(name)
        request = {"spec": {"task_version": "v1"}, "automation_spec": given.automation_spec, **request}
        asked = trigger_service_pb2.DeployTriggerRequest(name=self.trigger_name(name, short), **request)
        return self.ask(asked).trigger

    def clean_up(self) -> None:
        for run in self._runs:
            self.ask(run_service_pb2.AbortRunRequest(run_id=run))
        for task in self._triggered:
            names = [trigger.id.name for trigger in self.triggers(task.removeprefix(f"{self.prefix}."))]
            for name in names:
                name.org = self.backend.org
            if names:
                self.ask(trigger_service_pb2.DeleteTriggersRequest(names=names))
