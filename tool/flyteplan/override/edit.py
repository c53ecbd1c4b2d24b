"""The copy that is edited, what to set on it, and what came up while doing so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flyteplan.errors import Position, Problem
from flyteplan.model.plan import Note
from flyteplan.model.primary import Primary, primary
from flyteplan.model.settings import Path, Setting, Settings

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import TaskMetadata, TaskTemplate
    from flyteidl2.task.task_definition_pb2 import TaskSpec

ROOT = "overrides"


@dataclass(slots=True, kw_only=True)
class Edit:
    """One run of the stage. `spec` is ours to change; paths are those of `model.settings` without the root."""

    task: str
    spec: TaskSpec
    settings: Settings
    replace: bool
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def template(self) -> TaskTemplate:
        return self.spec.task_template

    @property
    def metadata(self) -> TaskMetadata:
        return self.spec.task_template.metadata

    @property
    def primary(self) -> Primary | None:
        return primary(self.spec.task_template)

    def setting(self, *path: str) -> Setting | None:
        return self.settings.get(ROOT, *path)

    def value(self, *path: str) -> Any:
        """What is set at this path; None when nothing is, or when it is cleared."""
        return self.settings.value(ROOT, *path)

    def clears(self, *path: str) -> bool:
        return self.settings.clears(ROOT, *path) is not None

    def under(self, *path: str) -> tuple[Setting, ...]:
        return self.settings.under(ROOT, *path)

    def leaves(self, *path: str) -> Iterable[tuple[Path, Setting]]:
        """What is set below this path, by the rest of its path."""
        depth = len(path) + 1
        return ((item.path[depth:], item) for item in self.under(*path) if len(item.path) > depth)

    def position(self, *path: str) -> Position:
        """Where this path was written, or the nearest thing to it that was."""
        for end in range(len(path), 0, -1):
            found = self.settings.under(ROOT, *path[:end])
            if found:
                return found[0].position
        raise LookupError(path)

    def problem(self, code: str, path: Path, message: str, hint: str) -> None:
        text = f"{self.task}: {message}"
        self.problems.append(Problem(code=code, position=self.position(*path), message=text, hint=hint))
