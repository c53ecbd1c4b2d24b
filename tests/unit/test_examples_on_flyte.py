"""The examples that run on Flyte run here: the SDK deploys, bundles and runs them, a served catalog answers them."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import flyte
import flyte._deploy
import flyte._initialize
import pytest
from flyte._internal.image_cache import ImageCache
from flyteidl2.task.task_definition_pb2 import TaskSpec
from tests.onflyte import Client, connected, example_catalog, initialised, running

from flyteplan.flyte import load
from flyteplan.local.catalog import LocalCatalog
from flyteplan.model.task import TaskName, TaskVersion
from on_flyte import fan_out, reconcile, retrain
from tasks import training

ROOT = Path(__file__).parents[2]
MANIFEST = """
apiVersion: flyteplan/v1
kind: TaskOverride
metadata: {name: join}
spec:
  task: {name: etl.join, auto_version: latest}
  overrides: {resources: {cpu: [%s, 8]}}
"""
IN_A_POD = """
import json, os, sys
from examples.on_flyte import retrain
from flyteplan.flyte import load
plan = load(folder=os.path.dirname(retrain.__file__), target="local", catalog=sys.argv[1], select="training.*")
print(json.dumps([retrain.__file__, list(plan), plan.digest]))
"""


def task(name: str) -> TaskName:
    return TaskName("flytesnacks", "development", name)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return example_catalog(tmp_path / "catalog.db")


@pytest.fixture
def platform(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Tasks are deployed to it without their images."""

    async def no_images(*_: Any, **__: Any) -> ImageCache:
        return ImageCache(
            image_lookup=dict.fromkeys(
                (retrain.env.name, reconcile.env.name, fan_out.env.name), "registry.example.com/acme"
            )
        )

    monkeypatch.setattr(flyte._deploy, "_build_images_for_plans", no_images)
    with connected(database) as client:
        yield client


def versions(database: Path, name: str) -> Sequence[str]:
    return LocalCatalog(str(database)).versions([task(name)])[task(name)]


def template(database: Path, name: str, version: str) -> TaskSpec:
    key = TaskVersion(task(name), version)
    return LocalCatalog(str(database)).templates([key])[key].spec


def test_the_workflow_trains_and_evaluates_as_the_manifests_say(platform: Client) -> None:
    with running("v3", training.env.tasks.values()) as controller:
        error = asyncio.run(retrain.retrain.func(dataset="clicks"))
    train, evaluate = controller.specs
    assert 0 < error < 1
    assert [one.task_template.id.name for one in (train, evaluate)] == [
        "training.train_model",
        "training.evaluate_model",
    ]
    assert [entry.value for entry in train.task_template.container.resources.requests] == ["6", "32Gi", "2", "50Gi"]
    assert evaluate.task_template.metadata.interruptible


def test_the_workflow_has_its_manifests_where_it_runs(platform: Client, tmp_path: Path) -> None:
    """What the SDK would send along with it is enough, in a folder that has nothing else."""
    with initialised(flyte._initialize.get_init_config().replace(root_dir=ROOT)):
        (deployment,) = flyte.deploy(retrain.env, version="v1", dry_run=True)
    environment: Any = deployment.envs["retrain"]
    (deployed,) = environment.deployed_entities
    arguments = list(deployed.deployed_task.task_template.container.args)
    assert arguments[-4:] == ["mod", "examples.on_flyte.retrain", "instance", "retrain"]
    with tarfile.open(arguments[arguments.index("--tgz") + 1]) as bundle:
        bundle.extractall(tmp_path / "pod", filter="data")
    call = [sys.executable, "-c", IN_A_POD, str(ROOT / "examples" / "catalog")]
    variables = {"PYTHONPATH": str(ROOT / "tool")}
    done = subprocess.run(call, cwd=tmp_path / "pod", env=variables, capture_output=True, text=True, check=True)
    with initialised(None):
        here = load(folder=ROOT, target="local", catalog=ROOT / "examples" / "catalog", select="training.*")
    code = tmp_path / "pod" / "examples" / "on_flyte" / "retrain.py"
    assert json.loads(done.stdout) == [str(code), list(here), here.digest]


@pytest.fixture
def overrides(tmp_path: Path, platform: Client, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Git repository with one manifest, whose target is the platform."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tool"))
    folder = tmp_path / "overrides"
    (folder / "manifests").mkdir(parents=True)
    target = f"{{endpoint: '{platform.endpoint}', project: flytesnacks, domain: development, manifests: [manifests]}}"
    (folder / "flyteplan.yaml").write_text(
        f"{{apiVersion: flyteplan/v1, kind: Config, owner: acme/overrides, targets: {{production: {target}}}}}", "utf-8"
    )
    git(folder, "init", "--quiet", "--initial-branch=main")
    merge(folder, MANIFEST % 6)
    return folder


