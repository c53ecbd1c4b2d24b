from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.markup import elements, texts

from flyteplan.cli import run

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)


def test_a_plan_is_written_as_a_page(tmp_path: Path) -> None:
    page, saved = tmp_path / "page.html", tmp_path / "plan.json"
    assert run(["plan", "-t", "production", "-o", f"html={page}", "--out", str(saved)]) == 0
    text = page.read_text("utf-8")
    plan = json.loads(saved.read_text("utf-8"))
    assert plan["digest"] in texts(text)
    ids = {one.attributes.get("id") for one in elements(text)}
    assert {f"task-{one['task']['name']}" for one in plan["changes"] if one["submit"]["as"] == "version"} <= ids
    assert "Desired template" in texts(text)


def test_a_saved_plan_is_shown_as_a_page_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "plan.json"
    assert run(["plan", "-q", "--out", str(saved)]) == 0
    capsys.readouterr()
    assert run(["diff", str(saved), "-o", "html"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("<!DOCTYPE html>\n")
    assert json.loads(saved.read_text("utf-8"))["digest"] in texts(text)


def test_each_task_stands_alone_when_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    for flags, alike in (([], True), (["-v"], False)):
        assert run(["plan", "-t", "production", "-o", "html", *flags]) == 0
        assert ("tasks alike" in texts(capsys.readouterr().out)) is alike
