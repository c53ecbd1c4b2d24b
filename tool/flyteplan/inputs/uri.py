"""Addresses of files, directories and dataframes."""

from __future__ import annotations

import re

from flyteplan.inputs.mismatch import MismatchError, articled, shown

# A scheme of two characters at least: `C:/data` is no URI.
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://.+", re.DOTALL)


def check_uri(name: str, value: str, at: str) -> None:
    """The task reads it where it runs: a path of this machine, and an address only the SDK resolves, are not there."""
    if not _URI.fullmatch(value):
        message = f"{at} must be the URI of {articled(name)}, not {shown(value)}"
        raise MismatchError(message, "write where the task can read it, like s3://bucket/path")
    if value.startswith("flyte://"):
        raise MismatchError(f"{at} has a flyte:// address, which only the SDK resolves", "write what it stands for")
