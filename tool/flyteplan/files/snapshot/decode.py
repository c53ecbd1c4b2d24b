"""The messages of the lines that are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from flyteplan.errors import Position, Problem
from flyteplan.files.snapshot.index import Entry, bad_line, unreadable

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskDetails

_STEP = re.compile(r"Failed to parse (\S+) field: ")
_UNKNOWN = re.compile(r'has no field named "(?P<name>[^"]+)" at "(?P<path>[^"]+)"')


def decode(entries: Iterable[Entry]) -> Iterator[tuple[Entry, TaskDetails, Problem | None]]:
    """The message of each entry, and a warning when its line has what the installed flyteidl2 does not know."""
    ordered = sorted(entries, key=lambda entry: (entry.source.shown, entry.offset))
    for source, group in groupby(ordered, key=attrgetter("source")):
        try:
            with open(source.path, "rb") as file:
                for entry in group:
                    file.seek(entry.offset)
                    yield (entry, *_parse(entry, file.read(entry.length)))
        except OSError as error:
            raise unreadable(source, error) from None


def _parse(entry: Entry, line: bytes) -> tuple[TaskDetails, Problem | None]:
    from flyteidl2.task.task_definition_pb2 import TaskDetails
    from google.protobuf import json_format

    text = line.decode("utf-8-sig")
    try:
        return json_format.Parse(text, TaskDetails()), None
    except json_format.ParseError as error:
        unknown = _warning(entry, _reason(error))
    try:
        return json_format.Parse(text, TaskDetails(), ignore_unknown_fields=True), unknown
    except json_format.ParseError as error:
        raise bad_line(entry.source, entry.line, _reason(error)) from None


def _reason(error: Exception) -> str:
    """The path to the field that protobuf stopped at, and what is wrong with it: its own words name each step anew."""
    text = str(error)
    unknown = _UNKNOWN.search(text)
    if unknown:
        return f"{unknown['path']}.{unknown['name']}".removeprefix("TaskDetails.")
    path = ".".join(_STEP.findall(text))
    why = _STEP.sub("", text).split("\n", 1)[0].split(" at TaskDetails", 1)[0].rstrip(". ")
    return f"{path}: {why}" if path else why


def _warning(entry: Entry, what: str) -> Problem:
    """A template that is read so would be submitted without that, and its digest does not know of it."""
    return Problem(
        code="FP2008",
        position=Position(entry.source.shown, entry.line, 1),
        message=f"{entry.key.task} {entry.key.version} is read without {what}, which this flyteidl2 does not know",
        hint="install a newer flyteidl2 before this task is submitted",
        severity="warning",
    )
