"""A plan as what can be called: its tasks by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from flyteplan.errors import InputError, Problem, UsageError
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.plan import Change
from flyteplan.model.task import TaskName

if TYPE_CHECKING:
    from flyte.remote import TaskDetails

Key: TypeAlias = "str | tuple[str, str]"


class UnknownTaskError(UsageError, KeyError):
    """No task of the plan has this name, or more than one."""

    def __str__(self) -> str:
        return str(self.args[0])


class Tasks(Mapping[Key, "TaskDetails"]):
    """The tasks of a plan with their overrides, each as the SDK's `flyte.remote.TaskDetails`.

    A key is the name of a manifest, or of a task, that is about one change alone; or both of them, `(manifest, task)`,
    for a manifest that selects several. A run is found by the manifest that wants it. Iterating gives the manifests
    that are about one change, and the tasks that no manifest has for itself.

    Each look-up makes a new object, for `flyte.run` fills in what the id of a template lacks. It raises `InputError`
    for a task whose version is known in a running task only. `digest` is the digest of the plan.
    """

    def __init__(self, changes: Iterable[Change], digest: str, make: Callable[[Change], TaskDetails]) -> None:
        self.digest = digest
        self._make = make
        self._changes = tuple(changes)
        self._names = _names(self._changes)
        self._by_manifest: dict[str, list[int]] = {}
        self._by_task: dict[str, list[int]] = {}
        for number, names in enumerate(self._names):
            self._by_task.setdefault(self._task(number), []).append(number)
            for name in names:
                self._by_manifest.setdefault(name, []).append(number)

    def __getitem__(self, key: Key) -> TaskDetails:
        found = self._found(key)
        if len(found) != 1:
            raise UnknownTaskError(self._wrong(key, found))
        (number,) = found
        return self._make(_resolved(self._changes[number]))

    def __contains__(self, key: object) -> bool:
        return len(self._found(key)) == 1

    def __iter__(self) -> Iterator[Key]:
        return iter(sorted({key for number in range(len(self._changes)) for key in self._keys(number)}, key=str))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<tasks of plan {self.digest}: {', '.join(map(_shown, self))}>"

    def _found(self, key: Any) -> list[int]:
        """The numbers of the changes that a key may mean."""
        if isinstance(key, tuple):
            manifest, task = key if len(key) == 2 else ("", "")
            return [one for one in self._by_manifest.get(manifest, ()) if self._task(one) == task]
        return self._by_manifest.get(key) or self._of_task(key)

    def _of_task(self, name: Any) -> list[int]:
        """Its version, where there are runs of it too."""
        found = self._by_task.get(name, [])
        return [number for number in found if self._changes[number].submit.kind != "run"] or found

    def _task(self, number: int) -> str:
        return self._changes[number].task.task.name

    def _keys(self, number: int) -> Iterable[Key]:
        own: list[Key] = [name for name in self._names[number] if self._found(name) == [number]]
        task = self._task(number)
        return own or ([task] if self._found(task) == [number] else [(self._names[number][0], task)])

    def _wrong(self, key: Key, found: list[int]) -> str:
        if not found:
            known = set(self._by_manifest) | set(self._by_task)
            hint = did_you_mean(_shown(key), known, "it has")
            return f"the plan has no task and no manifest {_shown(key)} ({hint})"
        pairs = [(key if key in self._names[one] else self._names[one][0], self._task(one)) for one in found[:3]]
        which = ", ".join(f'plan["{manifest}", "{task}"]' for manifest, task in pairs)
        return f"{_shown(key)} may mean {len(found)} tasks of the plan (say which: {which})"


def _names(changes: Iterable[Change]) -> list[list[str]]:
    """The manifests that each change goes by: a run by its own, not by the selections that also reach its task."""
    shared: dict[TaskName, set[str]] = {}
    for change in changes:
        if change.submit.kind != "run":
            shared.setdefault(change.task.task, set()).update(source.name for source in change.manifests)
    return [_own_names(change, shared.get(change.task.task, set())) for change in changes]


def _own_names(change: Change, shared: Collection[str]) -> list[str]:
    names = list(dict.fromkeys(source.name for source in change.manifests))
    return names if change.submit.kind != "run" else [name for name in names if name not in shared]


def _resolved(change: Change) -> Change:
    if change.desired is not None:
        return change
    problem = Problem(
        code="FP2004",
        position=change.manifests[0].position,
        message="auto_version: current is known in a running task only",
        hint="call it in a task, or load the plan with current_version=",
    )
    raise InputError([problem])


def _shown(key: Key) -> str:
    return ", ".join(key) if isinstance(key, tuple) else str(key)
