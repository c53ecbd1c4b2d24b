"""Problems as JUnit XML, a test case for each file, for the test reports of CI."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flyteplan.errors import Position, Problem
from flyteplan.render.repository import Repository
from flyteplan.render.style import escaped

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SUITE = "flyteplan.validate"


def junit(files: Iterable[str], problems: Sequence[Problem], repository: Repository) -> str:
    """*files* are those that were read, without or with problems."""
    from xml.etree import ElementTree as ET

    paths = {*files, *(problem.position.path for problem in problems)}
    found: dict[str, list[Problem]] = {path: [] for path in sorted(paths)}
    for problem in problems:
        found[problem.position.path].append(problem)
    failures = sum(any(map(_is_error, each)) for each in found.values())
    counts = {"tests": str(len(found)), "failures": str(failures), "errors": "0"}
    root = ET.Element("testsuites", counts)
    suite = ET.SubElement(root, "testsuite", {"name": _SUITE, **counts, "skipped": "0"})
    for path, each in found.items():
        _case(suite, escaped(repository.path(Position(path))), each)
    ET.indent(root)
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{ET.tostring(root, encoding='unicode')}\n"


def _is_error(problem: Problem) -> bool:
    return problem.severity == "error"


def _case(suite: Element, path: str, problems: Sequence[Problem]) -> None:
    """Errors are one failure, for readers of this format take but one of a case; warnings are its output."""
    from xml.etree import ElementTree as ET

    case = ET.SubElement(suite, "testcase", {"classname": _SUITE, "name": path, "file": path})
    errors = [problem for problem in problems if _is_error(problem)]
    warnings = [problem for problem in problems if not _is_error(problem)]
    if errors:
        first = {"type": errors[0].code, "message": escaped(errors[0].message)}
        ET.SubElement(case, "failure", first).text = _lines(errors)
    if warnings:
        ET.SubElement(case, "system-out").text = _lines(warnings)


def _lines(problems: Iterable[Problem]) -> str:
    return "\n".join(escaped(str(problem)) for problem in problems)
