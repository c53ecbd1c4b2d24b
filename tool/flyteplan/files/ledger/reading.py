"""The ledgers of a workspace, read back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from flyteplan.errors import Position, Problem
from flyteplan.files.ledger import lines
from flyteplan.files.ledger.lines import FOLDER, SUFFIX
from flyteplan.files.reading import explained, read
from flyteplan.model.history import Entry, Ledger

_WRONG = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


def read_ledgers(root: str) -> tuple[list[Ledger], list[Problem]]:
    """All ledgers, the oldest first, and what of them can not be read. None where nothing was ever applied."""
    found: list[Ledger] = []
    problems: list[Problem] = []
    for name in _names(os.path.join(root, FOLDER), problems):
        ledger = _ledger(root, name, problems)
        found += [ledger] if ledger else []
    return found, problems


def _names(folder: str, problems: list[Problem]) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if name.endswith(SUFFIX))
    except FileNotFoundError:
        return []
    except OSError as error:
        problems.append(_problem(Position(FOLDER), explained(folder, error)))
        return []


def _ledger(root: str, name: str, problems: list[Problem]) -> Ledger | None:
    path = f"{FOLDER}/{name}"
    try:
        found = list(_documents(read(os.path.join(root, path)), path, problems))
    except OSError as error:
        problems.append(_problem(Position(path), explained(path, error)))
        return None
    if not found:
        return None  # cut off before its first line was whole
    number, first = found[0]
    try:
        apply, time = lines.read_started(first), str(first["time"])
    except _WRONG:
        problems.append(_problem(Position(path, number), "it does not begin as a ledger of format 1 does"))
        return None
    entries: list[Entry] = []
    for number, line in found[1:]:
        if line.get("event") != lines.ENDED:
            try:
                entries.append(lines.read_happened(line, apply, name))
            except _WRONG:
                problems.append(_problem(Position(path, number), "a line that is no event"))
    is_ended = found[-1][1].get("event") == lines.ENDED
    return Ledger(name=name, time=time, apply=apply, entries=tuple(entries), ended=is_ended)


def _documents(data: bytes, path: str, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The lines that are JSON, with their numbers. A last one that is torn is where an apply was cut off."""
    pieces = data.split(b"\n")
    for number, piece in enumerate(pieces, 1):
        try:
            document = json.loads(piece) if piece.strip() else None
        except (ValueError, RecursionError):
            document = []
        if isinstance(document, dict):
            yield number, document
        elif document is not None and number < len(pieces):
            problems.append(_problem(Position(path, number), "a line that is no event"))


def _problem(position: Position, message: str) -> Problem:
    hint = "the rest of the history is shown; remove what is broken"
    return Problem(code="FP2402", position=position, message=message, hint=hint, severity="warning")
