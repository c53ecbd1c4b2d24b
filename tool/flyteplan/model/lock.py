"""`flyteplan.lock`: what the versions of each target's tasks resolved to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flyteplan.errors import Position
from flyteplan.model.filenames import LOCK
from flyteplan.model.task import TaskName
from flyteplan.record import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Stanza:
    """One task: what `latest` stands for, or the version that is pinned, and the digest of its spec.

    `also` are the versions beside it that runs of the task pin, each with its digest, sorted.
    """

    version: str
    digest: str
    also: tuple[tuple[str, str], ...] = ()
    position: Position = field(default=Position(LOCK), compare=False)

    @property
    def digests(self) -> dict[str, str]:
        """Version to digest, of all that it holds."""
        return {self.version: self.digest, **dict(self.also)}


@dataclass(frozen=True, slots=True, order=True)
class Locked:
    """The key of a stanza: a target by its name, and a task in it."""

    target: str
    task: TaskName


@dataclass(frozen=True, slots=True)
class Lock:
    """All stanzas of all targets."""

    stanzas: Mapping[Locked, Stanza] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, target: str) -> dict[TaskName, Stanza]:
        """The stanzas of one target, by task."""
        return {key.task: stanza for key, stanza in self.stanzas.items() if key.target == target}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A stanza that is not what it was: None before when it is new, None after when it is gone."""

    task: TaskName
    before: Stanza | None
    after: Stanza | None
