"""What becomes of a plan that is applied, event by event, for people and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from flyteplan.model.event import ALREADY, FAILED, NOT_TRIED, OUTCOMES, SUBMITTED, Event
from flyteplan.model.plan import Change, Plan
from flyteplan.model.run import Run
from flyteplan.render.groups import full_name
from flyteplan.render.style import Line, Span

_STYLES = {SUBMITTED: "add", ALREADY: "dim", FAILED: "remove", NOT_TRIED: "change"}
_WIDTH = max(map(len, OUTCOMES))


def event_line(event: Event, plan: Plan) -> Line:
    """`submitted  etl.load  v1.30499104f3.flyteplan`, with the reason where there is one."""
    name, told = full_name(event.change, plan), event.message or _made(event)
    return (Span(f"{event.outcome:{_WIDTH}}", _STYLES[event.outcome]), Span(f"  {name}  {told}"))


def _made(event: Event) -> str:
    submit = event.change.submit
    if submit.kind == "run":
        return f"run {submit.name}" if event.outcome == SUBMITTED else f"run {submit.name} is there"
    return submit.name if event.outcome == SUBMITTED else "as desired"


def phase_line(run: Run, change: Change, plan: Plan) -> Line:
    """`running    etl.load  run fp-abc`, with the error where it ended badly."""
    style = ("add" if run.is_good else "remove") if run.has_ended else "dim"
    error = f"  {run.error}" if run.error else ""
    return (Span(f"{run.phase:{_WIDTH}}", style), Span(f"  {full_name(change, plan)}  run {run.name.name}{error}"))


def phase_json(run: Run, change: Change) -> str:
    """One line; `error` only where there is one."""
    document = {"event": "phase", "task": _task(change), "run": run.name.name, "phase": run.phase}
    return json.dumps(document | ({"error": run.error} if run.error else {})) + "\n"


def total_line(events: Iterable[Event]) -> Line:
    """The last line, which scripts may look for: `Applied: 3 submitted, 0 failed, 0 not tried.`"""
    counts = Counter(event.outcome for event in events)
    parts = [f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if outcome != ALREADY or counts[outcome]]
    return (Span(f"Applied: {', '.join(parts)}.", "bold"),)


def event_json(event: Event) -> str:
    """One line; `message` and `stale` only where they say something."""
    submit = event.change.submit
    document: dict[str, Any] = {
        "event": event.outcome,
        "task": _task(event.change),
        "as": submit.kind,
        submit.kind: submit.name,
    }
    document |= {"message": event.message} if event.message else {}
    return json.dumps(document | ({"stale": True} if event.stale else {})) + "\n"


def _task(change: Change) -> dict[str, str]:
    task = change.task.task
    key = {"project": task.project, "domain": task.domain, "name": task.name}
    return {"org": change.org, **key, "version": change.task.version}


def total_json(events: Iterable[Event], digest: str) -> str:
    counts = Counter(event.outcome for event in events)
    totals = {outcome.replace(" ", "_"): counts[outcome] for outcome in OUTCOMES}
    return json.dumps({"event": "applied", "digest": digest, **totals}) + "\n"
