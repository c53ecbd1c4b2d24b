"""`flyteplan.yaml`."""

from __future__ import annotations

from pathlib import Path

from flyteplan.load import load
from flyteplan.model.config import Config, Target
from flyteplan.model.document import Document
from flyteplan.validate import CheckedConfig, Validator, config

VALIDATOR = Validator((Path(__file__).parents[2] / "schema" / "config.v1.schema.json").read_text("utf-8"))
HEAD = "apiVersion: flyteplan/v1\nkind: Config\n"


def read(text: str) -> CheckedConfig:
    document = next(load(text.encode(), "flyteplan.yaml"))
    assert isinstance(document, Document), document
    return config(document, VALIDATOR)


def problems(text: str) -> list[str]:
    result = read(text)
    assert result.config is None
    return [str(problem).removeprefix("flyteplan.yaml:") for problem in result.problems]


def test_a_configuration() -> None:
    targets = (
        "{b: {endpoint: 'dns:///x', org: o, manifests: [m, n], policies: [p]}, a: {catalog: c, project: q, domain: d}}"
    )
    assert read(f"{HEAD}owner: me\ndefault_target: a\ntargets: {targets}\n").config == Config(
        owner="me",
        default_target="a",
        targets=(
            Target(name="b", endpoint="dns:///x", org="o", manifests=("m", "n"), policies=("p",)),
            Target(name="a", catalog="c", project="q", domain="d"),
        ),
    )


def test_a_default_target_must_be_a_target() -> None:
    assert problems(f"{HEAD}default_target: prod\ntargets: {{production: {{}}, local: {{}}}}\n") == [
        "3:17: error[FP1104]: default_target prod is no target (did you mean production?)"
    ]
    assert problems(f"{HEAD}default_target: x\ntargets: {{}}\n") == [
        "3:17: error[FP1104]: default_target x is no target (there are none)"
    ]


def test_every_problem_of_the_file_is_said() -> None:
    assert problems(
        f"{HEAD}default_target: c\ntargets:\n  a: {{catalog: x, endpoint: y, guard: 1}}\n  b: {{manifests: x}}\n"
    ) == [
        "3:17: error[FP1104]: default_target c is no target (there are a, b)",
        "5:19: error[FP1105]: catalog and endpoint exclude each other in targets.a (keep one of them)",
        "5:32: error[FP1101]: unknown key 'guard' in targets.a (did you mean guards?)",
        "6:18: error[FP1103]: targets.b.manifests must be a list (write [x])",
    ]


def test_a_configuration_needs_targets() -> None:
    assert problems(HEAD) == ["1:1: error[FP1102]: targets is missing"]


def test_a_manifest_is_no_configuration() -> None:
    assert problems("apiVersion: flyteplan/v1\nkind: TaskOverride\n") == [
        "2:7: error[FP1106]: kind TaskOverride does not belong here (it belongs in a manifest directory)"
    ]
