"""What a controller has of what it was sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from flyteplan.apply.derived import own_tags
from flyteplan.apply.triggers import moved_triggers, not_moved
from flyteplan.diff import digest
from flyteplan.model.deployment import Deployment, Retarget
from flyteplan.model.plan import Change
from flyteplan.model.run import Launch, Run, RunName
from flyteplan.model.task import TaskName, TaskVersion, Template
from flyteplan.ports import Ahead, Catalog, Controller
from flyteplan.record import dataclass

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec
    from flyteidl2.trigger.trigger_definition_pb2 import TriggerDetails

Sent = Deployment | Retarget | Launch


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """What there is of some versions and runs, by name."""

    templates: Mapping[TaskVersion, Template]
    live: Mapping[TaskName, str]
    triggers: Mapping[TaskName, Sequence[TriggerDetails]]
    runs: Mapping[RunName, Run]


def back_questions(sent: Collection[Sent]) -> Ahead:
    """What `read` asks."""
    versions = [one.key for one in sent if isinstance(one, Deployment)]
    return Ahead(
        live=[key.task for key in versions],
        templates=versions,
        runs=[one.name for one in sent if isinstance(one, Launch)],
    )


def read(sent: Collection[Sent], catalog: Catalog, controller: Controller) -> Back:
    """Each question once, for all of them. Raises CatalogError."""
    asked = back_questions(sent)
    moving = [one for one in sent if not isinstance(one, Launch) and one.triggers]
    return Back(
        templates=catalog.templates(asked.templates),
        live=catalog.live(asked.live),
        triggers={one.key.task: moved_triggers(one, controller) for one in moving},
        runs=catalog.runs(asked.runs),
    )


def wrong(sent: Sent, change: Change, back: Back) -> str:
    """What the controller has otherwise than it was sent, "" when nothing."""
    if isinstance(sent, Launch):
        return _wrong_run(sent, change, back.runs.get(sent.name))
    lost = _wrong_version(sent, change, back) if isinstance(sent, Deployment) else ""
    return lost or not_moved(sent, back.triggers.get(sent.key.task, ()))


def _wrong_version(sent: Deployment, change: Change, back: Back) -> str:
    version = sent.key.version
    found = back.templates.get(sent.key)
    if found is None:
        return f"{version} was sent, and is not there"
    if digest(found.spec) != change.desired_digest:
        return f"{version} is there, but its spec is not the one that was sent"
    if _tags(found.spec) != _tags(sent.spec):
        return f"{version} is there, but the tags that say where it comes from are not those that were sent"
    live = back.live.get(sent.key.task, "not known")
    if live != version:
        return f"{version} is there, but the newest version is {live}"
    return ""


def _wrong_run(sent: Launch, change: Change, found: Run | None) -> str:
    name = sent.name.name
    if found is None:
        return f"the run {name} was sent, and is not there"
    if found.digest != change.submit.digest:
        return f"there already was a run {name}, started for something else"
    expected = digest(sent.spec) if sent.spec is not None else change.base_digest
    if digest(found.spec) != expected:
        return f"the run {name} is there, but its spec is not the one that was sent"
    return ""


def _tags(spec: TaskSpec) -> dict[str, str]:
    return own_tags(spec.task_template.metadata.tags)
