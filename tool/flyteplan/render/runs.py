"""Runs for `flyteplan runs list` and `flyteplan runs show`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flyteplan.model import duration
from flyteplan.model.run import Run
from flyteplan.render.style import Line, Span
from flyteplan.render.table import aligned

_HEADS = ("NAME", "TASK", "VERSION", "PHASE", "STARTED", "LASTED", "MANIFEST")
_NO_RUNS = "No runs that flyteplan started."
# Nanoseconds since 1970 -> text.
Moment = Callable[[int], str]


def listing(runs: Iterable[Run], moment: Moment) -> list[Line]:
    """One line a run under the names of the columns, in the order given."""
    rows = [_row(run, moment) for run in runs]
    if not rows:
        return [(Span(_NO_RUNS),)]
    return aligned([[Span(head, "bold") for head in _HEADS], *rows], gaps=(0, 2, 2, 2, 2, 2, 2))


def _row(run: Run, moment: Moment) -> list[Span]:
    task = (run.task.task.name, run.task.version) if run.task else ("", "")
    manifest = dict(run.provenance).get("manifest", "")
    cells = map(Span, (moment(run.started_at), _lasted(run), manifest))
    return [Span(run.name.name), *map(Span, task), Span(run.phase, _style(run)), *cells]


def detail(run: Run, moment: Moment) -> list[Line]:
    """All that is known of one run."""
    name = run.name
    where = Span(f"  {name.project}/{name.domain}", "dim")
    title = (Span(name.name, "bold"), Span(f"  {run.phase}", _style(run)), where)
    rows = [(Span(label, "dim"), Span(value)) for label, value in _told(run, moment) if value]
    return [title, *aligned(rows, gaps=(2, 2))]


def _told(run: Run, moment: Moment) -> Iterator[tuple[str, str]]:
    if run.task:
        yield "task", f"{run.task.task} {run.task.version}"
    yield "started", moment(run.started_at)
    yield "ended", moment(run.ended_at)
    yield "lasted", _lasted(run)
    yield "error", run.error
    yield from run.provenance


def _lasted(run: Run) -> str:
    """To the second: nobody plans with less."""
    nanoseconds = run.ended_at - run.started_at
    whole = max(0, nanoseconds) // duration.SECOND * duration.SECOND
    return duration.show(whole) if run.ended_at and run.started_at else ""


def _style(run: Run) -> str:
    return ("add" if run.is_good else "remove") if run.has_ended else "change"


def runs_json(runs: Iterable[Run], moment: Moment) -> str:
    return json.dumps([_document(run, moment) for run in runs], indent=2, ensure_ascii=False) + "\n"


def run_json(run: Run, moment: Moment) -> str:
    return json.dumps(_document(run, moment), indent=2, ensure_ascii=False) + "\n"


def _document(run: Run, moment: Moment) -> dict[str, Any]:
    task = run.task
    of = task and {"project": task.task.project, "domain": task.task.domain, "name": task.task.name}
    return {
        "name": run.name.name,
        "project": run.name.project,
        "domain": run.name.domain,
        "task": {**of, "version": task.version} if of and task else None,
        "phase": run.phase,
        "started_at": moment(run.started_at) or None,
        "ended_at": moment(run.ended_at) or None,
        "error": run.error or None,
        "provenance": dict(run.provenance),
    }
