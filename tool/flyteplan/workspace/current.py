"""The version of the deployment that flyteplan runs in, as a running Flyte task tells it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise

_VARIABLE = "FLYTE_INTERNAL_TASK_VERSION"
_ENTRYPOINT = "a0"
_FLAGS = ("--version", "-v")
_FIRST_PROCESS = "/proc/1/cmdline"


def current_version(given: str | None) -> str | None:
    """*given*, else of the SDK's task context, else of the `a0` process, else of the backend's variable.

    The context comes before the process: a warm container keeps the arguments of its first task.
    """
    return given or _context() or _argument(sys.argv) or _argument(_first_process()) or os.environ.get(_VARIABLE)


def _context() -> str | None:
    """Of the SDK only where a task has imported it: it is never imported for this."""
    flyte = sys.modules.get("flyte")
    context = flyte.ctx() if flyte is not None and hasattr(flyte, "ctx") else None
    return context.version if context is not None else None


def _first_process() -> list[str]:
    try:
        with open(_FIRST_PROCESS, "rb") as file:
            return file.read().decode(errors="replace").split("\0")
    except OSError:
        return []


def _argument(arguments: Sequence[str]) -> str | None:
    """`--version` of an `a0` call: the entrypoint itself, or what an interpreter was told to run."""
    names = [os.path.basename(argument) for argument in arguments[:2]]
    if _ENTRYPOINT not in names:
        return None
    for argument, following in pairwise([*arguments, ""]):
        flag, equals, value = argument.partition("=")
        if flag in _FLAGS:
            return (value if equals else following) or None
    return None
