"""What the manifests of one task come to, and the exact versions it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flyteplan.errors import Position, Problem
from flyteplan.model.manifest import Manifest, Selection
from flyteplan.model.plan import Note
from flyteplan.model.sent import puts
from flyteplan.model.settings import Selector, Settings
from flyteplan.model.task import TaskName, Template, Triggers
from flyteplan.record import dataclass, field

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec

# A task, and the name of the manifest where it is a run of it.
Key = tuple[TaskName, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All manifests that speak of one task, or of one run of it: `run` is the manifest's name then, else ""."""

    task: TaskName
    run: str
    manifests: tuple[Manifest, ...]

    @property
    def key(self) -> Key:
        return self.task, self.run


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A group whose layers are composed: one strategy, one selector, one value a path. `kind` as in submit.as."""

    group: Group
    kind: str
    strategy: str
    selector: Selector
    settings: Settings

    @property
    def task(self) -> TaskName:
        return self.group.task

    @property
    def prunes(self) -> bool:
        """Whether no manifest speaks of the task any more, and its base is wanted back."""
        return not self.group.manifests

    @property
    def retargets(self) -> bool:
        """Whether triggers are to be moved to the version that is made."""
        return bool(self.settings.value("submit", "triggers") == "retarget")

    @property
    def named_at(self) -> Position:
        """Where the task is named: in the narrowest manifest, the first of several."""
        first = min(self.group.manifests, key=lambda one: (isinstance(one.reference, Selection), one.position))
        return first.reference_at

    @property
    def selector_at(self) -> Position:
        """Where its version is chosen, or where it is named when nothing says so."""
        setting = self.settings.get("selector")
        return setting.position if setting else self.named_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """An intent and the templates it is about. Both are None when the version is known in a task only.

    `newest_base` is the newest version that is not derived: a base that is older takes `latest` callers back.
    `locked`: the lock, not the catalog, said which version is the latest.
    """

    intent: Intent
    base: Template | None
    live: Template | None
    newest_base: str = ""
    triggers: Triggers = field(default=Triggers())
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """The desired spec, or the problems why there is none worth planning.

    `call` is what the overrides put into a call and not into the template, by name.
    """

    spec: TaskSpec
    call: tuple[tuple[str, Any], ...] = ()
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()


_SPEC, _CALL, _NOTES, _PROBLEMS = puts(Desired)


def made_desired(
    spec: TaskSpec, call: tuple[tuple[str, Any], ...], notes: tuple[Note, ...], problems: tuple[Problem, ...]
) -> Desired:
    """A `Desired` in a third of the time that its constructor takes: every task has one."""
    new = object.__new__(Desired)
    _SPEC(new, spec)
    _CALL(new, call)
    _NOTES(new, notes)
    _PROBLEMS(new, problems)
    return new
