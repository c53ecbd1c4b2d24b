"""Overridden tasks in code that runs on Flyte: the real SDK, a served catalog, a controller that takes notes."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flyte
import flyte.errors
import pytest
from flyte.remote import TaskDetails
from flyteidl2.task.task_definition_pb2 import TaskSpec
from tests.applying import Repository, repository, spec
from tests.onflyte import Client, connected, example_catalog, initialised, running

from flyteplan.cli import run
from flyteplan.diff import digest
from flyteplan.errors import CatalogError, InputError, StaleError, UsageError
from flyteplan.flyte import Tasks, UnknownTaskError, load
from flyteplan.flyte.client import ClientCalls
from tasks import etl, features, training

ROOT = Path(__file__).parents[2]
FUNCTIONS = [*training.env.tasks.values(), *etl.env.tasks.values(), *features.env.tasks.values()]

Show = Callable[..., dict[str, Any]]


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the manifests of the examples and their catalog as a database, the current one."""
    for name in ("flyteplan.yaml", "manifests"):
        source = ROOT / name
        shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path / name)
    example_catalog(tmp_path / "catalog.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def platform(examples: Path) -> Iterator[Client]:
    with connected(examples / "catalog.db") as client:
        yield client


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.chdir(tmp_path)
    return repository(tmp_path)


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Show:
    """What `flyteplan plan -o json` says, by the name of the first manifest."""

    def show(*arguments: str) -> dict[str, Any]:
        capsys.readouterr()
        assert run(["plan", "-o", "json", *arguments]) == 0
        changes = json.loads(capsys.readouterr().out)["changes"]
        return {source["name"]: change for change in changes for source in change["manifests"]}

    return show


def call(task: TaskDetails, **inputs: Any) -> Any:
    """*task* awaited in a task."""
    with running(tasks=FUNCTIONS) as controller:
        return asyncio.run(_awaited(task, inputs)), controller


async def _awaited(task: TaskDetails, inputs: dict[str, Any]) -> Any:
    return await task(**inputs)


def refused(task: TaskDetails, *args: Any, **inputs: Any) -> str:
    """What the SDK says to a call that is wrong."""

    async def wrong() -> None:
        await task(*args, **inputs)

    with running(), pytest.raises(flyte.errors.RemoteTaskUsageError) as caught:
        asyncio.run(wrong())
    return str(caught.value)


def test_what_a_task_calls_is_what_the_plan_says(platform: Client, shown: Show) -> None:
    expected = shown("--catalog", "catalog.db")["train-model"]["desired_digest"]
    with running("v3", FUNCTIONS) as controller:
        plan = load("manifests/base", target="local", in_cluster=True)
        weights = asyncio.run(_awaited(plan["train-model"], {"dataset": "clicks"}))
    assert set(weights) == {"slope", "offset"}
    (sent,) = controller.specs
    assert digest(sent) == expected
    assert sent.SerializeToString(deterministic=True) == plan["train-model"].pb2.spec.SerializeToString(
        deterministic=True
    )
    assert sent.task_template.id.version == "v3"


def test_every_task_that_a_plan_makes_has_the_digest_that_it_says(examples: Path, shown: Show) -> None:
    plan = load(target="production", catalog="catalog.db")
    for name, change in shown("-t", "production", "--catalog", "catalog.db").items():
        if not change.get("deferred"):
            task = plan[name, change["task"]["name"]]
            assert (task.name, digest(task.pb2.spec)) == (change["task"]["name"], change["desired_digest"])


def test_what_comes_out_is_what_the_sdk_has(examples: Path) -> None:
    task = load("manifests/base", catalog="catalog.db")["train-model"]
    deployed = task.pb2.metadata.deployed_at.ToJsonString()
    assert isinstance(task, TaskDetails)
    assert (task.name, task.version, task.required_args, deployed) == (
        "training.train_model",
        "v3",
        ("dataset",),
        "2026-10-06T09:00:00Z",
    )
    again = task.override(short_name="again")
    assert again.pb2.spec.task_template == task.pb2.spec.task_template


def test_a_call_is_refused_before_it_is_sent(examples: Path) -> None:
    task = load("manifests/base", catalog="catalog.db")["train-model"]
    assert "positional arguments" in refused(task, "clicks")
    assert refused(task) == "training.train_model requires the inputs dataset"
    assert refused(task, epochs=1) == "training.train_model requires the inputs dataset"
    assert refused(task, dataset="clicks", epoch=3) == "the task has no input epoch (did you mean epochs?)"


def test_outside_of_a_task_the_sdk_says_so(examples: Path) -> None:
    task = load("manifests/base", catalog="catalog.db")["train-model"]
    with pytest.raises(flyte.errors.RemoteTaskUsageError, match="cannot be executed locally"):
        asyncio.run(_awaited(task, {"dataset": "clicks"}))


def test_flyte_run_sends_the_spec_where_something_is_overridden(platform: Client, shown: Show) -> None:
    expected = shown("--catalog", "catalog.db")["train-model"]["desired_digest"]
    task = load("manifests/base", in_cluster=True)["train-model"]
    flyte.run(task, dataset="clicks")
    (upload,), (created,) = platform.dataproxy_service.uploads, platform.run_service.created
    assert upload.task_spec == created.task_spec
    assert created.task_spec.task_template.id.org == "acme"  # which the template lacks, and the SDK fills in
    created.task_spec.task_template.id.org = ""
    assert digest(created.task_spec) == expected
    with pytest.raises(flyte.errors.RemoteTaskUsageError, match="no input epoch "):
        flyte.run(task, dataset="clicks", epoch=3)


def test_flyte_run_sends_the_id_where_nothing_is_overridden(platform: Client, unchanged: str) -> None:
    task = load(unchanged, in_cluster=True)["same"]
    assert not task.overridden
    flyte.run(task, dataset="clicks")
    (created,) = platform.run_service.created
    sent = created.task_id
    assert (sent.org, sent.name, sent.version) == ("acme", "training.train_model", "v3")


@pytest.fixture
def unchanged(examples: Path) -> str:
    """A manifest that overrides nothing."""
    return written(examples / "same.yaml", "same", "training.train_model")


def written(path: Path, name: str, task: str, **spec: Any) -> str:
    reference = {"task": {"name": task, "auto_version": "latest"}}
    value = {
        "apiVersion": "flyteplan/v1",
        "kind": "TaskOverride",
        "metadata": {"name": name},
        "spec": {**reference, **spec},
    }
    path.write_text(json.dumps(value), "utf-8")
    return str(path)


def test_settings_of_a_call_go_with_it(platform: Client, examples: Path) -> None:
    path = written(
        examples / "called.yaml",
        "called",
        "training.train_model",
        overrides={"queue": "gpus", "max_inline_io_bytes": 4096},
        submit={"as": "none"},
    )
    task = load(path, in_cluster=True)["called"]
    assert (task.queue, task.max_inline_io_bytes) == ("gpus", 4096)
    _, controller = call(task, dataset="clicks")
    (sent,) = controller.tasks
    assert (sent.queue, sent.max_inline_io_bytes) == ("gpus", 4096)
    flyte.run(task, dataset="clicks")
    assert platform.run_service.created[0].run_spec.queue == "gpus"


def test_inputs_above_the_size_of_a_manifest_are_refused(examples: Path) -> None:
    path = written(examples / "small.yaml", "small", "training.train_model", overrides={"max_inline_io_bytes": 10})
    task = load(path, catalog="catalog.db")["small"]
    with pytest.raises(flyte.errors.InlineIOMaxBytesBreached):
        call(task, dataset="clicks")


def test_current_is_the_version_of_the_running_task(platform: Client) -> None:
    with running("v2"):
        plan = load("manifests/base", target="local", in_cluster=True)
    assert plan["evaluate-model"].version == "v2"
    assert load("manifests/base", current_version="v1", in_cluster=True)["evaluate-model"].version == "v1"


def test_outside_of_a_task_what_is_current_can_not_be_called(examples: Path) -> None:
    plan = load("manifests/base", catalog="catalog.db")
    assert "evaluate-model" in plan
    with pytest.raises(InputError) as caught:
        plan["evaluate-model"]
    assert str(caught.value).startswith("manifests/base/training.yaml:30:9: error[FP2004]: auto_version: current")


def test_a_manifest_of_many_tasks_is_called_with_their_names(examples: Path) -> None:
    plan = load("manifests/base", catalog="catalog.db")
    with pytest.raises(UnknownTaskError, match="etl-extract may mean 2 tasks") as caught:
        plan["etl-extract"]
    assert isinstance(caught.value, KeyError)
    assert 'plan["etl-extract", "etl.extract_customers"]' in str(caught.value)
    assert plan["etl-extract", "etl.extract_orders"] == plan["etl.extract_orders"]
    assert "etl-extract" not in plan
    assert ("etl-extract", "etl.extract_orders") in plan


def test_a_plan_is_a_mapping(examples: Path) -> None:
    plan = load("manifests/base", catalog="catalog.db", select=["etl.*", "training.*"], exclude="etl.extract_*")
    names = ["etl-smoke-run", "etl.clean", "etl.join", "evaluate-model", "train-model"]
    assert (list(plan), len(plan)) == (names, 5)
    assert plan.get("nothing") is None
    with pytest.raises(UnknownTaskError) as caught:
        plan["train-modle"]
    assert str(caught.value) == "the plan has no task and no manifest train-modle (did you mean train-model?)"
    assert repr(plan) == f"<tasks of plan {plan.digest}: {', '.join(names)}>"


def test_a_run_goes_by_its_manifest_and_a_version_by_its_task(examples: Path) -> None:
    selection = {"select": {"name": "train_*"}, "overrides": {"retries": 1}}
    (examples / "m").mkdir()
    path = examples / "m" / "all.yaml"
    path.write_text(
        json.dumps(
            {"apiVersion": "flyteplan/v1", "kind": "TaskOverride", "metadata": {"name": "all"}, "spec": selection}
        ),
        "utf-8",
    )
    submit = {"as": "run", "inputs": {"dataset": "clicks"}}
    written(examples / "m" / "run.yaml", "smoke", "training.train_model", overrides={"retries": 2}, submit=submit)
    plan = load("m", catalog="catalog.db")
    retries = {key: plan[key].pb2.spec.task_template.metadata.retries.retries for key in plan}
    assert retries == {"all": 1, "smoke": 2}
    assert plan["training.train_model"] == plan["all"]
    assert plan["all", "training.train_model"] == plan["all"]


def test_a_saved_plan_gives_what_was_reviewed(platform: Client, examples: Path, shown: Show) -> None:
    expected = shown("--catalog", "catalog.db")
    assert run(["plan", "--catalog", "catalog.db", "--out", "plan.json", "-q"]) == 0
    shutil.rmtree("manifests")  # a pod may have the plan alone
    (examples / "flyteplan.yaml").unlink()
    with running("v3", FUNCTIONS) as controller:
        plan = load("plan.json")
        asyncio.run(_awaited(plan["train-model"], {"dataset": "clicks"}))
        assert plan["evaluate-model"].version == "v3"
    assert digest(controller.specs[0]) == expected["train-model"]["desired_digest"]
    assert plan.digest == json.loads((examples / "plan.json").read_text("utf-8"))["digest"]
    assert plan["evaluate-model"].pb2.spec.task_template.metadata.interruptible
    assert plan["train-model"].pb2.task_id.org == "acme"  # it was planned without one


def test_a_saved_plan_whose_base_has_changed_is_stale(team: Repository) -> None:
    assert run(["plan", "--out", "plan.json", "-q"]) == 0
    assert load("plan.json")["load"].version == "v1"
    team.deploy("v1", spec("v1", cpu="7"))
    with pytest.raises(StaleError) as caught:
        load("plan.json")
    message = "flytesnacks/development/etl.load v1 is gone, or is not what was reviewed"
    hint = "plan again, and review what is different"
    assert str(caught.value) == f"manifests/load.yaml:1: error[FP2301]: {message} ({hint})"


def test_a_saved_plan_is_loaded_alone_and_as_it_is(team: Repository) -> None:
    assert run(["plan", "--out", "plan.json", "-q"]) == 0
    with pytest.raises(UsageError, match="without other paths"):
        load("plan.json", "manifests")
    with pytest.raises(UsageError, match="without locked=True"):
        load("plan.json", locked=True)
    with pytest.raises(StaleError, match="the project is 'other', and was 'flytesnacks'"):
        load("plan.json", project="other")
    assert list(load("plan.json", exclude="etl.*")) == []


def test_a_saved_plan_stands_when_it_was_applied(team: Repository) -> None:
    assert run(["plan", "--out", "plan.json", "-q"]) == 0
    before = load("plan.json")["load"]
    assert run(["apply", "plan.json", "-q"]) == 0
    assert load("plan.json")["load"] == before
    assert load("manifests")["load"].pb2.spec == before.pb2.spec


def test_a_derived_version_that_runs_stands_for_its_base(team: Repository) -> None:
    assert run(["apply", "-y"]) == 0
    derived = team.versions()[0]
    team.wants({"resources": {"cpu": 3}}, submit={"as": "none"}, auto_version="current")
    assert run(["plan", "--out", "plan.json", "-q"]) == 0
    with running(derived):
        plans = [load("manifests"), load("plan.json")]
    assert [plan["load"].version for plan in plans] == ["v1", "v1"]
    with running("v9"), pytest.raises(InputError, match=r"manifests/load.yaml:1.*FP2002.*no version v9"):
        load("plan.json")


def test_all_that_is_wrong_is_said_with_its_place(team: Repository) -> None:
    team.wants({"resources": {"cpu": "lots"}, "retires": 3})
    with pytest.raises(InputError) as caught:
        load()
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["FP1201", "FP1101"]
    assert all(line.startswith("manifests/load.yaml:1:") for line in str(caught.value).splitlines())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"target": "prodution"}, UsageError, "no target prodution"),
        ({"locked": True}, StaleError, "flyteplan.lock: error"),
        ({"in_cluster": True}, UsageError, "call flyte.init first"),
        ({"in_cluster": True, "catalog": "catalog.db"}, UsageError, "leave one of the two out"),
        ({"catalog": "nowhere.jsonl"}, CatalogError, "nowhere.jsonl"),
    ],
)
def test_what_can_not_be_loaded(
    team: Repository, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with initialised(None), pytest.raises(error, match=message):
        load(**arguments)


def test_the_folder_of_the_configuration_may_be_another(team: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    (team.folder / "deep" / "below").mkdir(parents=True)
    monkeypatch.chdir("/")
    assert load(folder=team.folder / "deep" / "below")["load"].version == "v1"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How endpoints are read: by the SDK's client, or on a connection of our own, which is not opened."""
    found: list[str] = []
    gather = ClientCalls.gather

    def by_client(self: ClientCalls, *args: Any) -> Any:
        found.append("client")
        return gather(self, *args)

    def by_ourselves(*_: Any, **__: Any) -> Any:
        found.append("own")
        raise CatalogError("not here")

    monkeypatch.setattr(ClientCalls, "gather", by_client)
    monkeypatch.setattr("flyteplan.remote.open_remote", by_ourselves)
    return found


@pytest.mark.parametrize(
    ("target", "arguments", "expected"),
    [
        ("{catalog: catalog.db}", {}, set()),
        ("{catalog: catalog.db}", {"in_cluster": True}, {"client"}),
        ("{}", {}, {"client"}),
        ("{}", {"catalog": "catalog.db"}, set()),
        ("{endpoint: HERE}", {}, {"client"}),
        ("{endpoint: 'http://HERE'}", {}, {"client"}),
        ("{endpoint: '127.0.0.1:1'}", {}, {"own"}),
        ("{endpoint: '127.0.0.1:1'}", {"in_cluster": True}, {"client"}),
        ("{endpoint: HERE}", {"in_cluster": False}, {"own"}),
    ],
)
def test_where_templates_are_read(
    platform: Client, examples: Path, read: list[str], *, target: str, arguments: dict[str, Any], expected: set[str]
) -> None:
    """project and domain, which no target names here, are the SDK's."""
    where = target.replace("HERE", platform.endpoint.removeprefix("http://"))
    head = "{apiVersion: flyteplan/v1, kind: Config, targets: {there: "
    (examples / "flyteplan.yaml").write_text(f"{head}{where}}}}}", "utf-8")
    if expected == {"own"}:
        with pytest.raises(CatalogError, match="not here"):
            load("manifests/base", **arguments)
    else:
        assert load("manifests/base", **arguments)["train-model"].version == "v3"
    assert set(read) == expected


def test_what_the_platform_refuses_is_an_error_of_the_catalog(platform: Client) -> None:
    with pytest.raises(InputError, match="nowhere/development has no task"):
        load("manifests/base", in_cluster=True, project="nowhere")
    with pytest.raises(CatalogError, match="longer than 63"):
        load("manifests/base", in_cluster=True, project="n" * 64)


def test_a_platform_that_is_gone_is_an_error_of_the_catalog(examples: Path) -> None:
    with connected(examples / "catalog.db") as client:
        pass
    config = None
    with connected(examples / "catalog.db"):
        import flyte._initialize

        config = flyte._initialize.get_init_config().replace(client=client)
    with initialised(config), pytest.raises(CatalogError, match="ListTasks"):
        load("manifests/base", in_cluster=True)


def test_async_code_goes_on_while_a_plan_is_loaded(platform: Client) -> None:
    async def both() -> tuple[Tasks, int]:
        turns = 0
        loading = asyncio.ensure_future(load.aio("manifests/base", in_cluster=True))
        while not loading.done():
            turns += 1
            await asyncio.sleep(0.001)
        return await loading, turns

    plan, turns = asyncio.run(both())
    assert plan["train-model"].version == "v3"
    assert turns > 2


def test_where_the_sdk_itself_waits_only_async_code_can_load(platform: Client) -> None:
    """So it is in a task that runs locally."""
    from flyte.syncify import syncify

    @syncify
    async def blocking() -> Tasks:
        return load("manifests/base", in_cluster=True)

    @syncify
    async def waiting() -> Tasks:
        return await load.aio("manifests/base", in_cluster=True)

    with pytest.raises(UsageError, match=r"await flyteplan\.flyte\.load\.aio"):
        blocking()
    assert waiting()["train-model"].version == "v3"


def test_warnings_go_to_the_log(team: Repository, caplog: pytest.LogCaptureFixture) -> None:
    (team.folder / "manifests" / "empty.yaml").write_text("---\n", "utf-8")
    load()
    assert [record.getMessage().partition(" (")[0] for record in caplog.records] == [
        "manifests/empty.yaml:1:1: warning[FP1106]: the file has no manifest"
    ]


def python(code: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(ROOT / "tool")}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)


def test_importing_it_imports_neither_the_sdk_nor_protobuf() -> None:
    done = python("import sys, flyteplan.flyte; print({'flyte', 'grpc', 'google.protobuf'} & set(sys.modules))")
    assert (done.stdout.strip(), done.stderr) == ("set()", "")


def test_without_the_sdk_it_says_what_to_install() -> None:
    done = python("import sys; sys.modules['flyte'] = None; import flyteplan.flyte")
    assert done.stderr.strip().endswith("flyteplan.flyte needs the Flyte SDK (pip install 'flyteplan[flyte]')")


def test_the_template_of_the_catalog_is_never_changed(platform: Client) -> None:
    plan = load("manifests/base", in_cluster=True)
    before = TaskSpec.FromString(plan["train-model"].pb2.spec.SerializeToString())
    call(plan["train-model"], dataset="clicks")
    assert plan["train-model"].pb2.spec == before
