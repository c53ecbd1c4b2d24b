"""`flyteplan runs`: the runs that flyteplan started, among those that others did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flyteidl2.workflow.run_service_pb2 import CreateRunRequest
from tests.applying import TASK, Repository, repository
from tests.serving import serving
from tests.test_apply_runs import apply, report, started, wants, with_input

from flyteplan.cli import run
from flyteplan.local.clock import now
from flyteplan.local.services.runs import RunService
from flyteplan.local.variant import OPEN_SOURCE

FAILED = 6


@pytest.fixture(params=["database", "endpoint"])
def place(request: pytest.FixtureRequest, repo: Repository) -> Iterator[list[str]]:
    if request.param == "database":
        yield []
        return
    with serving(repo.folder / "catalog.db") as found:
        yield ["--endpoint", found, "--insecure"]


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Sixty runs of somebody else between two of ours."""
    monkeypatch.chdir(tmp_path)
    made = repository(tmp_path)
    made.deploy("v1", with_input("v1"))
    wants(made)
    assert apply() == 0
    for number in range(60):
        by_others(made, f"other-{number}")
    wants(made, day="tuesday", settings={"name": "mine"})
    assert apply() == 0
    return made


def by_others(repo: Repository, name: str) -> None:
    request = CreateRunRequest()
    request.run_id.project, request.run_id.domain, request.run_id.name = TASK.project, TASK.domain, name
    request.task_id.project, request.task_id.domain, request.task_id.name = TASK.project, TASK.domain, TASK.name
    request.task_id.version = "v1"
    with repo.store() as store:
        RunService(store, now, OPEN_SOURCE).create_run(request)


def listed(capsys: pytest.CaptureFixture[str], *flags: str) -> list[str]:
    capsys.readouterr()
    assert run(["runs", "list", "-o", "json", *flags]) == 0
    return [one["name"] for one in json.loads(capsys.readouterr().out)]


def test_the_newest_comes_first_and_others_are_left_out(
    repo: Repository, place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    first = started(repo)[0].name.name
    assert listed(capsys, *place) == ["mine", first]
    assert listed(capsys, *place, "--limit", "1") == ["mine"]
    assert listed(capsys, *place, "--select", "nothing*") == []
    assert listed(capsys, *place, "--exclude", "etl.*") == []


def test_a_listing_is_a_table(repo: Repository, place: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    report(repo, FAILED, "it broke")
    capsys.readouterr()
    assert run(["runs", "list", *place]) == 0
    head, mine, _ = capsys.readouterr().out.splitlines()
    assert head.split() == ["NAME", "TASK", "VERSION", "PHASE", "STARTED", "LASTED", "MANIFEST"]
    name, task, version, phase, began, _, manifest = mine.split()
    assert (name, task, version, phase, manifest) == ("mine", "etl.load", "v1", "failed", "load")
    assert began.endswith("Z")


def test_nothing_at_all(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["runs", "list", "--project", "none"]) == 0
    assert capsys.readouterr().out == "No runs that flyteplan started.\n"


def test_one_run_with_where_it_comes_from(
    repo: Repository, place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    report(repo, FAILED, "it broke")
    capsys.readouterr()
    assert run(["runs", "show", "mine", *place]) == 0
    shown = capsys.readouterr().out
    for words in ("mine  failed  flytesnacks/development", "etl.load v1", "it broke", "acme/overrides", "manifest"):
        assert words in shown
    assert run(["runs", "show", "mine", "-o", "json", *place]) == 0
    assert json.loads(capsys.readouterr().out)["provenance"]["base"] == "v1"


def test_a_run_that_is_not_there(repo: Repository, place: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["runs", "show", "nobody", *place]) == 1
    assert "flytesnacks/development has no run nobody" in capsys.readouterr().err


def test_a_run_is_aborted_once(repo: Repository, place: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["runs", "abort", "mine", "--reason", "enough", *place]) == 0
    assert capsys.readouterr().out.endswith("Aborted mine.\n")
    found = {one.name.name: one for one in started(repo)}["mine"]
    assert (found.phase, found.error) == ("aborted", "enough")
    assert run(["runs", "abort", "mine", *place]) == 0
    assert capsys.readouterr().out == "mine has ended already: aborted\n"


def test_what_has_ended_stays_as_it_is(repo: Repository, place: list[str]) -> None:
    report(repo, FAILED, "it broke")
    assert run(["runs", "abort", "mine", *place]) == 0
    assert {one.phase for one in started(repo)} == {"failed"}


def test_the_runs_of_others_are_theirs(repo: Repository, place: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["runs", "abort", "other-7", *place]) == 1
    assert "flyteplan did not start the run other-7 (flyte abort run other-7 ends it)" in capsys.readouterr().err
    assert "aborted" not in {one.phase for one in repo.catalog.newest_runs(TASK.scope)}
