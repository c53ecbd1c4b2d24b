"""`ports.Catalog` over a Flyte endpoint, with as few calls as its questions take.

ListTasks answers one row a task, the newest of the versions that the filters leave. So one list gives what is live, and
one with `NOT_ENDS_WITH .flyteplan` on the version the newest bases. Names that are known are asked for 200 at a time,
all groups at once; a listing of a scope is read page by page, once, and answers what is live as well.

ListVersions is asked of a task only when these lists do not answer: its name is in none of them, or the base is. Which
of two bases of one creation time is the newest can not be seen in ListTasks: it answers one row, picked by chance, and
no filter leaves out a different version for every name. To see it would take a ListVersions for each task. So there is
no error for it: where ListVersions is asked anyway, the greater version is the newest, as in every other catalog.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

from flyteplan.errors import CatalogError, Problem
from flyteplan.model.derived import is_derived
from flyteplan.model.newest import newest_first
from flyteplan.model.run import Run, RunName, run_of
from flyteplan.model.task import Listing, Newest, Scope, TaskName, TaskVersion, Template, Trigger, Triggers
from flyteplan.ports import Ahead, Watch, unwatched
from flyteplan.remote.begun import Begun
from flyteplan.remote.calls import Calls
from flyteplan.remote.faults import Fault
from flyteplan.remote.fresh import Recent
from flyteplan.remote.methods import (
    GET_RUN_DETAILS,
    GET_TASK_DETAILS,
    GET_TRIGGER_DETAILS,
    LIST_RUNS,
    LIST_TASKS,
    LIST_TRIGGERS,
    LIST_VERSIONS,
    Method,
)
from flyteplan.remote.pages import begin_pages, pages, read_pages
from flyteplan.remote.questions import PAGE, Questions
from flyteplan.remote.rows import of_scope, of_tasks

_SECOND = 10**9
_NOT_FOUND = frozenset({"NOT_FOUND"})
Item = TypeVar("Item")
Key = TypeVar("Key")
# A scope, and the number of a group of its names.
_Group = tuple[Scope, int]


class RemoteCatalog:
    """One state of the endpoint: what was read is not read again. For one thread.

    Nothing is asked before the first question. Names and versions that the server does not have are left out.
    """

    def __init__(
        self,
        channel: Calls,
        *,
        address: str,
        org: str,
        watch: Watch = unwatched,
        recent: Recent[TaskVersion, Template] | None = None,
    ) -> None:
        self._channel, self._address, self._questions = channel, address, Questions(org)
        self._watch = watch
        # What other catalogs of the same endpoint read as well: this one adds to it, and takes from it when it may.
        self._recent = Recent() if recent is None else recent
        self._takes_recent = False
        self._listed: dict[Scope, dict[TaskName, Any]] = {}
        self._versions: dict[TaskName, tuple[str, ...]] = {}
        self._templates: dict[TaskVersion, Template] = {}
        # How many triggers the rows of a listing tell of: not every server lists all of them.
        self._counted: dict[TaskName, int] = {}
        # What is on its way: rows of the newest versions, of all and of the bases, and more.
        self._begun_rows: dict[bool, Begun[TaskName, Any]] = {False: Begun(), True: Begun()}
        self._begun_details: Begun[TaskVersion, Any] = Begun()
        self._begun_triggers: Begun[Scope, list[Any]] = Begun()
        self._begun_runs: Begun[RunName, Any] = Begun()

    @property
    def address(self) -> str:
        return self._address

    def expect(self, ahead: Ahead) -> None:
        """Sends these questions now. What can not be sent is no error before it is asked.

        Templates that were read a moment ago are not asked for while they are fresh. Versions are waited for, so that
        they are older than the rest: see `apply.present`.
        """
        self._takes_recent = True
        with suppress(CatalogError):
            self.versions(ahead.versions)
            for bases, tasks in ((False, ahead.live), (True, ahead.bases)):
                self._begun_rows[bases] = Begun(tasks, self._begin_named(tasks, bases=bases))
            scopes = {task.scope for task in ahead.triggers}
            self._begun_triggers = Begun(scopes, self._begin_triggers(scopes))
            _, details = self._recently(ahead.templates)
            self._begun_details = self._begin(GET_TASK_DETAILS, details, self._details)
            self._begun_runs = self._begin(GET_RUN_DETAILS, ahead.runs, self._questions.run)

    def listing(self, scope: Scope) -> Sequence[Listing]:
        if scope not in self._listed:
            self._questions.check([scope])
            rows = read_pages(self._channel, LIST_TASKS, {scope: self._questions.tasks(scope)}, "tasks")
            self._listed[scope] = of_scope(scope, rows[scope])
        return [_listing(task, row) for task, row in sorted(self._listed[scope].items(), key=itemgetter(0))]

    def newest(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Newest]:
        rows = self._live(tasks)
        self._counted |= {task: _trigger_count(row.metadata.triggers_summary) for task, row in rows.items()}
        live = {task: row.task_id.version for task, row in rows.items()}
        derived = [task for task, version in live.items() if is_derived(version)]
        bases = {task: version for task, version in live.items() if not is_derived(version)}
        bases |= self._newest_bases(derived)
        found = {task: Newest(live=version, base=bases[task]) for task, version in live.items() if task in bases}
        return found | self._newest_of_all_versions(task for task in tasks if task not in found)

    def live(self, tasks: Collection[TaskName]) -> Mapping[TaskName, str]:
        live = {task: row.task_id.version for task, row in self._live(tasks).items()}
        others = self._newest_of_all_versions(task for task in tasks if task not in live)
        return live | {task: found.live for task, found in others.items()}

    def templates(self, keys: Collection[TaskVersion]) -> Mapping[TaskVersion, Template]:
        recent, wanted = self._recently(keys)
        self._templates |= recent
        self._questions.check({key.task.scope for key in wanted})
        absent: list[TaskVersion] = []
        answers = self._each(GET_TASK_DETAILS, wanted, self._details, self._begun_details)
        for key, answer in self._watch("Reading templates", answers, len(wanted)):
            if isinstance(answer, Fault):
                absent.append(key)
            else:
                self._templates[key] = self._template(key, answer.details)
                self._recent.keep(key, self._templates[key])
        self._confirm(absent)
        return {key: self._templates[key] for key in keys if key in self._templates}

    def _recently(self, keys: Collection[TaskVersion]) -> tuple[dict[TaskVersion, Template], list[TaskVersion]]:
        """Of what this catalog has not read: what was read a moment ago, where that counts, and what is to be asked."""
        wanted = dict.fromkeys(key for key in keys if key.version and key not in self._templates)
        return self._recent.split(wanted) if self._takes_recent else ({}, list(wanted))

    def _details(self, key: TaskVersion) -> Any:
        self._recent.asked(key)
        return self._questions.details(key)

    def triggers(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Triggers]:
        scopes = {task.scope for task in tasks}
        self._questions.check(scopes)
        known, others = self._begun_triggers.split(sorted(scopes))
        listed: set[tuple[TaskName, str]] = set()
        for scope, rows in (known | self._begin_triggers(others)()).items():
            named = ((TaskName(scope.project, scope.domain, row.id.name.task_name), row) for row in rows)
            listed |= {(task, row.id.name.name) for task, row in named if task in tasks and _is_there(row)}
        counted = {task: Triggers(others=self._counted[task]) for task in tasks if self._counted.get(task)}
        return {**counted, **self._known_triggers(sorted(listed))}

    def _begin_triggers(self, scopes: Iterable[Scope]) -> Callable[[], dict[Scope, list[Any]]]:
        requests = {scope: self._questions.triggers(scope) for scope in sorted(scopes)}
        return begin_pages(self._channel, LIST_TRIGGERS, requests, "triggers")

    def _known_triggers(self, names: Iterable[tuple[TaskName, str]]) -> dict[TaskName, Triggers]:
        """A row does not tell the version that a trigger starts."""
        requests = (((task, name), self._questions.trigger(task, name)) for task, name in names)
        answers = dict(self._channel.gather(GET_TRIGGER_DETAILS, requests, _NOT_FOUND))
        found: dict[TaskName, tuple[Trigger, ...]] = {}
        for task, name in sorted(answers):
            if not isinstance(answers[task, name], Fault):
                found[task] = (*found.get(task, ()), _trigger(answers[task, name].trigger))
        return {task: Triggers(known=triggers) for task, triggers in found.items()}

    def runs(self, names: Collection[RunName]) -> Mapping[RunName, Run]:
        """Each is asked for every time: a run goes on."""
        self._questions.check({name.scope for name in names})
        answers = self._each(GET_RUN_DETAILS, dict.fromkeys(names), self._questions.run, self._begun_runs)
        found = {name: run_of(name, answer.details) for name, answer in answers if not isinstance(answer, Fault)}
        return {name: found[name] for name in names if name in found}

    def newest_runs(self, scope: Scope) -> Iterator[Run]:
        self._questions.check([scope])
        for rows in pages(self._channel, LIST_RUNS, self._questions.newest_runs(scope), "runs"):
            names = [RunName(scope.project, scope.domain, row.action.id.run.name) for row in rows]
            yield from self.runs(names).values()

    def problems(self) -> Sequence[Problem]:
        return ()

    def _live(self, tasks: Collection[TaskName]) -> dict[TaskName, Any]:
        """From a listing where there is one already, else by name."""
        listed = {task: self._listed[task.scope][task] for task in tasks if task in self._listed.get(task.scope, {})}
        return listed | self._named([task for task in tasks if task.scope not in self._listed], bases=False)

    def _newest_bases(self, tasks: Collection[TaskName]) -> dict[TaskName, str]:
        """Without those of a server that ignores the filter."""
        found = {task: row.task_id.version for task, row in self._named(tasks, bases=True).items()}
        return {task: version for task, version in found.items() if not is_derived(version)}

    def _newest_of_all_versions(self, tasks: Iterable[TaskName]) -> dict[TaskName, Newest]:
        """Of the tasks that no list tells of, or no list of bases: none there, or a list that is not whole."""
        found = {task: versions for task, versions in self.versions(tasks).items() if versions}
        bases = {task: next((one for one in versions if not is_derived(one)), None) for task, versions in found.items()}
        return {task: Newest(live=versions[0], base=bases[task]) for task, versions in found.items()}

    def _named(self, tasks: Iterable[TaskName], *, bases: bool) -> dict[TaskName, Any]:
        found, others = self._begun_rows[bases].split(tasks)
        return found | self._begin_named(others, bases=bases)()

    def _begin_named(self, tasks: Collection[TaskName], *, bases: bool) -> Callable[[], dict[TaskName, Any]]:
        """The rows of these tasks: one call for every 200 of a scope, all at once."""
        requests: dict[_Group, Any] = {}
        sizes: dict[_Group, int] = {}
        scopes = sorted({task.scope for task in tasks})
        self._questions.check(scopes)
        for scope in scopes:
            names = sorted({task.name for task in tasks if task.scope == scope})
            for number, group in enumerate(_groups(names, PAGE)):
                sizes[scope, number] = len(group)
                requests[scope, number] = self._questions.tasks(scope, group, bases=bases)
        finish = begin_pages(self._channel, LIST_TASKS, requests, "tasks", enough=sizes)
        return lambda: of_tasks(tasks, finish())

    def _begin(self, method: Method, keys: Collection[Key], question: Callable[[Key], Any]) -> Begun[Key, Any]:
        answers = self._channel.gather(method, ((key, question(key)) for key in keys), _NOT_FOUND)
        return Begun(keys, lambda: dict(answers))

    def _each(
        self, method: Method, keys: Iterable[Key], question: Callable[[Key], Any], begun: Begun[Key, Any]
    ) -> Iterator[tuple[Key, Any]]:
        """(key, response) of every question, a Fault for what is not found."""
        known, others = begun.split(keys)
        yield from known.items()
        yield from self._channel.gather(method, ((key, question(key)) for key in others), _NOT_FOUND)

    def versions(self, tasks: Iterable[TaskName]) -> Mapping[TaskName, Sequence[str]]:
        wanted = list(dict.fromkeys(tasks))
        self._questions.check({task.scope for task in wanted})
        requests = {task: self._questions.versions(task) for task in wanted if task not in self._versions}
        for task, rows in read_pages(self._channel, LIST_VERSIONS, requests, "versions").items():
            self._versions[task] = newest_first({row.version: _nanoseconds(row.deployed_at) for row in rows})
        return {task: self._versions[task] for task in wanted}

    def _template(self, key: TaskVersion, details: Any) -> Template:
        if not details.HasField("spec"):
            raise CatalogError(f"{self._address}: the answer for {key.task} {key.version} has no template in it")
        return Template(key=key, spec=details.spec, deployed_at=_nanoseconds(details.metadata.deployed_at))

    def _confirm(self, absent: Sequence[TaskVersion]) -> None:
        """NOT_FOUND is what the open-source server says of any failure: a version that it lists is not absent."""
        versions = self.versions(key.task for key in absent)
        for key in sorted(absent):
            if key.version in versions[key.task]:
                raise CatalogError(
                    f"{self._address}: {key.task} {key.version} is listed, but its template can not be read "
                    "(try again, or look at the server's log)"
                )


def _listing(task: TaskName, row: Any) -> Listing:
    return Listing(task=task, environment=row.metadata.environment_name, live=row.task_id.version)


def _groups(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while group := list(islice(rest, size)):
        yield group


def _nanoseconds(moment: Any) -> int:
    return int(moment.seconds) * _SECOND + int(moment.nanos)


def _is_there(row: Any) -> bool:
    return not row.status.HasField("deleted_at")


def _trigger(details: Any) -> Trigger:
    identifier, spec = details.id, details.spec
    return Trigger(
        name=identifier.name.name, active=spec.active, revision=identifier.revision, version=spec.task_version
    )


def _trigger_count(summary: Any) -> int:
    return 1 if summary.HasField("details") else int(summary.stats.total)
