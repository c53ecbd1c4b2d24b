"""What CI gets of a plan without being asked: links to its files, the summary of its job, outputs for later steps."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from flyteplan.cli import run

REPOSITORY = Path(__file__).parents[2]
CASE = REPOSITORY / "tests" / "cases" / "markdown"
GITHUB = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/ml",
    "GITHUB_SHA": "51ef0b7",
    "GITHUB_RUN_ID": "77",
}
GITLAB = {"GITLAB_CI": "true", "CI_PROJECT_URL": "https://gitlab.com/acme/ml", "CI_COMMIT_SHA": "51ef0b7"}
BITBUCKET = {
    "BITBUCKET_BUILD_NUMBER": "7",
    "BITBUCKET_GIT_HTTP_ORIGIN": "https://bitbucket.org/acme/ml",
    "BITBUCKET_COMMIT": "51ef0b7",
}


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A case in the folder `over` of a repository, outside of any CI."""
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "CI_", "GITLAB_", "BITBUCKET_"))]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    shutil.copytree(CASE, tmp_path / "over")
    monkeypatch.chdir(tmp_path / "over")
    return tmp_path


def markdown(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert run(["plan", "-o", "markdown", *arguments]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("variables", "link"),
    [
        (GITHUB, "(https://github.com/acme/ml/blob/51ef0b7/over/base/etl.yaml#L8)"),
        (GITLAB, "(https://gitlab.com/acme/ml/-/blob/51ef0b7/over/base/etl.yaml#L8)"),
        (BITBUCKET, "(https://bitbucket.org/acme/ml/src/51ef0b7/over/base/etl.yaml#lines-8)"),
    ],
)
def test_links_lead_to_the_revision_that_ci_works_on(
    variables: dict[str, str], link: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    text = markdown(capsys=capsys)
    assert link in text
    assert ("<details>" in text) == ("BITBUCKET_COMMIT" not in variables)


def test_a_flag_beats_ci(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name, value in {**GITHUB, **GITLAB}.items():
        monkeypatch.setenv(name, value)
    text = markdown("--source-url", "https://x.example/tree/", "--dialect", "bitbucket", capsys=capsys)
    assert "](https://x.example/tree/over/base/etl.yaml#lines-8)" in text
    assert "github.com" not in text


@pytest.mark.parametrize("value", ["", "https://x.example/a b", "javascript:alert(1)", "https://x)|"])
def test_an_address_that_is_none_is_left_out(
    value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, item in {**GITHUB, "GITHUB_SERVER_URL": value}.items():
        monkeypatch.setenv(name, item)
    assert "](" not in markdown(capsys=capsys)


def test_annotations_name_files_from_the_root_of_the_repository(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "-o", "github"]) == 0
    assert capsys.readouterr().out.startswith("::warning file=over/base/etl.yaml,line=3,title=triggers-kept::")


def test_summary_and_outputs_are_filled(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary, output = workspace / "summary", workspace / "output"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    assert run(["plan", "-q", "--out", "plan.json"]) == 0
    digest = json.loads(Path("plan.json").read_text("utf-8"))["digest"]
    assert summary.read_text().startswith(f"before\n<!-- flyteplan:v1 key=staging digest={digest} -->\n### flyteplan")
    assert output.read_text().splitlines() == [
        f"digest={digest}",
        "changes=true",
        "denied=false",
        "update=1",
        "run=0",
        "resolve=0",
        "unchanged=0",
        "alerts=1",
    ]
    assert run(["plan", "-q", "--exclude", "*"]) == 0
    assert "changes=false" in output.read_text()
    assert capsys.readouterr().out.count("Plan: ") == 2


def test_a_denial_is_an_output(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(CASE.parent / "policy", workspace / "denied")
    monkeypatch.chdir(workspace / "denied")
    monkeypatch.setenv("GITHUB_OUTPUT", str(workspace / "output"))
    assert run(["plan", "-q", "--as-of", "2026-11-01"]) == 3
    assert "denied=true" in (workspace / "output").read_text().splitlines()


def test_a_full_summary_is_left_as_it_is(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = workspace / "summary"
    summary.write_bytes(b"x" * (1024 * 1024 - 100))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert run(["plan", "-q"]) == 0
    assert summary.stat().st_size == 1024 * 1024 - 100
    assert "the summary of the job is full" in capsys.readouterr().err


def test_outputs_that_can_not_be_written_are_an_error(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(workspace / "no" / "such"))
    assert run(["plan", "-q"]) == 1
    assert "can not be written: No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize("report", ["github", "junit", "sarif"])
def test_a_configuration_that_is_wrong_is_in_the_reports(report: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("flyteplan.yaml").write_text("targets: {", "utf-8")
    assert run(["validate", "-o", f"{report}=report"]) == 1
    assert "FP1003" in Path("report").read_text("utf-8")
    assert "flyteplan.yaml:1" in capsys.readouterr().err
