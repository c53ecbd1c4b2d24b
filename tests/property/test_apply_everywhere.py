"""plan -> apply -> plan is empty for any catalog and any manifests, on the database and over an endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flyteidl2.task.task_definition_pb2 import TaskDetails
from flyteidl2.task.task_service_pb2 import DeployTaskRequest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.property.strategies import specs
from tests.property.test_apply_laws import applied, to_do
from tests.property.test_plan_laws import TARGET, File, files, planned
from tests.serving import deploying, serving

from flyteplan.local.controller import LocalController
from flyteplan.local.fill import fill
from flyteplan.local.store import Store
from flyteplan.model.event import SUBMITTED
from flyteplan.model.task import TaskName, TaskVersion, Template
from flyteplan.ports import Controller
from flyteplan.remote.outgoing import refusal

NUMBERS = count()


@st.composite
def catalogs(draw: Any) -> list[Template]:
    """One to three tasks of one or two versions each."""
    tasks = [TaskName("flytesnacks", "development", f"e.t{number}") for number in range(draw(st.integers(1, 3)))]
    return [
        Template(key=TaskVersion(task, f"v{number}"), spec=draw(specs()), deployed_at=number)
        for task in tasks
        for number in range(1, draw(st.integers(2, 3)))
    ]


@st.composite
def worlds(draw: Any) -> tuple[list[Template], list[File]]:
    templates = draw(catalogs())
    return templates, draw(files(templates))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("everywhere") / "catalog.db"


@contextmanager
def controller(where: str, database: Path) -> Iterator[Controller]:
    if where == "database":
        with Store(str(database), mode="create"):
            yield LocalController(str(database))
        return
    with serving(database) as endpoint, deploying(endpoint) as found:
        yield found


@pytest.mark.parametrize("where", ["database", "endpoint"])
def test_after_an_apply_there_is_nothing_to_do(where: str, database: Path) -> None:
    with controller(where, database) as found:

        @settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
        @given(worlds(), st.sampled_from((1, 10)))
        def law(world: tuple[list[Template], list[File]], parallelism: int) -> None:
            holds(found, database, *world, parallelism)

        law()


def holds(
    where: Controller, database: Path, templates: list[Template], manifests: list[File], parallelism: int
) -> None:
    """In a project of its own."""
    project = f"project-{next(NUMBERS)}"
    moved = [replace(one, key=one.key._replace(task=one.key.task._replace(project=project))) for one in templates]
    assume(not any(refusal(request(one), one.key) for one in moved))
    with Store(str(database), mode="create") as store:
        fill(store, [details(one) for one in moved])
    written = [
        (layer, path, text.replace(b'"flytesnacks"', f'"{project}"'.encode())) for layer, path, text in manifests
    ]
    target = replace(TARGET, project=project)
    wanted = to_do(planned(written, where.now(), target))
    assume(wanted)
    assert [event.outcome for event in applied(wanted, where, parallelism)] == [SUBMITTED] * len(wanted)
    assert to_do(planned(written, where.now(), target)) == []


def details(template: Template) -> TaskDetails:
    made = TaskDetails(spec=template.spec)
    task, made.task_id.version = template.key.task, template.key.version
    made.task_id.project, made.task_id.domain, made.task_id.name = task.project, task.domain, task.name
    made.metadata.deployed_at.seconds = template.deployed_at
    return made


def request(template: Template) -> DeployTaskRequest:
    """A base that breaks the rules itself can not be deployed again."""
    return DeployTaskRequest(task_id=details(template).task_id, spec=template.spec)
