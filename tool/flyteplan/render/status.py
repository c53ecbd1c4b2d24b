"""How the tasks stand, for people: as text, and as Markdown for a comment or a job's summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flyteplan.model.status import (
    EDITED,
    IN_STEP,
    NEVER_APPLIED,
    NO_MANIFEST,
    REDEPLOYED,
    STATES,
    Report,
    TaskStatus,
)
from flyteplan.render.groups import full_name
from flyteplan.render.markdown.escape import code, prose, row
from flyteplan.render.style import Line, Span
from flyteplan.render.table import Row, aligned, wrapped

_SIGNS = {IN_STEP: "=", NEVER_APPLIED: "+", NO_MANIFEST: "-", EDITED: "!", REDEPLOYED: "!"}
_STYLES = {"=": "dim", "+": "add", "-": "remove", "!": "attention", "~": "change"}
_INDENT = "    "


def text(report: Report, *, every: bool, width: int) -> list[Line]:
    """Lines of about *width* columns; *every* tells the tasks in step as well."""
    told = [one for one in report.tasks if every or one.state != IN_STEP]
    titles = aligned([_title(one, report) for one in told], gaps=(0, 1, 2, 2))
    lines = [line for one, title in zip(told, titles, strict=True) for line in (title, *_reasons(one, width))]
    return [_header(report), (), *lines, *([()] if lines else []), (Span(summary(report), "bold"),)]


def summary(report: Report) -> str:
    """The last line, which scripts may look for: `Status: 39 in step, 2 changed in Git, 1 no manifest.`

    Between two commas is one state, so its own comma is left out.
    """
    counts = Counter(one.state for one in report.tasks)
    told = [f"{counts[state]} {state.replace(',', '')}" for state in STATES if counts[state] or state == IN_STEP]
    return f"Status: {', '.join(told)}."


def _header(report: Report) -> Line:
    name = report.plan.target
    tasks = "1 task" if len(report.tasks) == 1 else f"{len(report.tasks)} tasks"
    return (*((Span(name, "bold"), Span("  ")) if name else ()), Span(f"{_scope(report)}  "), Span(tasks, "dim"))


def _scope(report: Report) -> str:
    plan = report.plan
    return "/".join(filter(None, (plan.org, plan.project, plan.domain)))


def _title(status: TaskStatus, report: Report) -> Row:
    sign = _SIGNS.get(status.state, "~")
    style = _STYLES[sign]
    following = Span(f"-> {status.next}") if status.next else Span("")
    return Span(sign, style), Span(full_name(status.change, report.plan), "bold"), Span(status.state, style), following


def _reasons(status: TaskStatus, width: int) -> Iterator[Line]:
    """What is behind the state; a second reason is told with its own."""
    for reason in status.reasons:
        told = reason.message if reason is status.reasons[0] else f"{reason.state}: {reason.message}"
        yield from ((Span(f"{_INDENT}{line}", "dim"),) for line in wrapped(told.split(), width - len(_INDENT)))


def markdown(report: Report) -> str:
    """A table of what is not in step, and the summary line."""
    title = " ".join(filter(None, ("### Status", prose(report.plan.target), f"({prose(_scope(report))})")))
    rows = [_markdown_row(one, report) for one in report.tasks if one.state != IN_STEP]
    table = [row(("task", "state", "why", "next")), row(["---"] * 4), *rows, ""] if rows else []
    return "\n".join([title, "", *table, summary(report), ""])


def _markdown_row(status: TaskStatus, report: Report) -> str:
    why = "<br>".join(prose(reason.message) for reason in status.reasons)
    name = code(full_name(status.change, report.plan))
    return row((name, status.state, why, code(status.next) if status.next else ""))
