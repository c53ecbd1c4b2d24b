"""A catalog in memory, for tests: `flyteplan.ports.Catalog` over templates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from flyteplan.errors import Problem
from flyteplan.model.derived import is_derived
from flyteplan.model.run import Run, RunName
from flyteplan.model.task import Listing, Newest, Scope, TaskName, TaskVersion, Template, Triggers


class MemoryCatalog:
    """Newest is what was deployed last, then the greater version."""

    address = "memory"

    def __init__(self, templates: Iterable[Template], runs: Iterable[Run] = ()) -> None:
        self._templates = {template.key: template for template in templates}
        self._runs = {run.name: run for run in runs}

    def listing(self, scope: Scope) -> Sequence[Listing]:
        tasks = sorted({key.task for key in self._templates if key.task.scope == scope})
        return [Listing(task=task, environment=self._environment(task), live=self._versions(task)[0]) for task in tasks]

    def newest(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Newest]:
        versions = {task: self._versions(task) for task in tasks}
        return {
            task: Newest(live=names[0], base=next((name for name in names if not is_derived(name)), None))
            for task, names in versions.items()
            if names
        }

    def live(self, tasks: Collection[TaskName]) -> Mapping[TaskName, str]:
        return {task: found.live for task, found in self.newest(tasks).items()}

    def versions(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Sequence[str]]:
        return {task: self._versions(task) for task in tasks}

    def _versions(self, task: TaskName) -> Sequence[str]:
        found = [template for template in self._templates.values() if template.key.task == task]
        found.sort(key=lambda template: (template.deployed_at, template.key.version), reverse=True)
        return [template.key.version for template in found]

    def templates(self, keys: Collection[TaskVersion]) -> Mapping[TaskVersion, Template]:
        return {key: self._templates[key] for key in keys if key in self._templates}

    def triggers(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Triggers]:
        return {}

    def runs(self, names: Collection[RunName]) -> Mapping[RunName, Run]:
        return {name: self._runs[name] for name in names if name in self._runs}

    def newest_runs(self, scope: Scope) -> Iterator[Run]:
        found = [run for name, run in self._runs.items() if name.scope == scope]
        return iter(sorted(found, key=lambda run: run.started_at, reverse=True))

    def problems(self) -> Sequence[Problem]:
        return ()

    def _environment(self, task: TaskName) -> str:
        newest = self._templates[TaskVersion(task, self._versions(task)[0])]
        return newest.spec.environment.name
