"""What `pull` has so far: it outlives an interrupted call, and becomes the file at the end of a whole one."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from flyteplan.files.saved import write_atomically
from flyteplan.files.snapshot.write import append, line, whole_lines
from flyteplan.model.filenames import SNAPSHOT_SUFFIX
from flyteplan.model.task import TaskName, TaskVersion

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskDetails


class Draft(Protocol):
    """`done` is what an earlier call, that was cut off, has left; `is_json` whether unknown fields are lost."""

    done: frozenset[TaskVersion]
    is_json: bool

    def add(self, messages: Sequence[TaskDetails]) -> None: ...

    def finish(self) -> None: ...


def open_draft(into: str, what: str) -> Draft:
    """The draft of *into*; another source or another choice of tasks, which is *what*, has another one."""
    folder, name = os.path.split(into)
    path = os.path.join(folder, f".{name}.{hashlib.sha256(what.encode()).hexdigest()[:8]}.partial")
    return SnapshotDraft(into, path) if into.endswith(SNAPSHOT_SUFFIX) else DatabaseDraft(into, path)


class SnapshotDraft:
    """The lines of the snapshot, beside the file that they replace at the end."""

    is_json = True

    def __init__(self, into: str, path: str) -> None:
        self._into, self._path = into, path
        kept = _without_cut_line(path)
        self.done = frozenset(map(_key, kept))

    def add(self, messages: Sequence[TaskDetails]) -> None:
        append(self._path, map(line, messages))

    def finish(self) -> None:
        lines = {_key(one): one for one in whole_lines(self._path)}
        write_atomically(self._into, b"".join(lines[key] for key in sorted(lines)))
        _remove(self._path)


class DatabaseDraft:
    """Templates go into the database at once; the draft holds which of them did."""

    is_json = False

    def __init__(self, into: str, path: str) -> None:
        from flyteplan.local.store import Store

        self._path = path
        self._store = Store(into, mode="create")
        self.done = frozenset(map(_key, _without_cut_line(path)))

    def add(self, messages: Sequence[TaskDetails]) -> None:
        from flyteplan.local.fill import fill

        fill(self._store, messages)
        append(self._path, map(_mark, messages))

    def finish(self) -> None:
        self._store.close()
        _remove(self._path)


def _mark(details: TaskDetails) -> bytes:
    names = ("project", "domain", "name", "version")
    task = {name: getattr(details.task_id, name) for name in names}
    return json.dumps({"task_id": task}).encode() + b"\n"


def _key(one: bytes) -> TaskVersion:
    task = json.loads(one)["task_id"]
    name = TaskName(task.get("project", ""), task.get("domain", ""), task.get("name", ""))
    return TaskVersion(name, task.get("version", ""))


def _without_cut_line(path: str) -> list[bytes]:
    """The lines of a draft; a last one that was cut off is taken out of the file."""
    kept = list(whole_lines(path))
    if kept:
        write_atomically(path, b"".join(kept))
    else:
        _remove(path)
    return kept


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.remove(path)
