"""The copy that is edited, what to set on it, and what came up while doing so."""

from __future__ import annotations

from flyteplan.errors import Position, Problem
from flyteplan.model.plan import Note
from flyteplan.model.primary import Primary, primary
from flyteplan.model.settings import OVERRIDES, WHOLE, Parts, Path, Settings
from flyteplan.model.task import Template


def clears(wanted: Parts, part: str) -> bool:
    """Whether *part* is cleared: itself, or what it belongs to."""
    above = part.partition(".")[0]
    return WHOLE in wanted or wanted.get(part, ...) is None or wanted.get(above, ...) is None


class Edit:
    """One run of the stage. `spec` is a copy, ours to change; paths are those of `model.settings` without the root.

    `template` and `metadata` are parts of it: every look at a message makes an object. `given` and `cleared` are those
    of `Settings.parameters`: few are cleared under merge, and so nobody looks for what is not there.
    """

    __slots__ = (
        "_primary",
        "base",
        "cleared",
        "given",
        "metadata",
        "notes",
        "problems",
        "replace",
        "settings",
        "spec",
        "template",
        "variables",
    )

    def __init__(self, base: Template, settings: Settings, replace: bool) -> None:
        self.base, self.settings, self.replace = base, settings, replace
        self.given, self.cleared = settings.parameters()
        deployed = base.spec
        self.spec = spec = type(deployed)()
        spec.CopyFrom(deployed)
        self.template = template = spec.task_template
        self.metadata = template.metadata
        self.problems: list[Problem] = []
        self.notes: tuple[Note, ...] = ()
        # Names of the variables, those of the deployed container among them; None where no edit had to look at them.
        self.variables: list[str] | None = None
        self._primary: Primary | None = None

    @property
    def task(self) -> str:
        return self.base.key.task.name

    @property
    def primary(self) -> Primary | None:
        """No edit makes another container the primary one."""
        if self._primary is None:
            self._primary = primary(self.template)
        return self._primary

    def position(self, *path: str) -> Position:
        """Where this path was written, or the nearest thing to it that was."""
        for end in range(len(path), 0, -1):
            found = self.settings.under(OVERRIDES, *path[:end])
            if found:
                return found[0].position
        raise LookupError(path)

    def problem(self, code: str, path: Path, message: str, hint: str) -> None:
        text = f"{self.task}: {message}"
        self.problems.append(Problem(code=code, position=self.position(*path), message=text, hint=hint))
