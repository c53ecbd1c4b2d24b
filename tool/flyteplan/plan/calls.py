"""What goes with a call and is no part of a template, compared value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flyteplan.errors import Position
from flyteplan.model.comparison import Row
from flyteplan.model.plan import Call, Change, differ

# What is told value by value, and where its settings are.
_OPENED = {"inputs": ("submit", "inputs"), "run": ("submit", "run")}


def call_rows(old: Change | None, new: Change | None, calls: tuple[Call, Call] | None = None) -> Iterator[Row]:
    """Each input and each setting that only one side has, or that has another value there.

    *calls* take the place of what the changes show, where what is sensitive is keyed alike for both.
    """
    shown = calls or (_call(old), _call(new))
    before, after = (dict(_values(call)) for call in shown)
    for path in sorted(before.keys() | after.keys()):
        if path not in before or path not in after or differ(before[path], after[path]):
            yield Row(
                path=".".join(("call", *path)),
                was=before.get(path),
                now=after.get(path),
                was_set_by=_set_by(path, old) if path in before else None,
                set_by=_set_by(path, new) if path in after else None,
            )


def _call(change: Change | None) -> Call:
    return change.submit.call if change else ()


def _values(call: Call) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in call:
        if name in _OPENED and isinstance(value, Mapping) and value:
            yield from (((name, key), item) for key, item in value.items())
        else:
            yield (name,), value


def _set_by(path: tuple[str, ...], change: Change | None) -> Position | None:
    """The line of the value; that of the manifest where the plan has no settings."""
    assert change is not None, "it has the value"
    setting = (*_OPENED.get(path[0], ("overrides", path[0])), *path[1:])
    found = [item.position for item in change.settings if item.path[: len(setting)] == setting]
    places = [*found, *(source.position for source in change.manifests)]
    return places[0] if places else None
