"""Overrides of a manifest on their way through flyteplan: validate, compose, override."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flyteidl2.task.task_definition_pb2 import TaskDetails, TaskSpec

from flyteplan.errors import Position, Problem
from flyteplan.model.document import Document, Locator, Pointer
from flyteplan.model.plan import Change
from flyteplan.model.resolution import Desired, Group, Intent, Resolution
from flyteplan.model.task import TaskName, TaskVersion, Template
from flyteplan.override import override
from flyteplan.plan import change, naming
from flyteplan.resolve import compose
from flyteplan.validate import Validator, manifest

ROOT = Path(__file__).parents[2]
_VALIDATOR = Validator((ROOT / "schema" / "task-override.v1.schema.json").read_text("utf-8"))
_PLACE = Position("manifest.yaml", 1, 1)


class _Somewhere(Locator):
    """All places are one: these tests ask what, not where."""

    def value(self, pointer: Pointer) -> Position:
        return _PLACE

    def key(self, pointer: Pointer) -> Position:
        return _PLACE

    def text(self, pointer: Pointer) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Refused:
    """flyteplan's answer to what can not be; equal by its codes."""

    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Accepted:
    intent: Intent
    template: Template
    desired: Desired

    @property
    def spec(self) -> TaskSpec:
        return self.desired.spec

    def change(self, live: Template | None = None) -> Change:
        """From *live*, by default the base itself."""
        resolution = Resolution(intent=self.intent, base=self.template, live=live or self.template)
        named = naming(resolution, self.desired) if self.intent.kind == "run" else None
        return change("", resolution, self.desired, naming=named)


def apply(
    details: TaskDetails, overrides: Mapping[str, Any], strategy: str = "replace", kind: str = ""
) -> Accepted | Refused:
    """What flyteplan makes of *overrides* on the template of *details*. *kind* is `submit.as`."""
    identity = details.task_id
    task = TaskName(identity.project, identity.domain, identity.name or "t")
    document = Document(path="manifest.yaml", value=_document(task, overrides, strategy, kind), locator=_Somewhere())
    checked = manifest(document, 0, _VALIDATOR)
    if checked.manifest is None:
        return _refused(checked.problems)
    intent, problems = compose(Group(task=task, run="", manifests=(checked.manifest,)))
    if intent is None:
        return _refused(problems)
    template = Template(key=TaskVersion(task, identity.version), spec=details.spec, deployed_at=0)
    desired = override(template, intent.settings, intent.strategy)
    return _refused(desired.problems) if desired.problems else Accepted(intent, template, desired)


def between(made: Accepted, live: TaskSpec) -> Change:
    """What becomes of a task whose live version is another than its base."""
    key = TaskVersion(made.template.key.task, "v1.live.flyteplan")
    return made.change(Template(key=key, spec=live, deployed_at=1))


def _refused(problems: tuple[Problem, ...]) -> Refused:
    return Refused(frozenset(problem.code for problem in problems if problem.severity == "error"))


def _document(task: TaskName, overrides: Mapping[str, Any], strategy: str, kind: str) -> Any:
    reference = {"project": task.project, "domain": task.domain, "name": task.name, "version": "v1"}
    # A queue is no part of a version.
    kind = kind or ("run" if "queue" in overrides else "version")
    return {
        "apiVersion": "flyteplan/v1",
        "kind": "TaskOverride",
        "metadata": {"name": "parity"},
        "spec": {
            "task": {name: value for name, value in reference.items() if value},
            "strategy": strategy,
            "overrides": dict(overrides),
            "submit": {"as": kind},
        },
    }