def merge(folder: Path, manifest: str) -> str:
    """Commits a manifest; the commit."""
    (folder / "manifests" / "join.yaml").write_text(manifest, "utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Change")
    return git(folder, "rev-parse", "HEAD").strip()


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def reconciled(overrides: Path) -> Any:
    """What one run of the task gives, run by the SDK."""
    done = flyte.with_runcontext(mode="local").run(reconcile.reconcile, repository=str(overrides))
    return done.outputs()[0]


def test_the_reconciler_is_deployed_with_its_schedule(platform: Client, database: Path) -> None:
    flyte.deploy(reconcile.env, version="v1", copy_style="none")
    name = "reconciler.reconcile"
    assert [secret.env_var for secret in template(database, name, "v1").task_template.security_context.secrets] == [
        "FLYTE_API_KEY"
    ]
    (trigger,) = LocalCatalog(str(database)).triggers([task(name)])[task(name)].known
    assert (trigger.name, trigger.active, trigger.version) == ("every-quarter-of-an-hour", True, "v1")


def test_the_reconciler_keeps_a_platform_in_step(overrides: Path, database: Path) -> None:
    assert reconciled(overrides) == "Applied: 1 submitted, 0 failed, 0 not tried."
    assert reconciled(overrides) == "Applied: 0 submitted, 0 failed, 0 not tried."
    commit = merge(overrides, MANIFEST % 7)
    assert reconciled(overrides) == "Applied: 1 submitted, 0 failed, 0 not tried."
    second, first, base, *_ = versions(database, "etl.join")
    assert (base, {second[:3], first[:3]}) == ("v3", {"v3."})
    spec = template(database, "etl.join", second)
    assert spec.task_template.container.resources.requests[0].value == "7"
    assert spec.task_template.metadata.tags["flyteplan/revision"] == commit


def test_the_reconciler_fails_with_what_is_wrong(overrides: Path, database: Path) -> None:
    merge(overrides, MANIFEST % "lots")
    with pytest.raises(Exception, match=r"(?s)exit code 1: manifests/join.yaml:7:.*FP1201"):
        reconciled(overrides)
    assert versions(database, "etl.join")[0] == "v3"
    shutil.rmtree(overrides)
    with pytest.raises(Exception, match="exit code 128: fatal"):
        reconciled(overrides)


def test_the_fan_out_is_deployed_with_its_tasks(platform: Client, database: Path) -> None:
    flyte.deploy(fan_out.env, version="v1", copy_style="none")
    for name in ("fan-out.part", "fan-out.merge", "fan-out.plan"):
        made = template(database, name, "v1").task_template
        assert [secret.env_var for secret in made.security_context.secrets] == ["FLYTE_API_KEY"]
    assert template(database, "fan-out.part", "v1").task_template.metadata.retries.retries == 2


@pytest.mark.parametrize("revision", ["main", "a commit"])
def test_the_fan_out_makes_the_plan_of_one_machine(overrides: Path, tmp_path: Path, revision: str) -> None:
    """Of all tasks of an environment, by what is committed."""
    commit = merge(
        overrides, MANIFEST.replace("task: {name: etl.join, auto_version: latest}", "select: {name: '*'}") % 6
    )
    call = [sys.executable, "-m", "flyteplan", "plan", "--out", str(tmp_path / "whole.json")]
    subprocess.run(call, cwd=overrides, check=True, capture_output=True)
    (overrides / "manifests" / "join.yaml").write_text("not committed", "utf-8")
    planned = fanned_out(overrides, revision=commit if revision == "a commit" else revision, count=3)
    whole = (tmp_path / "whole.json").read_text("utf-8")
    assert len(json.loads(whole)["changes"]) > 10
    assert planned == whole


def test_the_fan_out_fails_with_what_is_wrong(overrides: Path) -> None:
    """With tasks of several parts."""
    for name in ("joyn", "claen", "extrakt"):
        merge(overrides, MANIFEST.replace("join", name) % 6)
        (overrides / "manifests" / "join.yaml").rename(overrides / "manifests" / f"{name}.yaml")
    merge(overrides, MANIFEST % 6)
    with pytest.raises(Exception, match=r"(?s)exit code 1: .*no task etl.claen.*no task etl.extrakt.*no task etl.joyn"):
        fanned_out(overrides, count=2)


def fanned_out(overrides: Path, **inputs: Any) -> str:
    """The saved plan that one run of the workflow gives, run by the SDK."""
    done = flyte.with_runcontext(mode="local").run(fan_out.plan, repository=str(overrides), **inputs)
    saved: flyte.io.File[Any] = done.outputs()[0]
    return Path(saved.download_sync()).read_text("utf-8")
