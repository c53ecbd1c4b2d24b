"""`ports.Catalog` over a Flyte endpoint, with as few calls as its questions take.

ListTasks answers one row a task, the newest of the versions that the filters leave. So one list gives what is live, and
one with `NOT_ENDS_WITH .flyteplan` on the version the newest bases. Names that are known are asked for 200 at a time,
all groups at once; a listing of a scope is read page by page, once, and answers what is live as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from flyteidl2.common import identifier_pb2, list_pb2
from flyteidl2.task import task_definition_pb2, task_service_pb2
from flyteidl2.trigger import trigger_service_pb2

from flyteplan.errors import CatalogError, Problem
from flyteplan.model.task import (
    DERIVED_SUFFIX,
    Listing,
    Newest,
    Scope,
    TaskName,
    TaskVersion,
    Template,
    Trigger,
    Triggers,
    is_derived,
)
from flyteplan.remote.channel import Channel
from flyteplan.remote.faults import Fault
from flyteplan.remote.methods import GET_TASK_DETAILS, LIST_TASKS, LIST_TRIGGERS, LIST_VERSIONS, Method

PAGE = 200
_SECOND = 10**9
_NOT_FOUND = frozenset({"NOT_FOUND"})
Item = TypeVar("Item")


class RemoteCatalog:
    """Nothing is asked before the first question. Names and versions that the server does not have are left out."""

    def __init__(self, channel: Channel, *, address: str, org: str) -> None:
        self._channel, self._address, self._org = channel, address, org
        self._listed: dict[Scope, dict[TaskName, Any]] = {}
        # What templates tell of the triggers of their task on the way: how many, and of what is live.
        self._counted: dict[TaskVersion, int] = {}
        self._live_versions: dict[TaskName, str] = {}

    @property
    def address(self) -> str:
        return self._address

    def listing(self, scope: Scope) -> Sequence[Listing]:
        rows = self._rows(scope)
        return [Listing(task=task, environment=rows[task].metadata.environment_name) for task in sorted(rows)]

    def newest(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Newest]:
        live = self._live(tasks)
        missing = [task for task in tasks if task not in live]
        live |= {task: versions[0] for task, versions in self._all_versions(missing).items() if versions}
        self._live_versions |= live
        derived = [task for task, version in live.items() if is_derived(version)]
        bases = {task: version for task, version in live.items() if not is_derived(version)}
        bases |= self._newest_bases(derived)
        return {task: Newest(live=version, base=bases.get(task)) for task, version in live.items()}

    def versions(self, task: TaskName) -> Sequence[str]:
        return self._all_versions([task])[task]

    def templates(self, keys: Collection[TaskVersion]) -> Mapping[TaskVersion, Template]:
        found: dict[TaskVersion, Template] = {}
        absent: list[TaskVersion] = []
        requests = ((key, self._details_request(key)) for key in sorted(set(keys)))
        for key, answer in self._channel.gather(GET_TASK_DETAILS, requests, _NOT_FOUND):
            if isinstance(answer, Fault):
                absent.append(key)
            else:
                found[key] = _template(key, answer.details)
                self._counted[key] = answer.details.metadata.triggers_summary.stats.total
        self._confirm(absent)
        return found

    def triggers(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Triggers]:
        found: dict[TaskName, list[Trigger]] = {}
        for scope in sorted({task.scope for task in tasks}):
            for row in self._pages(LIST_TRIGGERS, self._triggers_request(scope), "triggers"):
                task = TaskName(scope.project, scope.domain, row.id.name.task_name)
                if task in tasks:
                    found.setdefault(task, []).append(_trigger(row))
        known = {task: Triggers(known=tuple(sorted(rows, key=_name))) for task, rows in found.items()}
        return {**self._only_counted(tasks), **known}

    def _only_counted(self, tasks: Collection[TaskName]) -> dict[TaskName, Triggers]:
        """Triggers that the server counts and does not list."""
        live = {task: TaskVersion(task, self._live_versions.get(task, "")) for task in tasks}
        counts = {task: self._counted.get(key, 0) for task, key in live.items()}
        return {task: Triggers(others=count) for task, count in counts.items() if count}

    def problems(self) -> Sequence[Problem]:
        return ()

    def _live(self, tasks: Collection[TaskName]) -> dict[TaskName, str]:
        """From a listing where there is one already, else by name."""
        listed = {task: self._listed[task.scope][task] for task in tasks if task in self._listed.get(task.scope, {})}
        rest = [task for task in tasks if task.scope not in self._listed]
        rows = self._named(rest, ())
        return {task: row.task_id.version for task, row in (listed | rows).items()}

    def _newest_bases(self, tasks: Collection[TaskName]) -> dict[TaskName, str]:
        rows = self._named(tasks, (_filter("NOT_ENDS_WITH", "version", [DERIVED_SUFFIX]),))
        return {task: row.task_id.version for task, row in rows.items() if not is_derived(row.task_id.version)}

    def _rows(self, scope: Scope) -> dict[TaskName, Any]:
        if scope not in self._listed:
            rows = self._pages(LIST_TASKS, self._tasks_request(scope, ()), "tasks")
            self._listed[scope] = {TaskName(scope.project, scope.domain, row.task_id.name): row for row in rows}
        return self._listed[scope]

    def _named(self, tasks: Collection[TaskName], filters: Sequence[Any]) -> dict[TaskName, Any]:
        """The rows of these tasks: one call for every 200 of a scope, all at once."""
        requests = []
        for scope in sorted({task.scope for task in tasks}):
            names = sorted(task.name for task in tasks if task.scope == scope)
            for group in _groups(names, PAGE):
                by_name = _filter("EQUAL" if len(group) == 1 else "VALUE_IN", "name", group)
                requests.append((scope, self._tasks_request(scope, (by_name, *filters))))
        rows: dict[TaskName, Any] = {}
        for scope, answer in self._channel.gather(LIST_TASKS, requests):
            rows |= {TaskName(scope.project, scope.domain, row.task_id.name): row for row in answer.tasks}
        return {task: rows[task] for task in tasks if task in rows}

    def _all_versions(self, tasks: Iterable[TaskName]) -> dict[TaskName, list[str]]:
        """Newest first. A first page of every task at once; the rest of those that have more."""
        found: dict[TaskName, list[str]] = {}
        requests = ((task, self._versions_request(task)) for task in tasks)
        for task, answer in self._channel.gather(LIST_VERSIONS, requests):
            found[task] = [row.version for row in answer.versions]
            if answer.token:
                rest = self._pages(LIST_VERSIONS, self._versions_request(task), "versions", answer.token)
                found[task] += [row.version for row in rest]
        return {task: list(dict.fromkeys(versions)) for task, versions in found.items()}

    def _pages(self, method: Method, request: Any, field: str, token: str = "") -> Iterator[Any]:
        """All rows, page by page. The last page may be empty; a token that comes twice would never end."""
        seen = {""}
        while True:
            request.request.token = token
            answer = self._channel.call(method, request)
            yield from getattr(answer, field)
            token = answer.token
            if token in seen or not getattr(answer, field):
                return
            seen.add(token)

    def _confirm(self, absent: Sequence[TaskVersion]) -> None:
        """NOT_FOUND is what the open-source server says of any failure: a version that it lists is not absent."""
        versions = self._all_versions(sorted({key.task for key in absent}))
        for key in absent:
            if key.version in versions[key.task]:
                raise CatalogError(
                    f"{self._address}: {key.task} {key.version} is listed, but its template can not be read "
                    "(try again, or look at the server's log)"
                )

    def _tasks_request(self, scope: Scope, filters: Sequence[Any]) -> Any:
        by_name = list_pb2.Sort(key="name", direction=list_pb2.Sort.ASCENDING)
        request = list_pb2.ListRequest(limit=PAGE, filters=filters, sort_by_fields=[by_name])
        return task_service_pb2.ListTasksRequest(request=request, project_id=self._project(scope))

    def _triggers_request(self, scope: Scope) -> Any:
        request = list_pb2.ListRequest(limit=PAGE)
        return trigger_service_pb2.ListTriggersRequest(request=request, project_id=self._project(scope))

    def _versions_request(self, task: TaskName) -> Any:
        newest = [list_pb2.Sort(key=key, direction=list_pb2.Sort.DESCENDING) for key in ("created_at", "version")]
        name = task_definition_pb2.TaskName(org=self._org, project=task.project, domain=task.domain, name=task.name)
        request = list_pb2.ListRequest(limit=PAGE, sort_by_fields=newest)
        return task_service_pb2.ListVersionsRequest(request=request, task_name=name)

    def _details_request(self, key: TaskVersion) -> Any:
        task = key.task
        identifier = task_definition_pb2.TaskIdentifier(
            org=self._org, project=task.project, domain=task.domain, name=task.name, version=key.version
        )
        return task_service_pb2.GetTaskDetailsRequest(task_id=identifier)

    def _project(self, scope: Scope) -> Any:
        return identifier_pb2.ProjectIdentifier(organization=self._org, domain=scope.domain, name=scope.project)


def _filter(function: str, field: str, values: Sequence[str]) -> Any:
    return list_pb2.Filter(function=function, field=field, values=values)


def _groups(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while group := list(islice(rest, size)):
        yield group


def _template(key: TaskVersion, details: Any) -> Template:
    moment = details.metadata.deployed_at
    return Template(key=key, spec=details.spec, deployed_at=moment.seconds * _SECOND + moment.nanos)


def _trigger(row: Any) -> Trigger:
    return Trigger(name=row.id.name.name, active=row.active, revision=row.id.revision)


def _name(trigger: Trigger) -> str:
    return trigger.name
