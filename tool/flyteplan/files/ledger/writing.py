"""The ledger of an apply that goes on."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone

from flyteplan.errors import Position, Problem
from flyteplan.files.ledger import lines
from flyteplan.files.ledger.lines import FOLDER, HISTORY, SUFFIX
from flyteplan.files.ownfolder import own_folder
from flyteplan.model.event import Event
from flyteplan.model.history import Apply

_DIGITS = 10
_BINARY = getattr(os, "O_BINARY", 0)


class LedgerFile:
    """One line at a time goes to the operating system at once, so that a process that is killed leaves what it did.

    It does not wait for the disk: what is lost with a whole machine is still told by the tags of the versions. What can
    not be written is told once, and is no reason not to apply.
    """

    def __init__(self, root: str, apply: Apply, tell: Callable[[Problem], None]) -> None:
        self._tell, self._events, self._descriptor = tell, list[Event](), -1
        try:
            self._descriptor = _opened(root, apply)
        except OSError as error:
            self._fail(error)
        self._write(lines.started(apply, _now()))

    def note(self, event: Event) -> None:
        self._events.append(event)
        self._write(lines.happened(event, _now()))

    def end(self) -> None:
        self._write(lines.ended(self._events, _now()))

    def close(self) -> None:
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
        self._descriptor = -1

    def _write(self, line: str) -> None:
        rest = line.encode()
        try:
            while rest and self._descriptor >= 0:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            self.close()
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        why = "permission denied" if error.errno in (errno.EACCES, errno.EPERM) else error.strerror or str(error)
        message, hint = f"the history can not be written: {why}", "what is applied is told by its tags alone"
        self._tell(Problem(code="FP2401", position=Position(FOLDER), message=message, hint=hint, severity="warning"))


def _opened(root: str, apply: Apply) -> int:
    name = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{_short(apply.plan)}-{os.urandom(4).hex()}{SUFFIX}"
    path = os.path.join(own_folder(root, HISTORY), name)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | _BINARY, 0o666)


def _short(digest: str) -> str:
    return digest.rpartition(":")[2][:_DIGITS]


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
