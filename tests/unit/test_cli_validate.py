"""`validate` with a catalog: what a plan would find wrong, in the layers of the target."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.applying import Repository, repository
from tests.serving import serving

from flyteplan.cli import run

NO_INPUT = "etl.load: it has no input day"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The base layer gives an input that the task does not have; only production has the layer above it."""
    monkeypatch.chdir(tmp_path)
    made = repository(tmp_path)
    made.wants({}, submit={"as": "run", "inputs": {"day": 1}})
    (tmp_path / "above").mkdir()
    wanted = json.loads((tmp_path / "manifests" / "load.yaml").read_text("utf-8"))
    wanted["spec"]["submit"] = {"as": "version"}
    wanted["metadata"]["name"] = "other"
    (tmp_path / "above" / "other.yaml").write_text(json.dumps(wanted), "utf-8")
    place = "catalog: catalog.db, project: flytesnacks, domain: development"
    (tmp_path / "flyteplan.yaml").write_text(
        "apiVersion: flyteplan/v1\nkind: Config\ndefault_target: production\ntargets:\n"
        f"  staging: {{{place}, manifests: [manifests]}}\n  production: {{{place}, manifests: [above]}}\n",
        "utf-8",
    )
    return made


def test_without_a_catalog_nothing_is_opened(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    (repo.folder / "catalog.db").write_bytes(b"no database")
    assert run(["validate"]) == 0
    assert "2 manifests" in capsys.readouterr().out


@pytest.mark.parametrize(("flags", "code"), [(["-t", "staging"], 1), (["-t", "production"], 0), ([], 0)])
def test_the_manifests_of_the_target_are_checked(repo: Repository, flags: list[str], code: int) -> None:
    assert run(["validate", "--catalog", "catalog.db", *flags]) == code


def test_the_paths_are_checked_in_place_of_the_layers(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "--catalog", "catalog.db", "manifests"]) == 1
    assert NO_INPUT in capsys.readouterr().out


def test_an_endpoint_is_a_catalog(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(repo.folder / "catalog.db") as endpoint:
        assert run(["validate", "--endpoint", endpoint, "--insecure", "manifests"]) == 1
    assert NO_INPUT in capsys.readouterr().out


def test_a_catalog_is_opened_only_for_manifests_that_are_valid(repo: Repository) -> None:
    (repo.folder / "above" / "wrong.yaml").write_text("a: 1\n", "utf-8")
    assert run(["validate", "--catalog", "not/there.jsonl"]) == 1
