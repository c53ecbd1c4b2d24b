"""What was reviewed is what is applied, twice is once, and an apply that was cut off is finished by another one."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from flyteidl2.task.task_definition_pb2 import TaskDetails, TaskTrigger
from flyteidl2.trigger.trigger_definition_pb2 import TriggerDetails
from tests.applying import TASK, Repository, repository, spec
from tests.serving import serving

from flyteplan.cli import run
from flyteplan.local.clock import now
from flyteplan.local.controller import LocalController
from flyteplan.local.fill import fill
from flyteplan.local.store import tasks
from flyteplan.local.taskrow import row_of
from flyteplan.model.deployment import Deployment, Retarget
from flyteplan.model.task import TaskVersion


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.chdir(tmp_path)
    return repository(tmp_path)


def apply(*flags: str) -> int:
    return run(["apply", "-q", "--yes", *flags])


def saved(*flags: str) -> str:
    assert run(["plan", "-q", "--out", "plan.json", *flags]) == 0
    return "plan.json"


def trigger(name: str, *, active: bool = True) -> TaskTrigger:
    made = TaskTrigger(name=name)
    made.spec.active, made.spec.description = active, f"runs {name}"
    made.spec.inputs.literals.add(name="day").value.scalar.primitive.string_value = "monday"
    made.spec.run_spec.labels.values["team"] = "data"
    made.automation_spec.schedule.cron.expression = "0 6 * * *"
    return made


def test_after_an_apply_there_is_nothing_to_do(repo: Repository) -> None:
    assert not repo.is_in_step()
    assert apply() == 0
    assert repo.is_in_step()


def test_applying_twice_makes_one_version(repo: Repository) -> None:
    assert [apply(), apply()] == [0, 0]
    assert len(repo.versions()) == 2


def test_going_back_makes_a_second_generation(repo: Repository) -> None:
    for cpu in (2, 3, 2):
        repo.wants({"resources": {"cpu": cpu}})
        assert apply() == 0
    newest, _, first, base = repo.versions()
    assert newest == first.replace(".flyteplan", "-2.flyteplan")
    assert base == "v1"
    assert repo.is_in_step()


def test_tags_say_where_a_version_comes_from(repo: Repository) -> None:
    assert apply() == 0
    tags = dict(repo.live().task_template.metadata.tags)
    assert {name: tags[name] for name in ("team", "flyteplan/owner", "flyteplan/manifest", "flyteplan/base")} == {
        "team": "data",
        "flyteplan/owner": "acme/overrides",
        "flyteplan/manifest": "load",
        "flyteplan/base": "v1",
    }
    assert tags["flyteplan/digest"].startswith("sha256:")
    assert tags["flyteplan/base-digest"] != tags["flyteplan/digest"]


def test_the_new_version_knows_its_name_and_runs_the_code_of_its_base(repo: Repository) -> None:
    assert apply() == 0
    template = repo.live().task_template
    assert template.id.version == repo.versions()[0]
    assert list(template.container.args) == ["a0", "--version", "v1"]


def test_what_this_program_does_not_know_survives(repo: Repository) -> None:
    unknown = b"\xfa\x07\x03abc"  # field 127, three bytes
    template = spec("v2")
    template.MergeFromString(unknown)
    repo.deploy("v2", template)
    assert apply() == 0
    assert unknown in repo.live().SerializeToString()
    assert repo.is_in_step()


@pytest.mark.parametrize("where", ["database", "endpoint"])
def test_a_template_without_metadata_is_derived_as_well(repo: Repository, where: str) -> None:
    """The tags need a place, which the base does not have."""
    template = spec("v2")
    template.task_template.ClearField("metadata")
    repo.deploy("v2", template)
    if where == "database":
        assert apply() == 0
    else:
        with serving(repo.folder / "catalog.db") as endpoint:
            assert apply("--endpoint", endpoint, "--insecure") == 0
    assert repo.is_in_step()


@pytest.mark.parametrize("description", ["x" * 300, "é" * 200])
def test_a_description_that_the_server_cuts_is_no_change(repo: Repository, description: str) -> None:
    template = spec("v2", description=description)
    with repo.store() as store, store.writing() as connection:
        row = row_of(TaskVersion(TASK, "v2"), template, now())
        tasks.replace(connection, row, template.SerializeToString())
    assert apply() == 0
    assert len(repo.live().environment.description.encode()) in (254, 255)
    assert repo.is_in_step()


def test_a_saved_plan_is_applied_and_then_is_done(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    plan = saved()
    assert run(["apply", plan]) == 0
    assert run(["apply", plan]) == 0
    assert "Applied: 0 submitted, 1 already, 0 failed, 0 not tried." in capsys.readouterr().out
    assert len(repo.versions()) == 2


def newer_base(repo: Repository) -> None:
    repo.deploy("v2")


def redeployed_base(repo: Repository) -> None:
    repo.deploy("v1", spec("v1", cpu="500m"))


def live_by_hand(repo: Repository) -> None:
    repo.deploy("v1.byhand.flyteplan", spec("v1.byhand.flyteplan", cpu="7"))


def new_trigger(repo: Repository) -> None:
    repo.deploy("v1", triggers=(trigger("nightly"),))


def taken_name(repo: Repository) -> None:
    name = json.loads(Path("plan.json").read_text("utf-8"))["changes"][0]["submit"]["version"]
    repo.deploy(name, spec(name, cpu="9"))


def other_target(repo: Repository) -> None:
    path = repo.folder / "flyteplan.yaml"
    path.write_text(path.read_text("utf-8").replace("project: flytesnacks", "project: other"), "utf-8")


def edited_overrides(repo: Repository) -> None:
    path = repo.folder / "plan.json"
    document = json.loads(path.read_text("utf-8"))
    document["changes"][0]["overrides"][-1]["value"] = "3"
    path.write_text(json.dumps(document), "utf-8")


MOVES: dict[Callable[[Repository], None], str] = {
    newer_base: "the newest version is v2, and was v1",
    redeployed_base: "the base v1 was deployed again with another spec",
    live_by_hand: "the newest version is v1.byhand.flyteplan, and was v1",
    new_trigger: "its triggers have changed",
    taken_name: "the newest version is v1.",
    other_target: "the project is 'other', and was 'flytesnacks'",
    edited_overrides: "do not come to the spec that was reviewed",
}


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.__name__)
def test_a_stale_plan_is_refused(
    repo: Repository, move: Callable[[Repository], None], capsys: pytest.CaptureFixture[str]
) -> None:
    plan = saved()
    move(repo)
    before = repo.versions()
    assert run(["apply", plan]) == 4
    assert MOVES[move] in capsys.readouterr().err
    assert repo.versions() == before


def test_what_a_plan_made_now_does_otherwise_is_told(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    plan = saved()
    newer_base(repo)
    capsys.readouterr()
    assert run(["apply", plan]) == 4
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == ["A plan made now differs from the saved one:", "~ etl.load"]
    assert any(line.split() == ["base", "v1", "->", "v2"] for line in said)


def test_a_plan_whose_reviewed_part_was_edited_is_no_plan(repo: Repository) -> None:
    plan = Path(saved())
    plan.write_text(plan.read_text("utf-8").replace('"desired": "2"', '"desired": "3"'), "utf-8")
    assert run(["apply", "plan.json"]) == 1
    assert repo.versions() == ["v1"]


def edited(repo: Repository, *keys: str | int, value: object) -> str:
    """The saved plan with another value at the place that *keys* lead to."""
    path = repo.folder / "plan.json"
    document = json.loads(path.read_text("utf-8"))
    found = document["changes"][0]
    for key in keys[:-1]:
        found = found[key]
    found[keys[-1]] = value
    path.write_text(json.dumps(document), "utf-8")
    return "plan.json"


@pytest.mark.parametrize(
    ("keys", "value", "code"),
    [
        (("desired_digest",), "sha256:abc", 1),
        (("selector",), {"newest": "v1"}, 1),
        (("submit", "allow_older_base"), False, 1),
        (("overrides", 0, "path"), [], 1),
        (("overrides", 0, "path"), ["selector", "newest"], 0),
        (("overrides", 0, "value"), 7, 1),
        (("overrides", -1, "path"), ["overrides"], 4),
        (("overrides", -1, "value"), 7, 4),
        (("overrides", -1, "value"), {"a": "b"}, 4),
        (("overrides",), [], 4),
    ],
)
def test_a_plan_that_was_broken_by_hand_is_refused_in_words(
    repo: Repository, keys: tuple[str | int, ...], value: object, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    saved()
    assert run(["apply", edited(repo, *keys, value=value)]) == code
    assert capsys.readouterr().err or not code
    assert (len(repo.versions()) == 1) == bool(code)


def test_what_is_deferred_is_told_by_the_version_that_was_reviewed(repo: Repository) -> None:
    saved()
    assert run(["apply", edited(repo, "deferred", value=True)]) == 0
    assert repo.is_in_step()


def test_a_plan_that_was_written_for_readers_is_not_applied(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", "-o", "json=plan.json"]) == 0
    assert run(["apply", "plan.json"]) == 1
    assert "plan.json: error[FP1106]: this plan has no overrides, from which it would be applied" in (
        capsys.readouterr().err
    )


def test_a_saved_plan_may_have_any_name(repo: Repository) -> None:
    assert run(["plan", "-q", "--out", "tfplan"]) == 0
    assert run(["apply", "tfplan"]) == 0
    assert repo.is_in_step()


def test_another_digest_than_expected_is_stale(repo: Repository) -> None:
    digest = json.loads(Path(saved()).read_text("utf-8"))["digest"]
    assert apply("--expect-digest", "sha256:0") == 4
    assert run(["apply", "plan.json", "--expect-digest", "sha256:0"]) == 4
    assert repo.versions() == ["v1"]
    assert apply("--expect-digest", digest) == 0


def test_an_older_base_is_refused_unless_it_is_allowed(repo: Repository) -> None:
    repo.deploy("v2")
    repo.wants({"resources": {"cpu": 2}}, version="v1")
    assert apply() == 3
    assert repo.versions() == ["v2", "v1"]
    repo.wants({"resources": {"cpu": 2}}, version="v1", submit={"allow_older_base": True})
    assert apply() == 0
    assert repo.is_in_step()


def test_triggers_are_kept_as_they_are(repo: Repository) -> None:
    repo.deploy("v1", triggers=(trigger("nightly"), trigger("weekly", active=False)))
    before = repo.catalog.triggers([TASK])
    assert apply() == 0
    assert repo.catalog.triggers([TASK]) == before


@pytest.mark.parametrize("where", ["database", "endpoint"])
def test_retargeted_triggers_change_nothing_but_their_version(repo: Repository, where: str) -> None:
    repo.deploy("v1", triggers=(trigger("nightly"), trigger("weekly", active=False)))
    before = details(repo)
    repo.wants({"resources": {"cpu": 2}}, submit={"triggers": "retarget"})
    if where == "database":
        assert apply() == 0
    else:
        with serving(repo.folder / "catalog.db") as endpoint:
            assert apply("--endpoint", endpoint, "--insecure") == 0
    after = details(repo)
    assert [one.id.revision for one in after] == [one.id.revision + 1 for one in before]
    assert {one.spec.task_version for one in after} == {repo.versions()[0]}
    for old, new in zip(before, after, strict=True):
        old.spec.task_version = new.spec.task_version
        assert new.spec.SerializeToString() == old.spec.SerializeToString()
        assert new.automation_spec == old.automation_spec
    assert repo.is_in_step()


def test_triggers_that_are_only_counted_are_not_moved(repo: Repository) -> None:
    details = TaskDetails(spec=spec("v1"))
    details.task_id.project, details.task_id.domain, details.task_id.name = TASK.project, TASK.domain, TASK.name
    details.task_id.version = "v1"
    details.metadata.triggers_summary.stats.total = 2
    with repo.store() as store:
        fill(store, [details])
    repo.wants({"resources": {"cpu": 2}}, submit={"triggers": "retarget"})
    assert apply() == 3
    assert repo.versions() == ["v1"]


def test_a_trigger_that_a_snapshot_told_of_is_moved_as_it_is_known(repo: Repository) -> None:
    details = TaskDetails(spec=spec("v1"))
    details.task_id.project, details.task_id.domain, details.task_id.name = TASK.project, TASK.domain, TASK.name
    details.task_id.version = "v1"
    told = details.metadata.triggers_summary.details
    told.name, told.active = "nightly", True
    told.automation_spec.schedule.cron.expression = "0 6 * * *"
    with repo.store() as store:
        fill(store, [details])
    repo.wants({"resources": {"cpu": 2}}, submit={"triggers": "retarget"})
    assert apply() == 0
    (only,) = LocalController(str(repo.folder / "catalog.db")).triggers(TASK, ["nightly"])
    assert (only.spec.active, only.spec.task_version) == (True, repo.versions()[0])
    assert only.automation_spec.schedule.cron.expression == "0 6 * * *"
    assert repo.is_in_step()


def test_a_trigger_that_would_lose_something_is_not_moved(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repo.deploy("v1", triggers=(trigger("nightly"),))
    with repo.store() as store, store.writing() as connection:
        connection.execute("UPDATE triggers SET spec = CAST(spec || x'fa0703616263' AS BLOB)")  # field 127, three bytes
    repo.wants({"resources": {"cpu": 2}}, submit={"triggers": "retarget"})
    assert apply() == 1
    assert "its trigger nightly has settings that this flyteplan does not know" in capsys.readouterr().out
    assert repo.versions() == ["v1"]


def test_triggers_that_the_server_did_not_move_are_told(
    repo: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.deploy("v1", triggers=(trigger("nightly"), trigger("weekly", active=False)))
    repo.wants({"resources": {"cpu": 2}}, submit={"triggers": "retarget"})
    deploy = LocalController._deploy
    monkeypatch.setattr(LocalController, "_deploy", lambda self, sent: deploy(self, replace(sent, triggers=())))
    assert apply() == 1
    assert "is there, but not moved to it: trigger nightly, trigger weekly" in capsys.readouterr().out


@pytest.mark.parametrize("where", ["database", "endpoint"])
def test_triggers_that_were_kept_can_be_moved_later(
    repo: Repository, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the version that is live: no other one is made for it."""
    repo.deploy("v1", triggers=(trigger("nightly"), trigger("weekly", active=False)))
    before = details(repo)
    assert apply() == 0
    versions = repo.versions()
    repo.wants({"resources": {"cpu": 2}}, submit={"triggers": "retarget"})
    with serving(repo.folder / "catalog.db") if where == "endpoint" else nullcontext("") as endpoint:
        flags = ["--endpoint", endpoint, "--insecure"] if endpoint else []
        capsys.readouterr()
        assert run(["plan", "--out", "plan.json", *flags]) == 0
        assert "triggers: 2 retargeted (nightly, inactive weekly)" in capsys.readouterr().out
        assert run(["apply", "plan.json", *flags]) == 0
        assert run(["apply", "plan.json", *flags]) == 0
        assert ", 1 already, " in capsys.readouterr().out.splitlines()[-1]
    after = details(repo)
    assert repo.versions() == versions
    assert {one.spec.task_version for one in after} == {versions[0]}
    for old, new in zip(before, after, strict=True):
        old.spec.task_version = new.spec.task_version
        assert new.spec.SerializeToString() == old.spec.SerializeToString()
    assert repo.is_in_step()


