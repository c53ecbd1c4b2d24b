"""Two changes of versions that are known in a task only -> what they want otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flyteplan.model.comparison import Row
from flyteplan.model.plan import Change, differ
from flyteplan.model.readable import readable
from flyteplan.model.secrecy import MARKS, Secrecy, common
from flyteplan.model.settings import Path, Setting

# What a manifest writes that clears.
_CLEARED = "null"


def override_rows(left: Change, right: Change) -> Iterator[Row]:
    """There is no more than what the manifests say: a row for each setting, in their words."""
    secrecy = common(left.secrecy, right.secrecy)
    before, after = _settings(left, secrecy), _settings(right, secrecy)
    for path in sorted(before.keys() | after.keys()):
        one, other = before.get(path), after.get(path)
        was, now = _value(one), _value(other)
        if differ(was, now):
            places = [None if item is None else item.position for item in (one, other)]
            name = ".".join(path[1:]) or path[0]
            yield Row(path=name, was=was, now=now, was_set_by=places[0], set_by=places[1])


def _settings(change: Change, secrecy: Secrecy) -> Mapping[Path, Setting]:
    return {item.path: item for item in secrecy.settings(change.settings) if item.path[0] != MARKS}


def _value(setting: Setting | None) -> Any:
    """To clear something is not to leave it as it is."""
    return None if setting is None else _CLEARED if (value := readable(setting)) is None else value
