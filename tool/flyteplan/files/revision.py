"""Which revision of a Git checkout the manifests are."""

from __future__ import annotations

import subprocess

_SECONDS = 30


def revision(folder: str) -> str:
    """The commit that is checked out there, with `-dirty` when files differ from it; "" where Git knows none."""
    call = ["git", "-C", folder, "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        done = subprocess.run(call, capture_output=True, text=True, timeout=_SECONDS, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
