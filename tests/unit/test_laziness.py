"""What is not needed is not read: no catalog for `validate`, no template that no manifest names."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from flyteplan.cli import run

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks whose templates have been decoded."""
    names: list[str] = []
    decode = import_module("flyteplan.files.snapshot.decode")
    parse = decode._parse

    def counted(entry: Any, line: bytes) -> Any:
        names.append(f"{entry.key.task.name} {entry.key.version}")
        return parse(entry, line)

    monkeypatch.setattr(decode, "_parse", counted)
    monkeypatch.chdir(REPOSITORY)
    return names


def test_validate_opens_no_catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flyteplan.yaml").write_text(
        "{apiVersion: flyteplan/v1, kind: Config, targets: {t: {catalog: not/there.jsonl, manifests: [m]}}}"
    )
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "a.yaml").write_text(
        "{apiVersion: flyteplan/v1, kind: TaskOverride, metadata: {name: a}, spec: {select: {environment: e}}}"
    )
    monkeypatch.chdir(tmp_path)
    assert run(["validate"]) == 0
    assert run(["plan"]) == 1


def test_a_task_that_no_manifest_names_is_not_decoded(decoded: list[str]) -> None:
    assert run(["plan", "-q", "--select", "training.train_model"]) == 0
    assert decoded == ["training.train_model v3"]


def test_every_version_is_decoded_once(decoded: list[str]) -> None:
    assert run(["plan", "-q"]) == 0
    assert len(decoded) == len(set(decoded)) == 10  # of 11 tasks one is deferred
