"""Problems, one a line for people and for editors, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flyteplan.errors import Problem
from flyteplan.render.style import Line, Span

_STYLES = {"error": "remove", "warning": "change"}


def problems(found: Iterable[Problem]) -> list[Line]:
    """`path:line:col: error[FP1203]: message (hint)`, in the order given."""
    return [_line(problem) for problem in found]


def _line(problem: Problem) -> Line:
    hint = (Span(f" ({problem.hint})", "dim"),) if problem.hint else ()
    severity = Span(f"{problem.severity}[{problem.code}]", _STYLES.get(problem.severity, ""))
    return (Span(f"{problem.position}: "), severity, Span(f": {problem.message}"), *hint)


def problems_json(found: Iterable[Problem]) -> list[dict[str, Any]]:
    """For `validate -o json`; `line` and `column` count from 1, 0 stands for the whole file."""
    return [
        {
            "code": problem.code,
            "severity": problem.severity,
            "path": problem.position.path,
            "line": problem.position.line,
            "column": problem.position.column,
            "message": problem.message,
            "hint": problem.hint,
        }
        for problem in found
    ]
