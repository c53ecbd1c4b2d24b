"""Laws of what CI reads: every problem and every alert is told once, on its line, and nothing that it holds acts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from hypothesis import given
from jsonschema import Draft4Validator
from tests.junit_report import complaints
from tests.property.plans import plans, problems

from flyteplan.errors import Position, Problem
from flyteplan.model.plan import Plan
from flyteplan.render.attention import told
from flyteplan.render.github import alert_commands, problem_commands
from flyteplan.render.junit import junit
from flyteplan.render.repository import Repository
from flyteplan.render.sarif import sarif
from flyteplan.render.style import escaped, text_of

# The revision 5 of SARIF 2.1.0 by its technical committee, as the npm package @microsoft/jest-sarif (MIT) ships it.
SCHEMA = Path(__file__).parents[1] / "schemas" / "sarif-2.1.0-rtm.5.json"
SARIF = Draft4Validator(json.loads(SCHEMA.read_text("utf-8")))
HERE = Repository(folder="over/ml")


def decoded(line: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner of GitHub Actions takes it apart."""
    match = re.fullmatch(r"::(\w+) ((?:\w+=[^,:]*,?)*)::(.*)", line)
    assert match is not None, line
    properties = dict(part.split("=", 1) for part in match[2].split(","))
    return match[1], {name: _undone(_undone(value, "%3A%2C")) for name, value in properties.items()}, _undone(match[3])


def _undone(text: str, codes: str = "%0D%0A%25") -> str:
    for code in re.findall("%..", codes):
        text = text.replace(code, unquote(code))
    return text


@given(problems)
def test_a_problem_is_one_command_on_its_line(found: list[Problem]) -> None:
    lines = problem_commands(found, HERE).split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(found)
    for line, problem in zip(lines, found, strict=True):
        kind, properties, message = decoded(line)
        assert (kind, properties["title"]) == (problem.severity, problem.code)
        assert properties["file"] == escaped(HERE.path(problem.position))
        assert properties.get("line") == (str(problem.position.line) if problem.position.line else None)
        assert message == escaped(f"{problem.message} ({problem.hint})" if problem.hint else problem.message)
        assert line.isprintable()


@given(problems)
def test_a_problem_of_another_revision_is_on_no_line_of_this_one(found: list[Problem]) -> None:
    there = [replace(one, position=one.position._replace(path=f"main:{one.position.path}")) for one in found]
    lines = problem_commands(there, replace(HERE, elsewhere="main:")).splitlines()
    for line, problem in zip(lines, there, strict=True):
        kind, properties, message = decoded(line)
        assert (kind, properties) == (problem.severity, {"title": problem.code})
        assert message.startswith(escaped(f"{problem.position}: {problem.message}"))


@given(plans())
def test_an_alert_is_one_command_on_the_line_that_causes_it(plan: Plan) -> None:
    lines = alert_commands(plan, HERE).splitlines()
    for line, one in zip(lines, told(plan), strict=True):
        kind, properties, message = decoded(line)
        assert (kind, properties["title"]) == ("warning", escaped(one.alert.code))
        assert properties.get("file", "") == escaped(HERE.path(one.alert.position))
        assert message.endswith(f": {text_of(one.alert.message)}")


@given(problems)
def test_sarif_fits_its_schema_and_has_every_problem(found: list[Problem]) -> None:
    document = json.loads(sarif(found, "1.0", HERE))
    assert list(SARIF.iter_errors(document)) == []
    run = document["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [problem.code for problem in found]
    for result, problem in zip(run["results"], found, strict=True):
        place = result["locations"][0]["physicalLocation"]
        assert place.get("region", {}).get("startLine", 0) == problem.position.line
        assert unquote(place["artifactLocation"]["uri"]) == HERE.path(problem.position).replace("\ud800", "?")
        assert problem.message == "" or escaped(problem.message) in result["message"]["text"]


@given(problems)
def test_junit_is_well_formed_and_has_every_problem(found: list[Problem]) -> None:
    text = junit(["manifests/good.yaml"], found, HERE)
    assert complaints(text) == []
    root = ET.fromstring(text)
    files = {case.get("file") for case in root.iter("testcase")}
    assert files >= {escaped(HERE.path(Position(problem.position.path))) for problem in found}
    told = "\n".join(element.text or "" for element in (*root.iter("failure"), *root.iter("system-out")))
    assert sorted(told.splitlines()) == sorted(escaped(str(problem)) for problem in found)
