"""What becomes of a plan that is applied, event by event, for people and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from flyteplan.model.event import ALREADY, FAILED, NOT_TRIED, OUTCOMES, SUBMITTED, Event
from flyteplan.model.plan import Plan
from flyteplan.render.groups import full_name
from flyteplan.render.style import Line, Span

_STYLES = {SUBMITTED: "add", ALREADY: "dim", FAILED: "remove", NOT_TRIED: "change"}
_WIDTH = max(map(len, OUTCOMES))


def event_line(event: Event, plan: Plan) -> Line:
    """`submitted  etl.load  v1.30499104f3.flyteplan`, with the reason where there is one."""
    name, told = full_name(event.change, plan), event.message or _version(event)
    return (Span(f"{event.outcome:{_WIDTH}}", _STYLES[event.outcome]), Span(f"  {name}  {told}"))


def _version(event: Event) -> str:
    return event.change.submit.name if event.outcome == SUBMITTED else "as desired"


def total_line(events: Iterable[Event]) -> Line:
    """The last line, which scripts may look for: `Applied: 3 submitted, 0 failed, 0 not tried.`"""
    counts = Counter(event.outcome for event in events)
    parts = [f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if outcome != ALREADY or counts[outcome]]
    return (Span(f"Applied: {', '.join(parts)}.", "bold"),)


def event_json(event: Event) -> str:
    """One line; `message` and `stale` only where they say something."""
    task, submit = event.change.task, event.change.submit
    document: dict[str, Any] = {
        "event": event.outcome,
        "task": {
            "org": event.change.org,
            "project": task.task.project,
            "domain": task.task.domain,
            "name": task.task.name,
            "version": task.version,
        },
        "as": submit.kind,
        submit.kind: submit.name,
    }
    document |= {"message": event.message} if event.message else {}
    return json.dumps(document | ({"stale": True} if event.stale else {})) + "\n"


def total_json(events: Iterable[Event], digest: str) -> str:
    counts = Counter(event.outcome for event in events)
    totals = {outcome.replace(" ", "_"): counts[outcome] for outcome in OUTCOMES}
    return json.dumps({"event": "applied", "digest": digest, **totals}) + "\n"
