"""A catalog in files: what `pull` wrote, or an export checked in beside the manifests."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from flyteplan.errors import CatalogError, Problem, ordered
from flyteplan.files.paths import inside, shown
from flyteplan.files.snapshot.decode import decode
from flyteplan.files.snapshot.index import Entry, Index, Source, read_index, unreadable
from flyteplan.model.derived import is_derived
from flyteplan.model.filenames import SNAPSHOT_SUFFIX
from flyteplan.model.run import Run, RunName
from flyteplan.model.task import Listing, Newest, Scope, TaskName, TaskVersion, Template, Triggers

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskDetails


class SnapshotCatalog:
    """`ports.Catalog` over a `.jsonl` file, or over all of those in a folder.

    Nothing is read before the first question; that one indexes all lines, and `templates` decodes what it is asked for.
    """

    def __init__(self, path: str, *, root: str = ".") -> None:
        self._path = path
        self._shown = shown(path, root)
        self._known: Index | None = None
        self._problems: list[Problem] = []

    @property
    def address(self) -> str:
        return self._shown

    def listing(self, scope: Scope) -> Sequence[Listing]:
        index = self._index
        newest = [TaskVersion(task, names[0]) for task, names in index.versions.items() if task.scope == scope]
        entries = index.entries
        return [
            Listing(task=key.task, environment=entries[key].environment, live=key.version) for key in sorted(newest)
        ]

    def newest(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Newest]:
        versions = self._index.versions
        return {task: _newest(versions[task]) for task in tasks if task in versions}

    def live(self, tasks: Collection[TaskName]) -> Mapping[TaskName, str]:
        return {task: found.live for task, found in self.newest(tasks).items()}

    def versions(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Sequence[str]]:
        return {task: self._index.versions.get(task, ()) for task in tasks}

    def templates(self, keys: Collection[TaskVersion]) -> Mapping[TaskVersion, Template]:
        entries = self._index.entries
        wanted = [entries[key] for key in set(keys) if key in entries]
        return {
            entry.key: Template(key=entry.key, spec=details.spec, deployed_at=entry.deployed_at)
            for entry, details in self._decoded(wanted)
        }

    def details(self) -> Iterator[TaskDetails]:
        """Every line's message, one after another, for whoever takes over the whole snapshot."""
        return (details for _, details in self._decoded(self._index.entries.values()))

    def triggers(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Triggers]:
        """As the newest version of each task tells them, or where it is derived and tells of none, the newest base."""
        found = {task: self._told(task, newest) for task, newest in self.newest(tasks).items()}
        return {task: triggers for task, triggers in found.items() if triggers.count}

    def _told(self, task: TaskName, newest: Newest) -> Triggers:
        live = self._index.entries[TaskVersion(task, newest.live)].triggers
        return (
            live if live.count or newest.base is None else self._index.entries[TaskVersion(task, newest.base)].triggers
        )

    def runs(self, names: Collection[RunName]) -> Mapping[RunName, Run]:  # noqa: ARG002 (the port's signature)
        """A snapshot has templates only."""
        return {}

    def newest_runs(self, scope: Scope) -> Iterator[Run]:  # noqa: ARG002
        return iter(())

    def problems(self) -> Sequence[Problem]:
        return ordered(self._problems)

    def _decoded(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, TaskDetails]]:
        for entry, details, problem in decode(entries):
            if problem:
                self._problems.append(problem)
            yield entry, details

    @property
    def _index(self) -> Index:
        if self._known is None:
            self._known = read_index(_sources(self._path, self._shown))
        return self._known


def _newest(versions: Sequence[str]) -> Newest:
    return Newest(live=versions[0], base=next((name for name in versions if not is_derived(name)), None))


def _sources(path: str, name: str) -> list[Source]:
    if not os.path.isdir(path):
        return [Source(path=path, shown=name)]
    try:
        files = sorted(file for file in os.listdir(path) if file.endswith(SNAPSHOT_SUFFIX) and not file.startswith("."))
    except OSError as error:
        raise unreadable(Source(path=path, shown=name), error) from None
    if not files:
        raise CatalogError(f"there is no snapshot (*{SNAPSHOT_SUFFIX}) in {name} (name another file or folder)")
    return [Source(path=os.path.join(path, file), shown=inside(name, file)) for file in files]
