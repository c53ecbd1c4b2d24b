"""What is said of a path in flyteplan.yaml that leads nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from flyteplan.cli import run
from flyteplan.files.nearby import nearby

CONFIG = """\
apiVersion: flyteplan/v1
kind: Config
targets:
  local:
    catalog: {catalog}
    project: flytesnacks
    domain: development
    manifests: [{manifests}]
    policies: [{policies}]
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("catalog", "manifests/base", "policies"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "manifests/base/none.yaml").write_text("# none\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("wrong", "command", "expected"),
    [
        ({"manifests": "manifest/base"}, "plan", "8:17: error[FP1001]: there is nothing at manifest/base (did you"),
        ({"manifests": "manifests/bse"}, "plan", "nothing at manifests/bse (did you mean manifests/base?)"),
        ({"manifests": "manifests/base, other"}, "plan", "8:33: error[FP1001]: there is nothing at other (check the"),
        ({"catalog": "catlog"}, "plan", "5:14: error[FP1001]: there is nothing at catlog (did you mean catalog?)"),
        ({"catalog": "catlog"}, "apply", "5:14: error[FP1001]: there is nothing at catlog (did you mean catalog?)"),
        ({"policies": "polices"}, "policy test", "9:16: error[FP1001]: there is nothing at polices (did you mean"),
    ],
)
def test_it_is_said_where_it_stands(
    root: Path, capsys: pytest.CaptureFixture[str], wrong: dict[str, str], command: str, expected: str
) -> None:
    right = {"catalog": "catalog", "manifests": "manifests/base", "policies": "policies"}
    (root / "flyteplan.yaml").write_text(CONFIG.format(**{**right, **wrong}), "utf-8")
    assert run(command.split()) == 1
    said = capsys.readouterr().err
    assert said.startswith("flyteplan.yaml:")
    assert expected in said


def test_a_database_may_still_have_to_be_filled(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = CONFIG.format(catalog="catalog.db", manifests="manifests/base", policies="policies")
    (root / "flyteplan.yaml").write_text(config, "utf-8")
    assert run(["tasks", "list"]) == 1
    assert "fill one with `flyteplan pull --into catalog.db`" in capsys.readouterr().err


def test_one_name_may_be_wrong(root: Path) -> None:
    assert nearby("manifest/base") == str(root / "manifests" / "base")
    assert nearby("manifests/bass") == str(root / "manifests" / "base")
    assert nearby("policy") == str(root / "policies")
    assert nearby("manifest/bass") == nearby("nothing/like/it") == ""
