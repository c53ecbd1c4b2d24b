"""Problems as SARIF 2.1.0, for code scanning. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flyteplan.errors import CODES, Position, Problem
from flyteplan.render.jsontext import jsontext
from flyteplan.render.repository import Repository
from flyteplan.render.style import escaped

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(problems: Sequence[Problem], version: str, repository: Repository) -> str:
    """*version* is that of flyteplan."""
    codes = sorted({problem.code for problem in problems})
    driver = {"name": "flyteplan", "version": version, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes.index(problem.code), repository) for problem in problems],
    }
    return jsontext({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str) -> dict[str, Any]:
    """With the three texts that GitHub's code scanning asks for."""
    told = {"text": CODES.get(code, code)}
    return {
        "id": code,
        "shortDescription": told,
        "fullDescription": told,
        "help": {"text": f"flyteplan explain {code}"},
    }


def _result(problem: Problem, rule: int, repository: Repository) -> dict[str, Any]:
    message = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity,
        "message": {"text": escaped(message)},
        "locations": [{"physicalLocation": _location(problem.position, repository)}],
    }


def _location(position: Position, repository: Repository) -> dict[str, Any]:
    uri = quote(repository.path(position), errors="replace")
    found: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if position.line:
        column = {"startColumn": position.column} if position.column else {}
        found["region"] = {"startLine": position.line, **column}
    return found
