"""A repository with one task in a catalog database, for tests of apply."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flyteidl2.task.task_definition_pb2 import TaskSpec
from flyteidl2.task.task_service_pb2 import DeployTaskRequest

from flyteplan.cli import run
from flyteplan.local.catalog import LocalCatalog
from flyteplan.local.clock import now
from flyteplan.local.services.projects import ProjectService
from flyteplan.local.services.tasks import TaskService
from flyteplan.local.store import Store
from flyteplan.model.task import TaskName, TaskVersion

TASK = TaskName("flytesnacks", "development", "etl.load")
CONFIG = """
apiVersion: flyteplan/v1
kind: Config
owner: acme/overrides
targets:
  local: {catalog: catalog.db, project: flytesnacks, domain: development, manifests: [manifests]}
"""


def spec(version: str, cpu: str = "1", description: str = "") -> TaskSpec:
    made = TaskSpec(short_name="load")
    made.task_template.id.name, made.task_template.id.version = "etl.load", version
    made.task_template.type = "python"
    made.task_template.metadata.tags["team"] = "data"
    made.task_template.container.image = "registry.example.com/etl:1"
    made.task_template.container.args.extend(["a0", "--version", version])
    made.task_template.container.resources.requests.add(name="CPU", value=cpu)
    made.environment.name, made.environment.description = "etl", description
    return made


@dataclass(frozen=True, slots=True)
class Repository:
    """`run` with its catalog, manifests and commands; paths are relative to its folder, the current one."""

    folder: Path

    def deploy(
        self, version: str, template: TaskSpec | None = None, triggers: tuple[Any, ...] = (), name: str = TASK.name
    ) -> None:
        request = DeployTaskRequest(spec=template or spec(version), triggers=triggers)
        request.task_id.project, request.task_id.domain = TASK.project, TASK.domain
        request.task_id.name, request.task_id.version = name, version
        with self.store() as store:
            TaskService(store, now).deploy_task(request)

    def store(self) -> Store:
        return Store(str(self.folder / "catalog.db"), mode="create")

    def wants(self, overrides: Any, *, submit: Any = None, **selector: str) -> None:
        task = {"name": TASK.name, **(selector or {"auto_version": "latest"})}
        value = {
            "apiVersion": "flyteplan/v1",
            "kind": "TaskOverride",
            "metadata": {"name": "load"},
            "spec": {"task": task, "overrides": overrides, **({"submit": submit} if submit else {})},
        }
        (self.folder / "manifests" / "load.yaml").write_text(json.dumps(value), "utf-8")

    def versions(self) -> list[str]:
        return list(self.catalog.versions([TASK])[TASK])

    def live(self) -> TaskSpec:
        key = TaskVersion(TASK, self.versions()[0])
        return self.catalog.templates([key])[key].spec

    def is_in_step(self) -> bool:
        return run(["plan", "--detailed-exitcode", "-q"]) == 0

    @property
    def catalog(self) -> LocalCatalog:
        return LocalCatalog(str(self.folder / "catalog.db"))


def repository(folder: Path) -> Repository:
    (folder / "manifests").mkdir()
    (folder / "flyteplan.yaml").write_text(CONFIG, "utf-8")
    made = Repository(folder)
    with made.store() as store:
        _project(store)
    made.deploy("v1")
    made.wants({"resources": {"cpu": 2}})
    return made


def _project(store: Store) -> None:
    from flyteidl2.project.project_service_pb2 import CreateProjectRequest

    request = CreateProjectRequest()
    request.project.id, request.project.name = TASK.project, TASK.project
    ProjectService(store, now).create_project(request)
