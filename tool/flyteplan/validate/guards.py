"""`guards` of a target of flyteplan.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flyteplan.errors import Position, Problem
from flyteplan.model.document import Locator, Pointer
from flyteplan.model.guards import Freeze, Guards, Most, Protected
from flyteplan.model.moment import is_moment
from flyteplan.validate.draft import shown


def guards(written: Mapping[str, Any], pointer: Pointer, locator: Locator) -> Guards:
    """Of a target that is valid; *pointer* is that of its guards."""

    def most(name: str) -> Most | None:
        return Most(written[name], locator.key((*pointer, name))) if name in written else None

    return Guards(
        max_changed=most("max_changed"),
        max_changed_percent=most("max_changed_percent"),
        protected=tuple(
            Protected(glob=glob, position=locator.value((*pointer, "protected", number)))
            for number, glob in enumerate(written.get("protected", ()))
        ),
        freezes=tuple(
            _freeze(one, locator.key((*pointer, "freeze", number, "name")))
            for number, one in enumerate(written.get("freeze", ()))
        ),
    )


def _freeze(written: Mapping[str, Any], position: Position) -> Freeze:
    return Freeze(
        name=written["name"],
        start=written["from"],
        end=written["until"],
        reason=written["reason"],
        tasks=tuple(written.get("tasks", ())),
        exclude=tuple(written.get("exclude", ())),
        position=position,
    )


def wrong_guards(targets: Mapping[str, Any], locator: Locator) -> Iterator[Problem]:
    """What a schema can not say of freezes; of targets that may have lost faulty parts."""
    for name, target in targets.items():
        freezes = (target or {}).get("guards", {}).get("freeze", ())
        seen: set[str] = set()
        for number, freeze in enumerate(freezes):
            if isinstance(freeze, dict):
                yield from _wrong_freeze(freeze, ("targets", name, "guards", "freeze", number), locator, seen)


def _wrong_freeze(freeze: Mapping[str, Any], pointer: Pointer, locator: Locator, seen: set[str]) -> Iterator[Problem]:
    moments = {key: freeze[key] for key in ("from", "until") if key in freeze}
    wrong = [key for key, text in moments.items() if not is_moment(text)]
    for key in wrong:
        place = (*pointer, key)
        hint = "write 2026-12-20, or 2026-12-20T18:00Z"
        message = f"{shown(place)}: {moments[key]} is no day, and no minute in UTC"
        yield Problem(code="FP1215", position=locator.value(place), message=message, hint=hint)
    if not wrong and len(moments) == 2 and moments["from"][: len(moments["until"])] > moments["until"]:
        message = f"{shown(pointer)} ends before it begins"
        yield Problem(code="FP1215", position=locator.value((*pointer, "until")), message=message)
    if freeze.get("name") in seen:
        message = f"{freeze['name']} is the name of another freeze of this target"
        yield Problem(code="FP2505", position=locator.value((*pointer, "name")), message=message)
    seen.add(freeze.get("name", ""))
