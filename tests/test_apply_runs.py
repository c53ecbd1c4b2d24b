"""A run is started once: whoever applies it, how often, and wherever an apply was cut off."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flyteidl2.core.types_pb2 import SimpleType
from flyteidl2.task.run_pb2 import RunSpec
from flyteidl2.task.task_definition_pb2 import TaskSpec
from tests.applying import TASK, Repository, repository, spec
from tests.serving import serving

from flyteplan.cli import run
from flyteplan.errors import CatalogError
from flyteplan.local.clock import now
from flyteplan.local.controller import LocalController
from flyteplan.local.store import runs
from flyteplan.model.run import Launch, Run, RunName, run_of
from flyteplan.model.task import TaskVersion

SUCCEEDED, FAILED = 5, 6


def with_input(version: str, cpu: str = "1") -> TaskSpec:
    made = spec(version, cpu)
    variable = made.task_template.interface.inputs.variables.add(key="day")
    variable.value.type.simple = SimpleType.STRING
    return made


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.chdir(tmp_path)
    made = repository(tmp_path)
    made.deploy("v1", with_input("v1"))
    wants(made)
    return made


def wants(repo: Repository, *, cpu: int = 2, day: str = "monday", settings: Any = None, **selector: str) -> None:
    overrides = {"resources": {"cpu": cpu}} if cpu != 1 else {}
    submit = {"as": "run", "inputs": {"day": day}, **({"run": settings} if settings else {})}
    repo.wants(overrides, submit=submit, **selector)


def apply(*flags: str) -> int:
    return run(["apply", "-q", "--yes", *flags])


def started(repo: Repository) -> list[Run]:
    """The oldest first."""
    return list(repo.catalog.newest_runs(TASK.scope))[::-1]


def row(repo: Repository, name: RunName) -> Any:
    with repo.store() as store, store.reading() as connection:
        return runs.find(connection, name)


def run_spec(repo: Repository) -> RunSpec:
    (only,) = started(repo)
    return RunSpec.FromString(row(repo, only.name).run_spec)


def report(repo: Repository, phase: int, error: str | None = None) -> None:
    with repo.store() as store, store.writing() as connection:
        for one in started(repo):
            assert runs.report(connection, one.name, phase, now(), error)


def is_in_step() -> bool:
    return run(["plan", "-q", "--detailed-exitcode"]) == 0


@pytest.mark.parametrize("where", ["database", "endpoint"])
def test_applying_twice_starts_one_run(repo: Repository, where: str) -> None:
    if where == "database":
        assert [apply(), apply()] == [0, 0]
    else:
        with serving(repo.folder / "catalog.db") as endpoint:
            flags = ("--endpoint", endpoint, "--insecure")
            assert [apply(*flags), apply(*flags)] == [0, 0]
    (only,) = started(repo)
    assert only.task == TaskVersion(TASK, "v1")
    assert only.spec.task_template.container.resources.requests[0].value == "2"
    assert dict(only.provenance)["manifest"] == "load"
    assert repo.versions() == ["v1"]
    assert is_in_step()


def test_other_inputs_are_another_run(repo: Repository) -> None:
    assert apply() == 0
    wants(repo, day="tuesday")
    assert apply() == 0
    wants(repo)
    assert is_in_step()
    assert len(started(repo)) == 2


def test_the_inputs_reach_the_run(repo: Repository) -> None:
    from flyteidl2.task.common_pb2 import Inputs

    assert apply() == 0
    (only,) = started(repo)
    (literal,) = Inputs.FromString(row(repo, only.name).inputs).literals
    assert (literal.name, literal.value.scalar.primitive.string_value) == ("day", "monday")


def test_again_asks_for_one_more(repo: Repository) -> None:
    assert [apply(), apply("--again"), apply(), apply("--again")] == [0, 0, 0, 0]
    assert len(started(repo)) == 3
    assert len({one.digest for one in started(repo)}) == 3


def test_again_of_a_name_of_its_own(repo: Repository) -> None:
    wants(repo, settings={"name": "a-name-of-thirty-characters-xy"})
    assert [apply(), apply("--again")] == [0, 0]
    names = [one.name.name for one in started(repo)]
    assert names == ["a-name-of-thirty-characters-xy", "a-name-of-thirty-characters-2"]
    assert is_in_step()


def test_a_saved_plan_of_one_more_is_one_more(repo: Repository) -> None:
    assert apply() == 0
    assert run(["plan", "-q", "--again", "--out", "plan.json"]) == 0
    assert [run(["apply", "plan.json"]), run(["apply", "plan.json"])] == [0, 0]
    assert len(started(repo)) == 2


def test_a_name_that_was_given_to_something_else(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    wants(repo, settings={"name": "nightly"})
    assert apply() == 0
    wants(repo, day="tuesday", settings={"name": "nightly"})
    assert run(["plan"]) == 0
    assert "the run nightly was started for something else" in " ".join(capsys.readouterr().out.split())
    assert apply() == 1
    assert "failed     etl.load  there already is a run nightly, started for something" in capsys.readouterr().out
    assert run(["plan", "-q", "--out", "plan.json"]) == 0
    assert run(["apply", "plan.json"]) == 1
    assert len(started(repo)) == 1


def test_what_is_not_overridden_runs_by_its_name(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spec of its own needs the right to write; the name of a version only that to run it."""
    sent = recorded(monkeypatch)
    wants(repo, cpu=1)
    assert apply() == 0
    wants(repo, cpu=2)
    assert apply() == 0
    assert [one.spec is None for one in sent] == [True, False]
    assert sent[0].task == TaskVersion(TASK, "v1")