def test_a_trigger_that_went_back_since_the_plan_is_stale(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """The version is as desired, and so there was nothing to do; now there is something that nobody has reviewed."""
    repo.deploy("v1", triggers=(trigger("nightly"), trigger("weekly", active=False)))
    repo.wants({"resources": {"cpu": 2}}, submit={"triggers": "retarget"})
    assert apply() == 0
    plan = saved()
    assert run(["apply", plan]) == 0
    repo.deploy("v1", triggers=(trigger("nightly"), trigger("weekly", active=False)))
    assert run(["apply", plan]) == 4
    assert "its triggers have changed" in capsys.readouterr().err


def test_a_trigger_that_the_server_left_behind_is_moved_by_the_next_apply(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.deploy("v1", triggers=(trigger("nightly"), trigger("weekly", active=False)))
    repo.wants({"resources": {"cpu": 2}}, submit={"triggers": "retarget"})
    deploy = LocalController._deploy
    with monkeypatch.context() as patched:
        patched.setattr(LocalController, "_deploy", lambda self, sent: deploy(self, replace(sent, triggers=())))
        assert apply() == 1
    assert not repo.is_in_step()
    assert apply() == 0
    assert {one.spec.task_version for one in details(repo)} == {repo.versions()[0]}
    assert repo.is_in_step()


def test_a_trigger_that_is_changed_while_it_is_moved_stays_as_it_is(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.deploy("v1", triggers=(trigger("nightly"),))
    assert apply() == 0
    repo.wants({"resources": {"cpu": 2}}, submit={"triggers": "retarget"})
    retarget = LocalController._retarget

    def late(self: LocalController, move: Retarget) -> str:
        repo.deploy("v1", triggers=(trigger("nightly", active=False),))
        return retarget(self, move)

    monkeypatch.setattr(LocalController, "_retarget", late)
    assert apply() == 1
    assert "optimistic lock failure: the trigger was changed meanwhile" in capsys.readouterr().out
    (only,) = LocalController(str(repo.folder / "catalog.db")).triggers(TASK, ["nightly"])
    assert (only.spec.active, only.spec.task_version) == (False, "v1")


def details(repo: Repository) -> list[TriggerDetails]:
    controller = LocalController(str(repo.folder / "catalog.db"))
    return list(controller.triggers(TASK, ["nightly", "weekly"]))


def test_a_saved_plan_holds_what_json_has_no_number_for(repo: Repository) -> None:
    template = spec("v2")
    template.task_template.metadata.retries.retries = 1
    template.task_template.metadata.retries.backoff.factor = float("inf")
    repo.deploy("v2", template)
    assert run(["apply", "-y"]) == 0
    repo.wants({"resources": {"cpu": 2}, "retries": {"count": 3, "backoff": None}})
    assert run(["plan", "-q", "--out", "plan.json"]) == 0
    fields = json.loads(Path("plan.json").read_text("utf-8"), parse_constant=pytest.fail)["changes"][0]["fields"]
    assert [one["live"] for one in fields if one["path"] == "retries.backoff.factor"] == ["Infinity"]
    assert run(["diff", "--detailed-exitcode", "plan.json", "plan.json"]) == 0
    assert run(["apply", "-y", "plan.json"]) == 0
    assert repo.is_in_step()


def test_nobody_is_asked_without_a_terminal(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["apply"]) == 64
    assert "no terminal to ask on" in capsys.readouterr().err
    assert repo.versions() == ["v1"]


def test_nobody_is_asked_about_nothing(repo: Repository) -> None:
    repo.wants({"resources": {"cpu": 1}})
    assert run(["apply"]) == 0


def test_an_interrupt_lets_what_is_on_its_way_end(
    repo: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    two_tasks(repo)
    deploy = LocalController._deploy

    def interrupted(self: LocalController, sent: Deployment) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        return deploy(self, sent)

    with monkeypatch.context() as patched:
        patched.setattr(LocalController, "_deploy", interrupted)
        assert apply("--parallelism", "1") == 5
    assert "Applied: 1 submitted, 0 failed, 1 not tried." in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert apply() == 0
    assert "Applied: 1 submitted, 0 failed, 0 not tried." in capsys.readouterr().out


def test_an_impatient_interrupt_tells_that_something_was_submitted(
    repo: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    two_tasks(repo)
    deploy = LocalController._deploy

    def interrupted(self: LocalController, sent: Deployment) -> str:
        trouble = deploy(self, sent)
        if sent.key.task == TASK:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
        return trouble

    monkeypatch.setattr(LocalController, "_deploy", interrupted)
    assert apply("--parallelism", "1") == 5
    assert capsys.readouterr().out.splitlines()[1:] == [
        "failed     etl.load  interrupted on its way, and may have arrived",
        "Applied: 1 submitted, 1 failed, 0 not tried.",
    ]
    assert repo.is_in_step()


def test_nobody_has_to_read_what_happens(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """`flyteplan apply -y -q | head -1` submits all, and its exit code says so."""
    two_tasks(repo)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", buffering=1) as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert apply("--parallelism", "1") == 0
        assert repo.is_in_step()


def test_what_fails_in_part_is_finished_by_the_same_command(
    repo: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    two_tasks(repo)
    deploy = LocalController._deploy

    def failing(self: LocalController, sent: Deployment) -> str:
        return "the disk is full" if sent.key.task == TASK else deploy(self, sent)

    plan = saved()
    with monkeypatch.context() as patched:
        patched.setattr(LocalController, "_deploy", failing)
        assert run(["apply", plan]) == 5
        assert apply("--select", TASK.name) == 1
    assert "failed     etl.load  the disk is full" in capsys.readouterr().out
    assert run(["apply", plan]) == 0
    assert "Applied: 1 submitted, 1 already, 0 failed, 0 not tried." in capsys.readouterr().out
    assert repo.is_in_step()


def two_tasks(repo: Repository) -> None:
    repo.deploy("v1", name="etl.extract")
    path = repo.folder / "manifests" / "load.yaml"
    path.write_text(path.read_text("utf-8").replace('"task": {"name": "etl.load",', '"select": {"name": "etl.*",'))


@pytest.mark.parametrize(("answer", "code", "count"), [("y\n", 0, 2), ("n\n", 1, 1), ("\n", 1, 1)])
def test_a_person_is_asked(
    repo: Repository, answer: str, code: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.StringIO(answer)
    monkeypatch.setattr(stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert run(["apply"]) == code
    assert len(repo.versions()) == count


def test_events_as_json_are_one_a_line(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["apply", "-y", "-o", "json"]) == 0
    submitted, total = map(json.loads, capsys.readouterr().out.splitlines())
    assert (submitted["event"], submitted["version"]) == ("submitted", repo.versions()[0])
    assert (total["event"], total["submitted"], total["failed"]) == ("applied", 1, 0)


def test_a_snapshot_is_only_read(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    (repo.folder / "catalog.jsonl").write_text("")
    assert apply("--catalog", "catalog.jsonl") == 64
    assert "snapshots are only read" in capsys.readouterr().err


def test_a_saved_plan_takes_no_flags_that_would_change_it(repo: Repository) -> None:
    plan = saved()
    assert run(["apply", plan, "--select", "*"]) == 64
    assert run(["apply", plan, "manifests"]) == 64
