"""What a snapshot holds and where, without decoding a template.

A snapshot is JSON lines, one `flyteidl2.task.TaskDetails` a line as proto3 JSON writes it, with proto or JSON names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from flyteplan.errors import CatalogError, InputError, Position, Problem
from flyteplan.files.reading import explained
from flyteplan.model.newest import newest_first
from flyteplan.model.task import TaskName, TaskVersion, Trigger, Triggers
from flyteplan.record import dataclass

_SECOND = 10**9
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")


class SnapshotError(InputError, CatalogError):
    """A line that can not be what a snapshot has: the problem says where, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A snapshot file, and the path it is shown by."""

    path: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line: whose template it is, and where it stands. `deployed_at` is in nanoseconds, 0 when not known."""

    key: TaskVersion
    deployed_at: int
    environment: str
    triggers: Triggers
    source: Source
    line: int
    offset: int
    length: int

    @property
    def place(self) -> str:
        return f"{self.source.shown}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """All lines by key, and the versions of every task, newest first."""

    entries: Mapping[TaskVersion, Entry]
    versions: Mapping[TaskName, tuple[str, ...]]


def read_index(sources: Sequence[Source]) -> Index:
    """Reads every line of every source once. Raises CatalogError."""
    entries: dict[TaskVersion, Entry] = {}
    grouped: dict[TaskName, dict[str, int]] = {}
    for source in sources:
        for entry in _entries(source):
            first = entries.setdefault(entry.key, entry)
            if first is not entry:
                raise _twice(first, entry)
            grouped.setdefault(entry.key.task, {})[entry.key.version] = entry.deployed_at
    return Index(entries=entries, versions={task: newest_first(times) for task, times in grouped.items()})


def _entries(source: Source) -> Iterator[Entry]:
    offset = 0
    try:
        with open(source.path, "rb") as file:
            for number, line in enumerate(file, 1):
                if not line.isspace():
                    yield _entry(source, number, offset, line)
                offset += len(line)
    except OSError as error:
        raise unreadable(source, error) from None


def _entry(source: Source, number: int, offset: int, line: bytes) -> Entry:
    try:
        details = _mapping(json.loads(line.rstrip()))
        metadata = _get(details, "metadata", "metadata")
        return Entry(
            key=_key(details),
            deployed_at=_nanoseconds(metadata.get("deployed_at", metadata.get("deployedAt"))),
            environment=_text(metadata.get("environment_name", metadata.get("environmentName"))),
            triggers=_triggers(_get(metadata, "triggers_summary", "triggersSummary")),
            source=source,
            line=number,
            offset=offset,
            length=len(line),
        )
    except json.JSONDecodeError as error:
        raise bad_line(source, number, f"no JSON, {_reason(error)}", column=error.colno) from None
    except UnicodeDecodeError as error:
        raise bad_line(source, number, f"not UTF-8: byte 0x{error.object[error.start]:02X}") from None
    except RecursionError:
        raise bad_line(source, number, "it is nested too deeply") from None
    except ValueError as error:
        raise bad_line(source, number, str(error)) from None


def _key(details: Mapping[str, Any]) -> TaskVersion:
    identifier = _get(details, "task_id", "taskId")
    if not identifier:
        template = _get(_get(details, "spec", "spec"), "task_template", "taskTemplate")
        identifier = _get(template, "id", "id")
    project, domain, name, version = (_text(identifier.get(key)) for key in ("project", "domain", "name", "version"))
    if not name or not version:
        raise ValueError("it names no task and version, in task_id or in spec.task_template.id")
    return TaskVersion(TaskName(project, domain, name), version)


def _triggers(summary: Mapping[str, Any]) -> Triggers:
    """A summary names a trigger that is the only one, and counts more of them."""
    details, stats = _get(summary, "details", "details"), _get(summary, "stats", "stats")
    named = (Trigger(name=_text(details.get("name")), active=details.get("active") is True),) if details else ()
    return Triggers(known=named, others=int(stats.get("total") or 0))


def _get(mapping: Mapping[str, Any], proto_name: str, json_name: str) -> Mapping[str, Any]:
    value = mapping.get(proto_name, mapping.get(json_name))
    return {} if value is None else _mapping(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"an object was expected, not {json.dumps(value)[:40]}")
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"a string was expected, not {json.dumps(value)[:40]}")
    return value


def _nanoseconds(value: Any) -> int:
    if value is None:
        return 0
    match = _TIME.fullmatch(_text(value))
    if match is None:
        raise ValueError(f"deployed_at is no RFC 3339 time: {json.dumps(value)[:40]}")
    second, fraction, zone = match.groups()
    moment = datetime.fromisoformat(second + ("+00:00" if zone == "Z" else zone))
    return (moment - _EPOCH) // timedelta(seconds=1) * _SECOND + int((fraction or "").ljust(9, "0"))


def unreadable(source: Source, error: OSError) -> CatalogError:
    return CatalogError(f"the snapshot {source.shown} can not be read: {explained(source.path, error)}")


def _reason(error: json.JSONDecodeError) -> str:
    """Without the place, which the problem has."""
    return error.msg.removesuffix(" at").removesuffix(" starting").lower()


def bad_line(source: Source, line: int, why: str, *, column: int = 1) -> SnapshotError:
    hint = "write the snapshot again, or take the line out"
    return _wrong(Position(source.shown, line, column), f"not a TaskDetails in proto3 JSON: {why}", hint)


def _twice(first: Entry, second: Entry) -> SnapshotError:
    message = f"{first.key.task} {first.key.version} stands at {first.place} already"
    return _wrong(Position(second.source.shown, second.line, 1), message, "take one of the two lines out")


def _wrong(position: Position, message: str, hint: str) -> SnapshotError:
    return SnapshotError([Problem(code="FP2008", position=position, message=message, hint=hint)])