@pytest.mark.parametrize("name", ["", "etl.other"])
def test_a_spec_of_its_own_says_whose_it_is(repo: Repository, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = recorded(monkeypatch)
    template = with_input("v2")
    template.task_template.id.Clear()
    template.task_template.id.name = name
    repo.deploy("v2", template)
    assert apply() == 0
    assert sent[0].spec
    identifier = sent[0].spec.task_template.id
    assert (identifier.project, identifier.domain, identifier.name, identifier.version) == (
        *(TASK.project, TASK.domain, TASK.name),
        "v2",
    )


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Launch]:
    sent: list[Launch] = []
    start = LocalController._start

    def recording(self: LocalController, launch: Launch) -> str:
        sent.append(launch)
        return start(self, launch)

    monkeypatch.setattr(LocalController, "_start", recording)
    return sent


def test_every_setting_of_a_run_reaches_it(repo: Repository) -> None:
    settings = {
        "labels": {"team": "data"},
        "annotations": {"why": "because"},
        "envs": {"B": "2", "A": "1"},
        "interruptible": False,
        "queue": "fast",
        "overwrite_cache": True,
        "max_action_concurrency": 7,
        "service_account": "runner",
    }
    wants(repo, settings=settings)
    assert apply() == 0
    found = run_spec(repo)
    assert dict(found.labels.values) == {"team": "data"}
    assert found.annotations.values["why"] == "because"
    assert found.annotations.values["flyteplan/owner"] == "acme/overrides"
    assert [(one.key, one.value) for one in found.envs.values] == [("A", "1"), ("B", "2")]
    assert found.HasField("interruptible")
    assert not found.interruptible.value
    assert (found.queue, found.max_action_concurrency) == ("fast", 7)
    assert (found.overwrite_cache, found.cache_config.overwrite_cache) == (True, True)
    assert found.security_context.run_as.k8s_service_account == "runner"


def test_what_is_not_said_is_left_to_the_server(repo: Repository) -> None:
    assert apply() == 0
    found = run_spec(repo)
    unsaid = ("interruptible", "cache_config", "security_context", "envs")
    assert [name for name in unsaid if found.HasField(name)] == []
    assert (found.queue, found.max_action_concurrency, found.overwrite_cache) == ("", 0, False)


