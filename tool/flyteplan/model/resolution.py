"""What the manifests of one task come to, and the exact versions it is about."""

from __future__ import annotations

from dataclasses import dataclass

from flyteplan.model.manifest import Manifest
from flyteplan.model.settings import Selector, Settings
from flyteplan.model.task import TaskName, Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All manifests that speak of one task, or of one run of it: `run` is the manifest's name then, else ""."""

    task: TaskName
    run: str
    manifests: tuple[Manifest, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """An intent and the templates it is about. Both are None when the version is known in a task only."""

    intent: Intent
    base: Template | None
    live: Template | None
