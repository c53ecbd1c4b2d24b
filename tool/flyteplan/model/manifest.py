"""A validated manifest: which task, or which tasks, and what to set on them."""

from __future__ import annotations

from collections.abc import Sequence

from flyteplan.errors import Position
from flyteplan.model.sent import Sent
from flyteplan.model.settings import Setting
from flyteplan.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReference(Sent):
    """`spec.task`: one task. Empty `project` and `domain` are the target's."""

    name: str
    project: str = ""
    domain: str = ""
    org: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection(Sent):
    """`spec.select`: the tasks that match everything given. `name` and `exclude` are globs of names."""

    name: str = ""
    environment: str = ""
    entrypoint: bool | None = None
    exclude: tuple[str, ...] = ()
    optional: bool = False
    project: str = ""
    domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest(Sent):
    """One valid `TaskOverride`. `position` is where its name stands, `reference_at` where its task or select does.

    `layer` counts from 0 in the order of the target; `settings` hold the selector, the overrides and the submit, of
    which `kind` is what `as` says, "" where it says nothing: whoever puts manifests together asks it of all of them.
    """

    name: str
    position: Position
    layer: int
    reference: TaskReference | Selection
    reference_at: Position
    labels: tuple[tuple[str, str], ...] = ()
    strategy: str = ""
    strategy_at: Position | None = None
    priority: int = 0
    kind: str = ""
    settings: Sequence[Setting] = ()

    @property
    def rank(self) -> tuple[int, int, int]:
        """Later layer, then the more specific reference, then the higher priority wins."""
        return (self.layer, self._specificity, self.priority)

    @property
    def _specificity(self) -> int:
        if isinstance(self.reference, TaskReference):
            return 2
        return 1 if self.reference.name else 0
