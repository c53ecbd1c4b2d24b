"""Names that derive from content, so that the same change has the same name whoever plans it, and when."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection
from typing import Any

from flyteplan.model.derived import DERIVED_SUFFIX
from flyteplan.model.task import TaskVersion

# flyteidl2: a version has at most 63 bytes, the name of a run at most 30 characters of DNS-1035.
_VERSION_BYTES = 63
_HEX_DIGITS = 10
_BASE_DIGITS = 8
_RUN_PREFIX = "fp-"
_RUN_CHARACTERS = 26
_RUN_LENGTH = 30


def derived_version(base: str, desired_digest: str, taken: Collection[str]) -> str:
    """`<base>.<10 hex of the desired digest>[-N].flyteplan`; N counts from 2 where a name is taken already."""
    digits = desired_digest.removeprefix("sha256:")[:_HEX_DIGITS]
    number = 1
    while True:
        generation = f"-{number}" if number > 1 else ""
        tail = f".{digits}{generation}{DERIVED_SUFFIX}"
        name = _cut(base, _VERSION_BYTES - len(tail)) + tail
        if name not in taken:
            return name
        number += 1


def _cut(base: str, limit: int) -> str:
    """A base that is too long is cut on a character's boundary and told apart by its sha256."""
    encoded = base.encode()
    if len(encoded) <= limit:
        return base
    mark = "-" + hashlib.sha256(encoded).hexdigest()[:_BASE_DIGITS]
    return encoded[: limit - len(mark)].decode(errors="ignore") + mark


def run_digest(task: TaskVersion, desired_digest: str, call: Any, number: int = 1) -> str:
    """Of the task, the desired spec, and all that goes with the call: what a run is started for.

    *number* counts from 1 the runs of the same content that somebody asked for on purpose.
    """
    scope = [task.task.project, task.task.domain, task.task.name, task.version]
    content = json.dumps([scope, desired_digest, call, *([number] if number > 1 else [])], sort_keys=True)
    return "sha256:" + hashlib.sha256(content.encode()).hexdigest()


def run_name(digest: str) -> str:
    """A name that derives from what the run is started for, so that a retry never starts a second one."""
    hashed = base64.b32encode(bytes.fromhex(digest.removeprefix("sha256:"))).decode().lower()
    return _RUN_PREFIX + hashed[:_RUN_CHARACTERS]


def numbered(name: str, number: int) -> str:
    """The name that an author gave, for the first run; with a number for the next ones of the same content."""
    if number == 1:
        return name
    tail = f"-{number}"
    return name[: _RUN_LENGTH - len(tail)].rstrip("-") + tail
