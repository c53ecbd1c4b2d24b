"""plan -> apply -> plan is empty, for every golden case that gives a plan, on the database and over an endpoint."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.serving import serving
from tests.test_catalogs_agree import COMMANDS, bare

from flyteplan.cli import run
from flyteplan.files.snapshot import SnapshotCatalog
from flyteplan.local.fill import fill
from flyteplan.local.store import Store


@pytest.mark.parametrize("where", ["database", "endpoint"])
@pytest.mark.parametrize(("case", "words"), COMMANDS, ids=lambda part: part.name if isinstance(part, Path) else "")
def test_after_an_apply_there_is_nothing_to_do(
    case: Path, words: list[str], where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "case"
    shutil.copytree(case, folder)
    monkeypatch.chdir(folder)
    with Store("catalog.db", mode="create") as store:
        fill(store, SnapshotCatalog("catalog.jsonl").details())
    flags = of_apply(bare(words)[1:])
    if where == "database":
        check([*flags, "--catalog", "catalog.db"])
        return
    with serving(folder / "catalog.db") as endpoint:
        check([*flags, "--endpoint", endpoint, "--insecure"])


def of_apply(words: list[str]) -> list[str]:
    """Without what an apply does not have."""
    pairs = zip(["", *words], words, strict=False)
    return [word for before, word in pairs if word not in ("--detailed-exitcode", "--out") and before != "--out"]


def check(flags: list[str]) -> None:
    before = planned(flags)
    code = run(["apply", "-q", "--yes", *flags])
    if any(refused(change) for change in before):
        assert code == 3
        assert planned(flags) == before
        return
    assert code == 0
    assert [change for change in planned(flags) if change["action"] in ("update", "run")] == []


def planned(flags: list[str]) -> list[dict[str, Any]]:
    assert run(["plan", "-q", *flags, "-o", "json=planned.json"]) == 0
    changes: list[dict[str, Any]] = json.loads(Path("planned.json").read_text("utf-8"))["changes"]
    return changes


def refused(change: dict[str, Any]) -> bool:
    if change["action"] != "update":
        return False
    older = any(note["code"] == "older-base" for note in change["notes"]) and "allow_older_base" not in change["submit"]
    return older or (change["submit"]["triggers"] == "retarget" and "other_triggers" in change)
