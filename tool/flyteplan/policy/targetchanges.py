"""A target in two states of flyteplan.yaml -> what became of where it is, whose it is and what it is held to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flyteplan.model.config import CONNECTION, PLACE, Declared
from flyteplan.model.rulechange import LOOSENED, TARGET, TIGHTENED, UNCLEAR, RuleChange
from flyteplan.policy.bearings import Detail, changed


def target_changes(before: Declared | None, after: Declared | None) -> Iterator[RuleChange]:
    """Nothing of one that only one side has: its tasks and rules tell of it."""
    if before is None or after is None:
        return
    details = [*_outside(before, after), *_settings(before, after)]
    name = after.target.name or "(no name)"
    yield from changed(TARGET, name, before.target.position, after.target.position, details)


def _outside(before: Declared, after: Declared) -> Iterator[Detail]:
    """No side can tell what is in them."""
    old, new = set(before.outside), set(after.outside)
    for path in sorted(old - new):
        yield Detail(LOOSENED, f"policies: {path} no longer named")
    for path in sorted(new - old):
        yield Detail(TIGHTENED, f"policies: {path} now named")


def _settings(before: Declared, after: Declared) -> Iterator[Detail]:
    """Another owner, place or way there may be meant, or a way out."""
    old, new = _told(before), _told(after)
    for name in new:
        if old[name] != new[name]:
            yield Detail(UNCLEAR, f"{name}: {_text(old[name])} -> {_text(new[name])}")


def _told(one: Declared) -> dict[str, Any]:
    written = dict(one.target.connection)
    place = {name: getattr(one.target, name) for name in PLACE}
    return {"owner": one.owner, **place, **{name: written.get(name) for name in CONNECTION}}


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_text, value)) or "(none)"
    return str(value).lower() if isinstance(value, bool) else str(value or "(none)")
