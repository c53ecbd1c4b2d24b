"""The value of a setting for plans and messages."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flyteplan.model import duration
from flyteplan.model.device import Accelerator
from flyteplan.model.settings import Path, Secret, Selector, Setting

_DURATIONS = ("base", "cap", "max_age")


def readable(setting: Setting) -> Any:
    """The value of *setting* as JSON can hold it and a reader can read it."""
    value = setting.value
    if isinstance(value, str):
        return value
    if _is_duration(setting.path):
        return None if value is None else duration.show(value)
    if isinstance(value, Accelerator):
        return value.device
    if isinstance(value, Secret):
        return "file" if value.as_file else value.env_var
    if isinstance(value, Selector):
        return value.version or value.auto_version
    return list(value) if isinstance(value, tuple) else value


@lru_cache(maxsize=4096)
def _is_duration(path: Path) -> bool:
    """A variable or a label may have the name of a bound."""
    parameter = path[1:2]
    return parameter == ("timeout",) or (parameter in {("retries",), ("cache",)} and path[-1] in _DURATIONS)
