"""The requests of a catalog. `org` is configuration: no response tells it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flyteidl2.common import identifier_pb2, list_pb2
from flyteidl2.task import task_definition_pb2, task_service_pb2
from flyteidl2.trigger import trigger_service_pb2
from flyteidl2.workflow import run_service_pb2

from flyteplan.errors import CatalogError
from flyteplan.model.derived import DERIVED_SUFFIX
from flyteplan.model.run import RunName
from flyteplan.model.task import Scope, TaskName, TaskVersion

# What a page may have at most; servers refuse more.
PAGE = 200
# Of runs each row is asked for once more, and mostly few are wanted.
RUNS_PAGE = 50
_LONGEST_NAME = 63


class Questions:
    """Not every server checks what it is asked, and answers nonsense to nonsense: a scope is checked here.

    Names and versions are sent as they are. Their limits are the manifest's business, and a server that never checked
    them may have longer ones to tell of.
    """

    def __init__(self, org: str) -> None:
        self._org = org

    def tasks(self, scope: Scope, names: Sequence[str] = (), *, bases: bool = False) -> Any:
        """The newest version of each task: of all versions, or of the *bases*. Sorted by name, so that pages add up."""
        filters = [_filter("EQUAL" if len(names) == 1 else "VALUE_IN", "name", names)] if names else []
        filters += [_filter("NOT_ENDS_WITH", "version", [DERIVED_SUFFIX])] if bases else []
        by_name = list_pb2.Sort(key="name", direction=list_pb2.Sort.ASCENDING)
        request = list_pb2.ListRequest(limit=PAGE, filters=filters, sort_by_fields=[by_name])
        return task_service_pb2.ListTasksRequest(request=request, project_id=self._project(scope))

    def versions(self, task: TaskName) -> Any:
        newest = [list_pb2.Sort(key=key, direction=list_pb2.Sort.DESCENDING) for key in ("created_at", "version")]
        name = task_definition_pb2.TaskName(org=self._org, project=task.project, domain=task.domain, name=task.name)
        request = list_pb2.ListRequest(limit=PAGE, sort_by_fields=newest)
        return task_service_pb2.ListVersionsRequest(request=request, task_name=name)

    def details(self, key: TaskVersion) -> Any:
        task = key.task
        identifier = task_definition_pb2.TaskIdentifier(
            org=self._org, project=task.project, domain=task.domain, name=task.name, version=key.version
        )
        return task_service_pb2.GetTaskDetailsRequest(task_id=identifier)

    def triggers(self, scope: Scope) -> Any:
        request = list_pb2.ListRequest(limit=PAGE)
        return trigger_service_pb2.ListTriggersRequest(request=request, project_id=self._project(scope))

    def run(self, name: RunName) -> Any:
        request = run_service_pb2.GetRunDetailsRequest()
        name_run(request.run_id, name, self._org)
        return request

    def newest_runs(self, scope: Scope) -> Any:
        newest = list_pb2.Sort(key="created_at", direction=list_pb2.Sort.DESCENDING)
        request = list_pb2.ListRequest(limit=RUNS_PAGE, sort_by_fields=[newest])
        return run_service_pb2.ListRunsRequest(request=request, project_id=self._project(scope))

    def trigger(self, task: TaskName, name: str) -> Any:
        trigger = identifier_pb2.TriggerName(
            org=self._org, project=task.project, domain=task.domain, task_name=task.name, name=name
        )
        return trigger_service_pb2.GetTriggerDetailsRequest(name=trigger)

    def check(self, scopes: Collection[Scope]) -> None:
        """Raises CatalogError for a scope that no server can have."""
        for scope in sorted(scopes):
            parts = {"org": self._org, "project": scope.project, "domain": scope.domain}
            for what, name in parts.items():
                if not name and what != "org":
                    raise CatalogError(f"no {what} to ask for (give --{what}, or write {what}: into the target)")
                if len(name) > _LONGEST_NAME:
                    raise CatalogError(f"the {what} {name} is longer than {_LONGEST_NAME} characters (check --{what})")

    def _project(self, scope: Scope) -> Any:
        return identifier_pb2.ProjectIdentifier(organization=self._org, domain=scope.domain, name=scope.project)


def name_run(identifier: Any, name: RunName, org: str) -> None:
    identifier.org, identifier.project, identifier.domain, identifier.name = org, name.project, name.domain, name.name


def _filter(function: str, field: str, values: Sequence[str]) -> Any:
    return list_pb2.Filter(function=function, field=field, values=values)
