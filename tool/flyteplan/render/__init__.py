"""Plans, tasks and problems as lines for people and as JSON. Values in, lines out: nothing here prints."""

from __future__ import annotations

from flyteplan.render.compared import compared
from flyteplan.render.difftext import difftext
from flyteplan.render.jsontext import jsontext
from flyteplan.render.problems import problems, problems_json
from flyteplan.render.style import Line, Span, ansi, plain
from flyteplan.render.tasks import TaskRow, detail, listing, row
from flyteplan.render.text import summary, text

__all__ = [
    "Line",
    "Span",
    "TaskRow",
    "ansi",
    "compared",
    "detail",
    "difftext",
    "jsontext",
    "listing",
    "plain",
    "problems",
    "problems_json",
    "row",
    "summary",
    "text",
]
