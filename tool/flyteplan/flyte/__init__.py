"""Overridden tasks for code that runs on Flyte: `plan = load(target="prod")`, then `await plan["train-gpu"](x=1)`.

It needs the Flyte SDK, and is the only part of flyteplan that does. The SDK itself is imported when a plan is loaded.
"""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("flyte") is None:
    raise ImportError("flyteplan.flyte needs the Flyte SDK (pip install 'flyteplan[flyte]')", name="flyte")

from flyteplan.flyte.loading import load
from flyteplan.flyte.tasks import Tasks, UnknownTaskError

__all__ = ["Tasks", "UnknownTaskError", "load"]
