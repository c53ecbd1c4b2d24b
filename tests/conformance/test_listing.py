"""Lists of tasks and of versions: order, pages, totals."""

from __future__ import annotations

import pytest
from flyteidl2.common.list_pb2 import Filter, ListRequest
from flyteidl2.task.task_service_pb2 import ListTasksRequest
from tests.conformance.asking import Client, down, fails, up, where


def deploy_many(client: Client, count: int) -> list[str]:
    names = [f"t{number:03}" for number in range(count)]
    for name in names:
        client.deploy(name)
    return names


def test_a_task_is_one_row_with_its_newest_version(client: Client) -> None:
    for version in ("b", "c", "a"):
        client.deploy(version=version)
    client.deploy("other")
    assert client.found() == ["other v1", "task a"]


def test_a_row_tells_what_the_details_tell_but_no_spec(client: Client) -> None:
    client.deploy()
    (task,) = client.tasks().tasks
    details = client.details()
    assert (task.task_id, task.metadata) == (details.task_id, details.metadata)


def test_the_last_deployed_comes_first(client: Client) -> None:
    names = deploy_many(client, 3)
    client.deploy(names[0], "v2")
    assert [task.task_id.name[-4:] for task in client.tasks().tasks] == ["t000", "t002", "t001"]


def test_rows_are_sorted_as_asked(client: Client) -> None:
    deploy_many(client, 3)
    assert client.found(sort_by_fields=[down("name")]) == ["t002 v1", "t001 v1", "t000 v1"]
    assert client.found(sort_by_fields=[up("created_at")]) == ["t000 v1", "t001 v1", "t002 v1"]


def test_the_old_field_for_sorting_counts_when_the_new_one_is_empty(client: Client) -> None:
    deploy_many(client, 2)
    assert client.found(sort_by=up("name"), sort_by_fields=[]) == ["t000 v1", "t001 v1"]
    assert client.found(sort_by=up("name"), sort_by_fields=[down("name")]) == ["t001 v1", "t000 v1"]


def test_pages_follow_their_tokens_to_an_empty_last_one(client: Client) -> None:
    deploy_many(client, 4)
    pages, token = [], ""
    for _ in range(3):
        response = client.tasks(sort_by_fields=[up("name")], limit=2, token=token)
        token = response.token
        pages.append(([task.task_id.name[-4:] for task in response.tasks], token))
    assert pages == [(["t000", "t001"], "2"), (["t002", "t003"], "4"), ([], "")]


def test_a_page_that_is_not_full_is_the_last(client: Client) -> None:
    deploy_many(client, 3)
    first = client.tasks(limit=2)
    assert client.tasks(limit=2, token=first.token).token == ""


def test_totals_are_told_but_on_an_empty_page(client: Client) -> None:
    deploy_many(client, 3)
    response = client.tasks(limit=2)
    assert response.metadata.filtered_total == 3
    assert response.metadata.total >= 3
    beyond = client.tasks(limit=2, token="10")
    assert (len(beyond.tasks), beyond.metadata.total, beyond.metadata.filtered_total) == (0, 0, 0)


def test_a_total_counts_tasks_and_not_versions(client: Client) -> None:
    for version in ("v1", "v2", "v3"):
        client.deploy(version=version)
    assert client.tasks().metadata.filtered_total == 1


def test_no_limit_means_fifty(client: Client) -> None:
    deploy_many(client, 51)
    response = client.tasks()
    assert (len(response.tasks), response.token, response.metadata.filtered_total) == (50, "50", 51)


def test_a_page_has_at_most_two_hundred_rows(client: Client) -> None:
    client.deploy()
    assert len(client.tasks(limit=200).tasks) == 1
    with fails("INVALID_ARGUMENT"):
        client.tasks(limit=201)
    with fails("INVALID_ARGUMENT"):
        client.versions(limit=201)


@pytest.mark.parametrize("token", ["x", "-1", "1.5", "1 "])
def test_a_token_is_an_offset(client: Client, token: str) -> None:
    with fails("INVALID_ARGUMENT"):
        client.tasks(token=token)
    with fails("INVALID_ARGUMENT"):
        client.versions(token=token)


def test_the_newest_of_one_name_is_one_row_with_a_token_to_ignore(client: Client) -> None:
    client.deploy(version="v1")
    client.deploy(version="v2")
    one = where(Filter.EQUAL, "name", client.name())
    response = client.tasks(one, sort_by_fields=[down("created_at")], limit=1)
    assert [task.task_id.version for task in response.tasks] == ["v2"]
    assert response.token == "1"


def test_a_name_that_is_not_there_is_an_empty_list(client: Client) -> None:
    assert not client.tasks(where(Filter.EQUAL, "name", client.name("none"))).tasks
    assert not client.versions("none").versions


def test_a_project_scope_leaves_other_domains_out_and_an_org_scope_does_not(client: Client) -> None:
    client.deploy()
    request = ListRequest(filters=[where(Filter.EQUAL, "name", client.name())])
    elsewhere = client.project_id
    elsewhere.domain = "staging"
    assert not client.ask(ListTasksRequest(request=request, project_id=elsewhere)).tasks
    assert len(client.ask(ListTasksRequest(request=request, org=client.backend.org)).tasks) == 1


def test_nobody_deployed_anything(client: Client) -> None:
    client.deploy()
    request = ListTasksRequest(project_id=client.project_id, known_filters=[{"deployed_by": "me"}])
    assert not client.ask(request).tasks


def test_whether_a_task_is_an_entrypoint_filters_nothing(client: Client) -> None:
    client.deploy()
    mine = ListRequest(filters=[where(Filter.EQUAL, "name", client.name())])
    for wanted in (True, False):
        known = [ListTasksRequest.KnownFilter(is_entrypoint=wanted)]
        request = ListTasksRequest(request=mine, project_id=client.project_id, known_filters=known)
        assert len(client.ask(request).tasks) == 1


def test_versions_are_newest_first_with_their_first_deployment(client: Client) -> None:
    for version in ("b", "a", "c"):
        client.deploy(version=version)
    versions = client.versions().versions
    assert [one.version for one in versions] == ["c", "a", "b"]
    assert versions[2].deployed_at == client.details(version="b").metadata.deployed_at


def test_versions_come_in_pages_too(client: Client) -> None:
    for version in ("b", "a"):
        client.deploy(version=version)
    page = client.versions(limit=2, sort_by_fields=[up("version")])
    assert ([one.version for one in page.versions], page.token) == (["a", "b"], "2")
    last = client.versions(limit=2, token=page.token)
    assert (len(last.versions), last.token) == (0, "")


def test_versions_are_filtered_and_sorted_by_version_and_time_alone(client: Client) -> None:
    for version in ("v1", "v1.0123456789.flyteplan"):
        client.deploy(version=version)
    bases = client.versions(filters=[where(Filter.NOT_ENDS_WITH, "version", ".flyteplan")])
    assert [one.version for one in bases.versions] == ["v1"]
    with fails("INVALID_ARGUMENT"):
        client.versions(sort_by_fields=[up("name")])
    with fails("INVALID_ARGUMENT"):
        client.versions(filters=[where(Filter.EQUAL, "environment", "env")])
