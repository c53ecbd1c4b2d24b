"""Templates as the lines of a snapshot: the same templates give the same bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flyteplan.errors import CatalogError, UsageError
from flyteplan.files.reading import explained
from flyteplan.model.task import Template, Triggers

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskDetails, TaskIdentifier

_SECOND = 10**9


def message(template: Template, triggers: Triggers) -> TaskDetails:
    """What a server would say of the version; *triggers* are told of one that is live. It has no org."""
    from flyteidl2.task.task_definition_pb2 import TaskDetails, TaskIdentifier

    task = template.key.task
    details = TaskDetails(spec=template.spec)
    details.task_id.CopyFrom(
        TaskIdentifier(project=task.project, domain=task.domain, name=task.name, version=template.key.version)
    )
    details.metadata.short_name = template.spec.short_name
    details.metadata.environment_name = template.spec.environment.name
    moment = details.metadata.deployed_at
    moment.seconds, moment.nanos = divmod(template.deployed_at, _SECOND)
    _tell(details, triggers)
    return details


def _tell(details: TaskDetails, triggers: Triggers) -> None:
    """A summary names a trigger that is the only one, and counts more of them."""
    summary = details.metadata.triggers_summary
    if triggers.count == 1 and triggers.known:
        (only,) = triggers.known
        summary.details.name, summary.details.active = only.name, only.active
    elif triggers.count:
        summary.stats.total = triggers.count
        summary.stats.active = sum(trigger.active for trigger in triggers.known)


def line(details: TaskDetails) -> bytes:
    """Proto3 JSON with proto field names and sorted keys, and the end of the line.

    Raises CatalogError for what a server takes and proto3 JSON does not: NaN in a Struct, too long a duration.
    """
    from google.protobuf.json_format import MessageToDict, SerializeToJsonError

    try:
        content = MessageToDict(details, preserving_proto_field_name=True)
    except SerializeToJsonError as error:
        raise CatalogError(_can_not_be_held(details.task_id, error)) from None
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _can_not_be_held(task: TaskIdentifier, error: Exception) -> str:
    reason = str(error).rstrip(".")
    hint = "pull into a .db, which can, or leave the task out with --exclude"
    return f"JSON can not hold {task.name}@{task.version} of {task.project}/{task.domain}: {reason} ({hint})"


def is_whole(details: TaskDetails) -> bool:
    """Whether JSON holds all of it: it does not hold fields that this flyteidl2 does not know."""
    known = type(details)()
    known.CopyFrom(details)
    known.DiscardUnknownFields()
    return bool(known.ByteSize() == details.ByteSize())


def append(path: str, lines: Iterable[bytes]) -> None:
    """Writes whole lines behind those that are there. Raises UsageError."""
    try:
        with open(path, "ab") as file:
            file.writelines(lines)
    except OSError as error:
        raise UsageError(f"{path} can not be written: {explained(path, error)}") from None


def whole_lines(path: str) -> Iterator[bytes]:
    """The lines of a file that may have been cut off in its last one; none when there is no file."""
    if not os.path.exists(path):
        return
    with open(path, "rb") as file:
        for one in file:
            if one.endswith(b"\n"):
                yield one