def test_the_queue_of_the_overrides_is_one_of_the_run(repo: Repository) -> None:
    repo.wants({"queue": "slow"}, submit={"as": "run", "inputs": {"day": "monday"}})
    assert apply() == 0
    assert run_spec(repo).queue == "slow"


def edited_inputs(repo: Repository) -> None:
    path = repo.folder / "plan.json"
    document = json.loads(path.read_text("utf-8"))
    for setting in document["changes"][0]["overrides"]:
        if setting["path"][:2] == ["submit", "inputs"]:
            setting["value"] = "friday"
    path.write_text(json.dumps(document), "utf-8")


def redeployed_base(repo: Repository) -> None:
    repo.deploy("v1", with_input("v1", cpu="500m"))


def newer_base(repo: Repository) -> None:
    repo.deploy("v2", with_input("v2"))


def newer_base_with_a_version_of_its_own(repo: Repository) -> None:
    repo.deploy("v2", with_input("v2"))
    repo.deploy("v2.0123456789.flyteplan", with_input("v2.0123456789.flyteplan"))


def name_taken(repo: Repository) -> None:
    wants(repo, day="sunday", settings={"name": "nightly"})
    assert apply() == 0


MOVES: dict[Callable[[Repository], None], str] = {
    edited_inputs: "the inputs and run settings that were saved are not those that were reviewed",
    redeployed_base: "the base v1 was deployed again with another spec",
    newer_base: "the newest version is v2, and was v1",
    newer_base_with_a_version_of_its_own: "the newest base is v2, and was v1",
    name_taken: "there already is a run nightly, started for something else",
}


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.__name__)
def test_a_stale_plan_is_refused(
    repo: Repository, move: Callable[[Repository], None], capsys: pytest.CaptureFixture[str]
) -> None:
    wants(repo, settings={"name": "nightly"})
    assert run(["plan", "-q", "--out", "plan.json"]) == 0
    move(repo)
    before = started(repo)
    assert run(["apply", "plan.json"]) == 4
    assert MOVES[move] in capsys.readouterr().err
    assert started(repo) == before


def test_a_pinned_run_does_not_mind_a_newer_base(repo: Repository) -> None:
    wants(repo, version="v1")
    assert run(["plan", "-q", "--out", "plan.json"]) == 0
    newer_base(repo)
    assert run(["apply", "plan.json"]) == 0
    assert len(started(repo)) == 1


def test_a_version_of_the_same_plan_is_nothing_new_to_a_run(repo: Repository) -> None:
    first = (repo.folder / "manifests" / "load.yaml").read_text("utf-8")
    repo.wants({"resources": {"cpu": 4}})
    (repo.folder / "manifests" / "run.yaml").write_text(first.replace('"name": "load"', '"name": "now"'), "utf-8")
    assert run(["plan", "-q", "--out", "plan.json"]) == 0
    assert run(["apply", "plan.json", "--parallelism", "1"]) == 0
    assert run(["apply", "plan.json"]) == 0
    assert (len(repo.versions()), len(started(repo))) == (2, 1)


