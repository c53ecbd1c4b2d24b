"""One call of Git, and what it says."""

from __future__ import annotations

import subprocess

from flyteplan.errors import FlyteplanError, UsageError

_SECONDS = 120


def run(root: str, *arguments: str, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    call = ["git", "-C", root, *arguments]
    try:
        return subprocess.run(call, input=data, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except FileNotFoundError:
        raise UsageError("git is not installed, and a revision is read with it") from None
    except (OSError, subprocess.SubprocessError) as error:
        raise FlyteplanError(f"git {arguments[0]} failed: {error}") from None


def text(output: bytes) -> str:
    return output.decode("utf-8", "replace").strip()
