"""What is sent keeps the rules that the protos declare."""

from __future__ import annotations

import re

from flyteidl2.task.task_service_pb2 import DeployTaskRequest

from flyteplan.model.task import TaskName
from flyteplan.remote.outgoing import refusal

TASK = TaskName("p", "d", "e.t")


def request(version: str = "v1") -> DeployTaskRequest:
    made = DeployTaskRequest()
    made.task_id.project, made.task_id.domain, made.task_id.name = "p", "d", "e.t"
    made.task_id.version = version
    made.spec.task_template.type = "python"
    return made


def test_a_server_without_organizations_gets_none() -> None:
    assert refusal(request(), TASK) == ""


def test_a_version_that_is_too_long_is_not_sent() -> None:
    told = refusal(request("v" * 64), TASK)
    assert re.match(r"p/d/e\.t would break the rules of the Flyte protos: task_id\.version: .*63", told)


def test_a_template_without_an_environment_is_its_authors() -> None:
    made = request()
    made.spec.environment.SetInParent()
    assert refusal(made, TASK) == ""
