"""The triggers of a task, carried over to its new version: all of them, as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flyteplan.apply.present import Present
from flyteplan.apply.standing import lagging
from flyteplan.errors import CatalogError
from flyteplan.model.deployment import Deployment, Retarget
from flyteplan.model.plan import Change
from flyteplan.model.task import TaskVersion, Trigger, Triggers
from flyteplan.ports import Controller

if TYPE_CHECKING:
    from flyteidl2.trigger.trigger_definition_pb2 import TriggerDetails

Moving = Deployment | Retarget


def to_move(change: Change, present: Present, controller: Controller) -> tuple[TriggerDetails, ...]:
    """What is set of all triggers, to be sent with a version. Raises CatalogError where some of it would be lost."""
    known = present.triggers.get(change.task.task, Triggers()).known
    if change.submit.triggers != "retarget" or not known:
        return ()
    found = _read(change, known, controller)
    for trigger in found:
        if _has_unknown(trigger.spec) or _has_unknown(trigger.automation_spec):
            raise CatalogError(
                f"its trigger {trigger.id.name.name} has settings that this flyteplan does not know and would lose "
                "(set submit.triggers: keep, or use a newer flyteplan)"
            )
    return found


def retarget(change: Change, present: Present, controller: Controller) -> Retarget:
    """The triggers that start another version than the live one, which is as desired. Raises CatalogError."""
    triggers = _read(change, lagging(change, present), controller)
    return Retarget(key=TaskVersion(change.task.task, change.submit.name), triggers=triggers)


def _read(change: Change, known: Sequence[Trigger], controller: Controller) -> tuple[TriggerDetails, ...]:
    found = controller.triggers(change.task.task, [trigger.name for trigger in known])
    for trigger, planned in zip(found, known, strict=True):
        if trigger.id.revision != planned.revision:
            raise CatalogError(f"its trigger {planned.name} is being changed by somebody else (plan again)")
    return tuple(found)


def moved_triggers(sent: Moving, controller: Controller) -> Sequence[TriggerDetails]:
    """Those that were sent with a version, as they are now. Raises CatalogError."""
    return controller.triggers(sent.key.task, [trigger.id.name.name for trigger in sent.triggers])


def not_moved(sent: Moving, found: Sequence[TriggerDetails]) -> str:
    """Which triggers are not as they were but for the version they start, "" when all are."""
    pairs = zip(sent.triggers, found, strict=True)
    wrong = [old.id.name.name for old, new in pairs if not _moved(old, new, sent)]
    return f"{sent.key.version} is there, but not moved to it: {_listed(wrong)}" if wrong else ""


def _moved(old: TriggerDetails, new: TriggerDetails, sent: Moving) -> bool:
    wanted = type(old.spec)()
    wanted.CopyFrom(old.spec)
    wanted.task_version = sent.key.version
    return bool(new.spec == wanted and new.automation_spec == old.automation_spec)


def _has_unknown(message: Any) -> bool:
    known = type(message)()
    known.CopyFrom(message)
    known.DiscardUnknownFields()
    return bool(known.ByteSize() != message.ByteSize())


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"trigger {name}" for name in names)
