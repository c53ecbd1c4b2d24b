"""Overrides as plain values, as manifests hold them, through the stages that read them."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from flyteidl2.task.task_definition_pb2 import TaskSpec

from flyteplan.errors import Position, Problem
from flyteplan.model.document import Document, Locator, Pointer
from flyteplan.model.manifest import Manifest
from flyteplan.model.resolution import Desired, Group, Intent
from flyteplan.model.settings import Settings
from flyteplan.model.task import TaskName, TaskVersion, Template
from flyteplan.override import override
from flyteplan.resolve import compose
from flyteplan.validate import Validator, manifest

Overrides = dict[str, Any]
VALIDATOR = Validator((Path(__file__).parents[2] / "schema" / "task-override.v1.schema.json").read_text("utf-8"))
TASK = TaskName("flytesnacks", "development", "training.train_model")


class NoPlace(Locator):
    """A locator of a document that was never a text: its places differ by depth only."""

    def __init__(self, path: str) -> None:
        self._path = path

    def value(self, pointer: Pointer) -> Position:
        return Position(self._path, 1 + len(pointer), 2)

    def key(self, pointer: Pointer) -> Position:
        return Position(self._path, 1 + len(pointer), 1)

    def text(self, pointer: Pointer) -> str:
        return ""


def document(
    overrides: Overrides, *, name: str = "one", strategy: str = "merge", task: TaskName = TASK, **spec: Any
) -> Any:
    """The value of a manifest document."""
    reference = {"name": task.name, "project": task.project, "domain": task.domain, "auto_version": "latest"}
    body = {"task": reference, "strategy": strategy, "overrides": overrides, **spec}
    return {"apiVersion": "flyteplan/v1", "kind": "TaskOverride", "metadata": {"name": name}, "spec": body}


def read(value: Any, layer: int = 0) -> Manifest | None:
    """The manifest of a document's value, None for one that is not valid."""
    path = f"{layer}-{value['metadata']['name']}.yaml"
    return manifest(Document(path=path, value=value, locator=NoPlace(path)), layer, VALIDATOR).manifest


def composed(*manifests: Manifest) -> tuple[Intent | None, tuple[Problem, ...]]:
    return compose(Group(task=TASK, run="", manifests=manifests))


def settings(*layers: Overrides, strategy: str = "merge") -> Settings | None:
    """What *layers* come to, each in a layer of its own, later ones winning; None when one is not valid."""
    manifests = [read(document(layer, strategy=strategy), number) for number, layer in enumerate(layers)]
    known = [one for one in manifests if one is not None]
    intent = composed(*known)[0] if len(known) == len(layers) else None
    return None if intent is None else intent.settings


def template(spec: TaskSpec, version: str = "v1", deployed_at: int = 1, task: TaskName = TASK) -> Template:
    return Template(key=TaskVersion(task, version), spec=spec, deployed_at=deployed_at)


def applied(spec: TaskSpec, *layers: Overrides, strategy: str = "merge") -> TaskSpec | None:
    """*spec* with *layers* applied as one; None when they are not valid or do not fit the spec."""
    found = desired(spec, *layers, strategy=strategy)
    return None if found is None or found.problems else found.spec


def desired(spec: TaskSpec, *layers: Overrides, strategy: str = "merge") -> Desired | None:
    found = settings(*layers, strategy=strategy)
    return None if found is None else override(template(spec), found, strategy)


def one_after_the_other(spec: TaskSpec, *steps: Overrides) -> TaskSpec | None:
    """*spec* with each step applied to what the one before it made."""
    result: TaskSpec | None = spec
    for step in steps:
        result = applied(result, step) if result is not None else None
    return result


def written(spec: TaskSpec) -> bytes:
    return spec.SerializeToString(deterministic=True)


def copied(spec: TaskSpec) -> TaskSpec:
    copy = TaskSpec()
    copy.CopyFrom(spec)
    return copy


def without_own(spec: TaskSpec) -> TaskSpec:
    """Without what is a version's own: `id.version` and flyteplan's tags, and the metadata that held nothing else."""
    copy = copied(spec)
    if copy.task_template.HasField("id"):
        copy.task_template.id.version = ""
    if copy.task_template.HasField("metadata"):
        for tag in [tag for tag in copy.task_template.metadata.tags if tag.startswith("flyteplan/")]:
            del copy.task_template.metadata.tags[tag]
        if not copy.task_template.metadata.ByteSize():
            copy.task_template.ClearField("metadata")
    return copy


def nulled(overrides: Overrides) -> list[Overrides]:
    """Every way to clear what *overrides* set: a parameter, or one of its parts. `cache` can not be null."""
    found: list[Overrides] = []
    for name, value in overrides.items():
        if name != "cache":
            found.append({name: None})
        if isinstance(value, dict) and name != "cache":
            found += [{name: {part: None}} for part in value if (name, part) != ("retries", "count")]
    return list(itertools.filterfalse(lambda one: settings(one) is None, found))
