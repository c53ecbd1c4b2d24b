"""Every rule of one manifest: what is written, and the place, the code and the words of each problem."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flyteplan.errors import CODES, Problem
from flyteplan.load import load
from flyteplan.model.document import Document
from flyteplan.validate import Checked, Validator, manifest

HERE = Path(__file__).parent
SCHEMA = (HERE.parents[1] / "schema" / "task-override.v1.schema.json").read_text(encoding="utf-8")
VALIDATORS = [Validator(SCHEMA, "jsonschema_rs"), Validator(SCHEMA, "jsonschema")]
NAMED = "apiVersion: flyteplan/v1\nkind: TaskOverride\nmetadata: {name: a}\n"
HEAD = f"{NAMED}spec:\n  task: {{name: t, version: v1}}\n"
REPLACING = f"{HEAD}  strategy: replace\n  overrides:\n    "

Expected = list[list[str]]


def checked(text: str, validator: Validator = VALIDATORS[0]) -> Checked:
    document = next(load(text.encode(), "m.yaml"))
    assert isinstance(document, Document), document
    return manifest(document, 0, validator)


def said(problem: Problem) -> list[str]:
    place = problem.position
    assert place.path == "m.yaml"
    assert problem.code in CODES
    sentence = f"{place.line}:{place.column} {problem.code} {problem.message}"
    return [sentence, problem.hint] if problem.hint else [sentence]


def cases(name: str) -> list[Any]:
    # At the margin what is written (\n for a line break), below it each problem, below that its hint.
    rows: list[tuple[str, Expected]] = []
    for line in HERE.joinpath(f"test_validate_{name}.txt").read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if line.startswith(" " * 8):
            rows[-1][1][-1].append(text)
        elif line.startswith(" " * 4):
            rows[-1][1].append([text])
        else:
            rows.append((text, []))
    return [pytest.param(written.replace(r"\n", "\n"), expected, id=written) for written, expected in rows]


def problems(text: str) -> Expected:
    """The same from both libraries."""
    first, second = (checked(text, validator) for validator in VALIDATORS)
    assert first == second
    assert first.manifest is None
    return [said(problem) for problem in first.problems]


@pytest.mark.parametrize(("written", "expected"), cases("overrides"))
def test_what_is_wrong_with_an_override(written: str, expected: Expected) -> None:
    assert problems(f"{HEAD}  overrides:\n    {written}\n") == expected


@pytest.mark.parametrize(("written", "expected"), cases("replace"))
def test_what_is_wrong_with_an_override_under_replace(written: str, expected: Expected) -> None:
    assert problems(f"{REPLACING}{written}\n") == expected


@pytest.mark.parametrize(("written", "expected"), cases("spec"))
def test_what_is_wrong_with_the_rest_of_a_spec(written: str, expected: Expected) -> None:
    assert problems(f"{HEAD}  {written}\n") == expected


@pytest.mark.parametrize(("written", "expected"), cases("references"))
def test_what_is_wrong_with_a_reference(written: str, expected: Expected) -> None:
    assert problems(f"{NAMED}{written}\n") == expected


@pytest.mark.parametrize(("written", "expected"), cases("documents"))
def test_what_is_wrong_with_a_document(written: str, expected: Expected) -> None:
    assert problems(f"{written}\n") == expected


def test_a_fault_of_the_schema_does_not_hide_what_the_rules_find() -> None:
    found = problems(
        f"{HEAD}  overrides:\n    retries: -1\n    resources: {{cpu: [4, 1], memory: 8}}\n    tiemout: 1h\n"
    )
    assert [" ".join(problem[0].split()[:2]) for problem in found] == [
        "7:14 FP1104",
        "8:22 FP1203",
        "8:38 FP1202",
        "9:5 FP1101",
    ]


def test_a_faulty_item_does_not_hide_the_others_of_its_list() -> None:
    found = problems(f"{REPLACING}secrets: [1, a.b, {{kye: x}}]\n")
    assert [" ".join(problem[0].split()[:2]) for problem in found] == [
        "8:15 FP1103",
        "8:18 FP1208",
        "8:23 FP1102",
        "8:24 FP1101",
    ]


def test_a_warning_stands_beside_the_manifest() -> None:
    result = checked(f"{HEAD}  overrides: {{resources: {{memory: 512m}}}}\n")
    assert result.manifest is not None
    (problem,) = result.problems
    assert problem.severity == "warning"
    assert said(problem) == ["6:35 FP1202 memory: 512m is in parts of a byte", "write 512M or 512Mi"]


def test_a_policy_among_manifests_would_hold_nothing() -> None:
    assert problems("apiVersion: flyteplan/v1\nkind: OverridePolicy\nspec: {rules: []}\n") == [
        [
            "2:7 FP1106 kind OverridePolicy does not belong here",
            "it belongs in a folder that the target's policies name",
        ]
    ]


def test_values_of_variables_are_never_shown() -> None:
    found = problems(f'{HEAD}  overrides: {{env_vars: {{A: [hunter2], B: {{x: hunter2}}, C: "hunter2\\0"}}}}\n')
    assert len(found) == 4
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    "written", ["resources: {cpu: '%s'}", "timeout: '%s'", "timeout: '%sh'", "resources: {gpu: 'A100:%s'}"]
)
@pytest.mark.parametrize("digits", ["9" * 5000, "\u0663", "\u00b2"])
def test_digits_that_python_reads_or_refuses_in_its_own_way_are_problems(written: str, digits: str) -> None:
    assert len(problems(f"{HEAD}  overrides:\n    {written % digits}\n")) == 1
