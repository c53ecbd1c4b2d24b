"""Templates that protobuf and a server take, and that no SDK makes: one of them takes away no plan of the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flyteidl2.task.task_definition_pb2 import TaskSpec
from tests.applying import TASK, Repository, repository, spec

from flyteplan.cli import run

NAN, INFINITY = float("nan"), float("inf")
Change = Callable[[TaskSpec], object]


def custom(**values: Any) -> Change:
    return lambda made: made.task_template.custom.update(values)


def pod(**container: Any) -> Change:
    def change(made: TaskSpec) -> None:
        made.task_template.ClearField("container")
        made.task_template.k8s_pod.pod_spec.update({"containers": [{"name": "main", **container}]})
        made.task_template.config["primary_container_name"] = "main"

    return change


def timeout(seconds: int, nanos: int = 0) -> Change:
    def change(made: TaskSpec) -> None:
        made.task_template.metadata.timeout.seconds, made.task_template.metadata.timeout.nanos = seconds, nanos

    return change


def deadline(made: TaskSpec) -> None:
    made.task_template.metadata.timeouts.deadline.seconds = 2**62


def idle(made: TaskSpec) -> None:
    made.task_template.reuse_policy.idle_ttl.seconds = 2**62


def default(kind: str) -> Change:
    def change(made: TaskSpec) -> None:
        primitive = made.default_inputs.add(name="x").parameter.default.scalar.primitive
        getattr(primitive, kind).seconds = 2**60

    return change


def generic(made: TaskSpec) -> None:
    made.default_inputs.add(name="x").parameter.default.scalar.generic.update({"a": NAN})


def without_kind(made: TaskSpec) -> None:
    made.task_template.custom.get_or_create_struct("a").fields["b"]


ODD: dict[str, Change] = {
    **{f"replicas-{value}": custom(replicas=value) for value in (NAN, INFINITY, -INFINITY, 1e300)},
    "numbers": custom(a=NAN, b=[INFINITY, {"c": -INFINITY}], TOKEN=NAN),
    "without-kind": without_kind,
    "pod-quantities": pod(resources={"requests": {"cpu": NAN, "memory": INFINITY}}, env=[{"name": "A", "value": NAN}]),
    "pod-texts": pod(resources="much", env="many"),
    "long-timeout": timeout(2**62),
    "negative-timeout": timeout(-5),
    "two-signs": timeout(5, -1),
    "many-nanos": timeout(0, 2 * 10**9),
    "long-deadline": deadline,
    "long-idle": idle,
    "late-moment": default("datetime"),
    "long-duration": default("duration"),
    "generic": generic,
}
COMMANDS = (
    *(("plan", "-o", one) for one in ("text", "json", "markdown", "html", "github")),
    ("plan", "-v"),
    ("plan", "--out", "plan.json"),
    ("plan", "--shard", "1/1", "--out", "part.json"),
    ("diff",),
    ("diff", "plan.json"),
    ("status",),
    ("status", "-o", "json"),
    ("tasks", "list"),
    ("tasks", "show", TASK.name),
    ("tasks", "show", TASK.name, "-o", "json"),
    ("import", TASK.name),
    ("lock",),
)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.chdir(tmp_path)
    return repository(tmp_path)


@pytest.mark.parametrize("odd", ODD)
def test_every_command_takes_it(odd: str, repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    made = spec("v1")
    ODD[odd](made)
    repo.deploy("v1", made)
    repo.wants({"short_name": "odd"})
    for command in COMMANDS:
        assert run(list(command)) == 0, command
    capsys.readouterr()
    assert run(["plan", "-o", "json"]) == 0
    (change,) = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)["changes"]
    assert [field["path"] for field in change["fields"]] == ["short_name"]
    assert run(["apply", "-y", "plan.json"]) == 0
    assert repo.is_in_step()
