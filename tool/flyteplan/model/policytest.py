"""Cases for policies: what a manifest would do to a task, and what the rules are to say of it."""

from __future__ import annotations

from flyteplan.errors import Position, Problem
from flyteplan.model.decision import Decision
from flyteplan.model.document import Document
from flyteplan.model.task import TaskName
from flyteplan.record import dataclass

# Rules by effect (deny, warn, excused), each with their names sorted.
Said = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case of a `PolicyTest`, judged at `now`.

    `deployed` and `manifest` are documents of TaskOverrides whose places are those of the case. With a `catalog` there
    are neither: then `manifests` are folders and files. Paths are as written, relative to the file.
    """

    test: str
    name: str
    position: Position
    now: str
    target: str
    task: TaskName
    deployed: Document
    manifest: Document
    expected: Said
    policies: tuple[str, ...]
    catalog: str = ""
    manifests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a case: `said`, or the `problems` that there was no plan to judge for."""

    case: Case
    said: Said = ()
    decisions: tuple[Decision, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.problems and self.said == self.case.expected
