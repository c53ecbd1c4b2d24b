"""Names that derive from content, so that the same change has the same name whoever plans it, and when."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection
from typing import Any

from flyteplan.model.task import DERIVED_SUFFIX, TaskVersion

# flyteidl2: a version has at most 63 bytes, the name of a run at most 30 characters of DNS-1035.
_VERSION_BYTES = 63
_HEX_DIGITS = 10
_BASE_DIGITS = 8
_RUN_PREFIX = "fp-"
_RUN_CHARACTERS = 26


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


def run_name(task: TaskVersion, desired_digest: str, call: Any) -> str:
    """Of the task, the desired spec, and all that goes with the call: a retry never starts a second run."""
    scope = [task.task.project, task.task.domain, task.task.name, task.version]
    content = json.dumps([scope, desired_digest, call], sort_keys=True, ensure_ascii=False)
    hashed = base64.b32encode(hashlib.sha256(content.encode()).digest()).decode().lower()
    return _RUN_PREFIX + hashed[:_RUN_CHARACTERS]
