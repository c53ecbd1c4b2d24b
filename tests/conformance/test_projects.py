"""Projects. They can not be deleted, so each test that makes one archives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flyteidl2.project.project_service_pb2 import (
    CreateProjectRequest,
    GetProjectRequest,
    ListProjectsRequest,
    Project,
    UpdateProjectRequest,
)
from flyteidl2.task.task_service_pb2 import DeployTaskRequest
from google.protobuf.message import Message
from tests.conformance.asking import Client, fails, spec_of

ARCHIVED = 1


def ask(client: Client, request: Message) -> Any:
    return client.call(f"/flyteidl2.project.ProjectService/{type(request).__name__.removesuffix('Request')}", request)


def project_of(client: Client, **fields: Any) -> Project:
    return Project(**{"org": client.backend.org, "id": client.prefix, "name": f"Name {client.prefix}", **fields})


def listed(client: Client, **request: Any) -> list[str]:
    request = {"org": client.backend.org, "filters": f"eq(identifier,{client.prefix})", **request}
    return [project.id for project in ask(client, ListProjectsRequest(**request)).projects.projects]


@pytest.fixture
def created(client: Client) -> Iterator[Client]:
    ask(client, CreateProjectRequest(project=project_of(client, description="d", labels={"values": {"a": "b"}})))
    yield client
    ask(client, UpdateProjectRequest(project=project_of(client, state=ARCHIVED)))


def test_a_project_is_read_back_with_the_domains_of_the_server(created: Client) -> None:
    found = ask(created, GetProjectRequest(id=created.prefix, org=created.backend.org)).project
    assert (found.id, found.name, found.description) == (created.prefix, f"Name {created.prefix}", "d")
    assert (dict(found.labels.values), found.state) == ({"a": "b"}, 0)
    assert found.domains


def test_an_identifier_is_given_once(created: Client) -> None:
    with fails("ALREADY_EXISTS"):
        ask(created, CreateProjectRequest(project=project_of(created)))


def test_a_project_is_updated_as_a_whole(created: Client) -> None:
    ask(created, UpdateProjectRequest(project=project_of(created, name="new")))
    found = ask(created, GetProjectRequest(id=created.prefix, org=created.backend.org)).project
    assert (found.name, found.description, found.HasField("labels")) == ("new", "", False)


def test_projects_are_filtered(created: Client) -> None:
    assert listed(created) == [created.prefix]
    assert listed(created, filters=f"contains(name,{created.prefix})+eq(state,0)") == [created.prefix]
    assert listed(created, filters=f"eq(identifier,{created.prefix})+ne(state,0)") == []
    assert listed(created, filters=f"value_in(identifier,{created.prefix};other)") == [created.prefix]


def test_archived_projects_are_listed_to_those_who_filter(created: Client) -> None:
    ask(created, UpdateProjectRequest(project=project_of(created, state=ARCHIVED)))
    assert created.prefix not in listed(created, filters="")
    assert listed(created) == [created.prefix]


def test_an_archived_project_still_takes_tasks(created: Client) -> None:
    ask(created, UpdateProjectRequest(project=project_of(created, state=ARCHIVED)))
    created.ask(DeployTaskRequest(task_id=created.task_id(project=created.prefix), spec=spec_of()))


def test_projects_come_in_pages_when_a_limit_is_given(created: Client) -> None:
    request = ListProjectsRequest(org=created.backend.org, filters=f"eq(identifier,{created.prefix})", limit=1)
    assert ask(created, request).projects.token == "1"
    assert listed(created, limit=1, token="1") == []


@pytest.mark.parametrize("filters", ["x", "eq(state)", "eq(org,x)", "gt(name,x)", "(name,x)"])
def test_filters_that_can_not_be_read(client: Client, filters: str) -> None:
    with fails("INVALID_ARGUMENT"):
        listed(client, filters=filters)


def test_bad_orders_and_tokens(client: Client) -> None:
    with fails("INVALID_ARGUMENT"):
        listed(client, token="x")
    with fails("INVALID_ARGUMENT"):
        listed(client, sort_by={"key": "org"})


def test_what_is_not_there_is_not_found(client: Client) -> None:
    with fails("NOT_FOUND"):
        ask(client, GetProjectRequest(id=client.prefix, org=client.backend.org))
    with fails("NOT_FOUND"):
        ask(client, UpdateProjectRequest(project=project_of(client)))


def test_a_project_needs_an_identifier(client: Client) -> None:
    with fails("INVALID_ARGUMENT"):
        ask(client, CreateProjectRequest(project=project_of(client, id="")))
    with fails("INVALID_ARGUMENT"):
        ask(client, GetProjectRequest(org=client.backend.org))


def test_methods_that_no_server_has(client: Client) -> None:
    with fails("UNIMPLEMENTED"):
        client.call("/flyteidl2.project.ProjectService/DeleteProject", GetProjectRequest())
