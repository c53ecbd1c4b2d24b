"""Saved plans are read whatever their size; what is wrong with one is said with its place."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from flyteplan.cli import run
from flyteplan.errors import InputError
from flyteplan.load import MAXIMUM_BYTES
from flyteplan.plan.document import digest
from flyteplan.workspace.savedplan import read_plan

REPOSITORY = Path(__file__).parents[2]
EDITED = r"(:\d+:\d+)?: error\[FP1106\]: the plan does not have the digest that it says"


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(REPOSITORY)
    assert run(["plan", "-q", "--select", "etl.*", "--out", str(tmp_path / "plan.json")]) == 0
    return tmp_path / "plan.json"


def wrong(saved: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_plan(str(saved))
    return "\n".join(str(problem).partition("plan.json")[2] for problem in raised.value.problems)


def test_a_plan_is_no_file_that_somebody_writes(saved: Path) -> None:
    """More than a manifest may have."""
    before = digest(read_plan(str(saved)))
    value: dict[str, Any] = json.loads(saved.read_text("utf-8"))
    value["changes"][0]["desired"]["more"] = "x" * MAXIMUM_BYTES
    saved.write_text(json.dumps(value), "utf-8")
    assert digest(read_plan(str(saved), to_apply=True)) == before
    value["changes"][0]["action"] = "nothing"
    saved.write_text(json.dumps(value), "utf-8")
    assert re.match(r": error\[FP1104\]: .*action", wrong(saved))


@pytest.mark.parametrize(
    ("pattern", "replacement", "expected"),
    [
        (r'"action": "update"', '"action": "updates"', r":\d+:17: error\[FP1104\]"),
        (r'"action": "update"', '"action": "update", "action": "run"', r":\d+:27: error\[FP1004\]"),
        (r'"left_out": \d+', '"left_out": NaN', r":\d+:\d+: error\[FP1103\]"),
        (r'"left_out": \d+', '"left_out": 1e999', r":\d+:\d+: error\[FP1007\]"),
        (r'"left_out": \d+', '"left_out": ' + 30 * "9", EDITED),
        (r'"left_out": \d+', '"left_out": 1000', EDITED),
        (r'"left_out": \d+,', "", EDITED),
        (r'"left_out": \d+', '"left_out": 1,', r":\d+:\d+: error\[FP1003\]"),
        (r'"project": "flytesnacks"', r'"project": "\\ud800"', r": error\[FP1106\]"),
    ],
)
def test_what_is_wrong_has_its_place(saved: Path, pattern: str, replacement: str, expected: str) -> None:
    text = saved.read_text("utf-8")
    changed = re.sub(pattern, replacement, text, count=1)
    assert changed != text
    saved.write_text(changed, "utf-8")
    assert re.match(expected, wrong(saved)), wrong(saved)


def test_a_guard_of_a_percentage_is_not_passed_by_tasks_that_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REPOSITORY)
    file = tmp_path / "plan.json"
    assert run(["plan", "-q", "--out", str(file)]) == 0
    text = file.read_text("utf-8")
    assert '"left_out"' not in text
    file.write_text(text.replace('"summary": {', '"summary": {"left_out": 1000,'), "utf-8")
    assert re.match(EDITED, wrong(file))
    assert run(["apply", "-q", str(file)]) == 1
    file.write_text(text.replace('"summary": {', '"summary": {"left_out": 0,'), "utf-8")
    assert digest(read_plan(str(file))) == json.loads(text)["digest"]
