"""A plan is the same wherever its templates are read: from a file, from the embedded catalog, from an endpoint."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.serving import serving

from flyteplan.cli import run
from flyteplan.files.snapshot import SnapshotCatalog
from flyteplan.local.fill import fill
from flyteplan.local.store import Store

HERE = Path(__file__).parent
SHOWN = ("changes", "summary", "digest")


def plans_of(case: Path) -> list[list[str]]:
    """The plan commands of a case that give a plan, without what says how it is shown."""
    transcripts = (case / "expected.txt").read_text("utf-8").split("$ flyteplan ")[1:]
    first = transcripts[0].split()[0] if transcripts else ""
    # What an earlier command of the case has written is not there.
    alone = transcripts if first in ("plan", "validate") else []
    good = [text.splitlines()[0] for text in alone if text.rstrip().endswith("--- exit 0")]
    return [words for words in map(shlex.split, good) if words[0] == "plan" and not {"--catalog", "--shard"} & {*words}]


CASES = [
    path.parent
    for path in sorted(HERE.glob("cases/*/catalog.jsonl"))
    if not any((path.parent / name).exists() for name in ("prepare.py", "refused", "stdin", "flyteplan.lock"))
]
COMMANDS = [(case, words) for case in CASES for words in plans_of(case)]


@pytest.mark.parametrize(("case", "words"), COMMANDS, ids=lambda part: part.name if isinstance(part, Path) else "")
def test_three_catalogs_give_one_plan(
    case: Path, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "case"
    shutil.copytree(case, folder)
    monkeypatch.chdir(folder)
    planned = planner(bare(words))
    of_file = planned()
    with Store("catalog.db", mode="create") as store:
        fill(store, SnapshotCatalog("catalog.jsonl").details())
    assert planned("--catalog", "catalog.db") == of_file
    with serving(folder / "catalog.db") as endpoint:
        assert planned("--endpoint", endpoint, "--insecure") == of_file


def test_there_are_plans_to_compare() -> None:
    assert len(COMMANDS) > 40


def bare(words: list[str]) -> list[str]:
    """Without -q, -v, every -o, and what says where Markdown is read."""
    pairs = zip(["", *words], words, strict=False)
    valued = ("-o", "--dialect", "--limit", "--source-url")
    return [word for before, word in pairs if word not in ("-q", "-v", *valued) and before not in valued]


def planner(words: list[str]) -> Callable[..., dict[str, Any]]:
    def planned(*flags: str) -> dict[str, Any]:
        assert run([*words, *flags, "-o", "json=planned.json"]) in (0, 2)
        content = json.loads(Path("planned.json").read_text("utf-8"))
        return {name: content[name] for name in SHOWN}

    return planned