def test_what_was_cut_off_is_counted_after_a_run_whose_name_is_taken(
    repo: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run has an event of its own, though nothing is submitted for it."""
    name_taken(repo)
    wants(repo, settings={"name": "nightly"})
    manifest = (repo.folder / "manifests" / "load.yaml").read_text("utf-8")
    for task in ("etl.other", "etl.third"):
        repo.deploy("v1", with_input("v1"), name=task)
        text = manifest.replace('"name": "load"', f'"name": "{task[4:]}"').replace("etl.load", task)
        (repo.folder / "manifests" / f"{task}.yaml").write_text(text.replace('"nightly"', f'"{task[4:]}"'), "utf-8")

    def interrupted(self: LocalController, sent: Launch) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        return ""

    monkeypatch.setattr(LocalController, "_start", interrupted)
    capsys.readouterr()
    assert apply("--parallelism", "1") != 0
    outcomes = [line.split("  ")[0].rstrip() for line in capsys.readouterr().out.splitlines()]
    assert outcomes == ["failed", "failed", "not tried", "Applied: 0 submitted, 2 failed, 1 not tried."]


def test_a_run_that_somebody_else_started_meanwhile_is_not_ours(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server answers with the old run, and all is well as far as it tells."""
    wants(repo, settings={"name": "nightly"})
    start = LocalController._start

    def late(self: LocalController, launch: Launch) -> str:
        from dataclasses import replace

        start(self, replace(launch, settings=replace(launch.settings, annotations=())))
        return start(self, launch)

    monkeypatch.setattr(LocalController, "_start", late)
    assert apply() == 1
    assert "there already was a run nightly, started for something else" in capsys.readouterr().out


@pytest.fixture
def endpoint(repo: Repository) -> Iterator[list[str]]:
    with serving(repo.folder / "catalog.db") as found:
        yield ["--endpoint", found, "--insecure"]


@pytest.mark.parametrize(("phase", "code"), [(SUCCEEDED, 0), (FAILED, 1)])
def test_a_run_is_followed_to_its_end(
    repo: Repository, endpoint: list[str], phase: int, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    later(lambda: report(repo, phase, "it broke" if phase == FAILED else None), after=lambda: bool(started(repo)))
    assert apply("--wait", *endpoint) == code
    *_, ended, total = capsys.readouterr().out.splitlines()
    assert ended.startswith("succeeded  etl.load  run fp-" if code == 0 else "failed     etl.load  run fp-")
    assert ended.endswith("it broke") == bool(code)
    assert total == "Applied: 1 submitted, 0 failed, 0 not tried."
    assert apply("--wait", *endpoint) == code, "a run that is there already is followed as well"


def test_what_happens_while_waiting_is_json_too(
    repo: Repository, endpoint: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["apply", "-y", *endpoint]) == 0
    report(repo, FAILED, "it broke")
    capsys.readouterr()
    assert run(["apply", "-y", "-o", "json", "--wait", *endpoint]) == 1
    phase, total = map(json.loads, capsys.readouterr().out.splitlines())
    assert (phase["event"], phase["phase"], phase["error"]) == ("phase", "failed", "it broke")
    assert (phase["task"]["name"], phase["run"]) == (TASK.name, started(repo)[0].name.name)
    assert total["event"] == "applied"


def test_waiting_is_interrupted_at_once_and_the_run_goes_on(repo: Repository, endpoint: list[str]) -> None:
    def interrupt() -> None:
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    later(interrupt, after=lambda: bool(started(repo)))
    begun = time.monotonic()
    assert apply("--wait", *endpoint) == 5
    assert time.monotonic() - begun < 10
    assert [one.phase for one in started(repo)] == ["queued"]


def test_what_was_submitted_is_told_when_nobody_can_be_asked_how_it_goes(
    repo: Repository, endpoint: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone(*_: object) -> object:
        raise CatalogError("the server is gone")

    monkeypatch.setattr("flyteplan.pipeline.follow", gone)
    assert apply("--wait", *endpoint) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "Applied: 1 submitted, 0 failed, 0 not tried."
    assert err == "error: the server is gone\n"


def later(act: Callable[[], None], *, after: Callable[[], bool]) -> None:
    def wait() -> None:
        while not after():
            time.sleep(0.02)
        act()

    threading.Thread(target=wait, daemon=True).start()


def test_nobody_waits_for_what_nobody_executes(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert apply("--wait") == 64
    assert "nobody executes runs in a catalog database" in capsys.readouterr().err
    assert started(repo) == []


def test_a_phase_that_is_newer_than_this_program() -> None:
    from flyteidl2.workflow.run_definition_pb2 import RunDetails

    details = RunDetails()
    details.action.status.phase = 77  # type: ignore[assignment]
    assert run_of(RunName("p", "d", "r"), details).phase == "not known"
