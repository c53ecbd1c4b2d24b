"""Tasks, their versions, and the templates that were deployed for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flyteplan.model.sent import Sent
from flyteplan.record import dataclass

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """Where names live. `org` is configuration: servers ignore it in keys and answer without it."""

    project: str
    domain: str


class TaskName(NamedTuple):
    """One task of a scope, whatever its versions. A tuple, for names are looked up and sorted again and again."""

    project: str
    domain: str
    name: str

    @property
    def scope(self) -> Scope:
        return Scope(self.project, self.domain)

    def __str__(self) -> str:
        return f"{self.project}/{self.domain}/{self.name}"


class TaskVersion(NamedTuple):
    """One deployed version of a task: the key of a template."""

    task: TaskName
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger(Sent):
    """A schedule or another automation of a task, as far as the catalog tells: version "" is not known."""

    name: str
    active: bool
    revision: int = 0
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Triggers:
    """All triggers of a task: those that the catalog names, and how many more it only counts."""

    known: tuple[Trigger, ...] = ()
    others: int = 0

    @property
    def count(self) -> int:
        return len(self.known) + self.others

    def behind(self, version: str) -> tuple[Trigger, ...]:
        """Those that are known to start another version than this one."""
        return tuple(trigger for trigger in self.known if trigger.version not in ("", version))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One row of a task listing: what is known of a task without reading its template. `live`: its newest version."""

    task: TaskName
    environment: str
    live: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The two newest versions of a task by (first deployment, version): of all, and of those not derived.

    `base` is None when every version of the task is a derived one.
    """

    live: str
    base: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One deployed version. `spec` is never changed: whoever edits it copies it first."""

    key: TaskVersion
    spec: TaskSpec
    deployed_at: int
