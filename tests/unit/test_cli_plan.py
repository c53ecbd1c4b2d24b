from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flyteplan.cli import run
from flyteplan.plan import document

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("others", [[], ["html"]])
def test_a_change_is_written_once_for_all_who_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: list[str]
) -> None:
    """By the processes that plan, and where a page needs the whole plan."""
    seen: list[Any] = []
    original = document.change_document

    def counting(change: Any, *given: Any, **named: Any) -> dict[str, Any]:
        seen.append(change)
        return original(change, *given, **named)

    for module in ("flyteplan.plan.document", "flyteplan.workspace.plantext"):
        monkeypatch.setattr(f"{module}.change_document", counting)
    monkeypatch.setenv("FLYTEPLAN_JOBS", "1")
    monkeypatch.chdir(ROOT)
    files = [f"--output={name}={tmp_path / name}" for name in ("json", *others)]
    assert run(["plan", *files, "--out", str(tmp_path / "saved")]) == 0
    shown, saved = (json.loads((tmp_path / name).read_text("utf-8")) for name in ("json", "saved"))
    assert len(seen) == len(shown["changes"]) == len(saved["changes"]) > 1
    for change in saved["changes"]:
        del change["overrides"]
        change.pop("strategy_at", None)
    assert shown == saved
