"""Deploying versions of a task, and reading them back."""

from __future__ import annotations

import pytest
from flyteidl2.task.task_service_pb2 import DeployTaskRequest, GetTaskDetailsRequest
from tests.conformance.asking import Client, fails, spec_of


def test_a_deployed_version_is_read_back(client: Client) -> None:
    client.deploy(spec=spec_of("image:1"))
    details = client.details()
    assert details.spec == spec_of("image:1")
    assert (details.task_id.name, details.task_id.version) == (client.name(), "v1")
    assert (details.task_id.project, details.task_id.domain) == (client.backend.project, client.backend.domain)


def test_an_answer_tells_the_org_at_most_as_it_was_asked(client: Client) -> None:
    client.deploy()
    assert client.details().task_id.org in ("", client.backend.org)


def test_the_metadata_tell_function_environment_and_description(client: Client) -> None:
    spec = spec_of(name=client.prefix, description="of the environment")
    spec.documentation.short_description = "what it does"
    spec.short_name = "not this"
    client.deploy(spec=spec)
    metadata = client.details().metadata
    assert (metadata.short_name, metadata.environment_name) == ("task", client.prefix)
    assert metadata.short_description == "what it does"
    assert not metadata.HasField("triggers_summary")


def test_a_name_outside_of_its_environment_has_its_function_after_the_last_dot(client: Client) -> None:
    client.deploy("deep.er.one", spec=spec_of(name="elsewhere"))
    assert client.details("deep.er.one").metadata.short_name == "one"


def test_a_template_keeps_the_identifier_it_came_with(client: Client) -> None:
    spec = spec_of()
    spec.task_template.id.name = "another"
    client.deploy(spec=spec)
    assert client.details().spec.task_template.id.name == "another"


def test_a_version_deployed_again_is_overwritten_and_stays_as_old_as_it_was(client: Client) -> None:
    client.deploy(spec=spec_of("image:1"))
    before = client.details()
    client.deploy(spec=spec_of("image:2"))
    after = client.details()
    assert after.spec.task_template.container.image == "image:2"
    assert after.metadata.deployed_at == before.metadata.deployed_at
    assert [version.version for version in client.versions().versions] == ["v1"]


def test_an_old_version_deployed_again_does_not_become_the_newest(client: Client) -> None:
    for version in ("v1", "v2", "v1"):
        client.deploy(version=version)
    assert client.found() == ["task v2"]
    assert [version.version for version in client.versions().versions] == ["v2", "v1"]


def test_what_is_not_there_is_not_found(client: Client) -> None:
    client.deploy()
    with fails("NOT_FOUND"):
        client.details(version="v2")
    with fails("NOT_FOUND"):
        client.details("other")


def test_there_is_no_version_that_stands_for_the_latest(client: Client) -> None:
    client.deploy()
    with fails("NOT_FOUND"):
        client.details(version="latest")
    with fails("INVALID_ARGUMENT" if client.variant.enforces_rules else "NOT_FOUND"):
        client.details(version="")


def test_a_project_that_is_not_there_is_not_found(client: Client) -> None:
    request = DeployTaskRequest(task_id=client.task_id(project=f"no-{client.prefix}"), spec=spec_of())
    with fails("NOT_FOUND"):
        client.ask(request)


def test_a_domain_that_nobody_declared_is_taken(client: Client) -> None:
    task_id = client.task_id(domain=f"d{client.prefix}")
    client.ask(DeployTaskRequest(task_id=task_id, spec=spec_of()))
    assert client.ask(GetTaskDetailsRequest(task_id=task_id)).details.task_id.domain == f"d{client.prefix}"


@pytest.mark.parametrize(
    ("field", "value", "otherwise"),
    [
        ("project", "", "INTERNAL"),
        ("org", "", ""),
        ("version", "", ""),
        ("version", "v" * 64, ""),
        ("name", "n" * 256, ""),
    ],
)
def test_identifiers_are_checked_where_rules_are_enforced(
    client: Client, field: str, value: str, otherwise: str
) -> None:
    unique = f"{client.prefix}{value}"[: len(value)] if field == "name" else value
    request = DeployTaskRequest(task_id=client.task_id(**{field: unique}), spec=spec_of())
    code = "INVALID_ARGUMENT" if client.variant.enforces_rules else otherwise
    if not code:
        client.ask(request)
        return
    with fails(code):
        client.ask(request)


def test_a_task_without_a_spec_is_taken_where_rules_are_not_enforced(client: Client) -> None:
    request = DeployTaskRequest(task_id=client.task_id())
    if client.variant.enforces_rules:
        with fails("INVALID_ARGUMENT"):
            client.ask(request)
        return
    client.ask(request)
    assert client.details().task_id.name == client.name()


def test_descriptions_up_to_the_limit_are_kept(client: Client) -> None:
    spec = spec_of(description="e" * 255)
    spec.documentation.short_description, spec.documentation.long_description = "s" * 255, "l" * 2048
    client.deploy(spec=spec)
    assert client.details().spec == spec


def test_longer_descriptions_are_cut_or_refused(client: Client) -> None:
    spec = spec_of(description="e" * 256)
    spec.documentation.short_description, spec.documentation.long_description = "s" * 300, "l" * 3000
    if client.variant.enforces_rules:
        with fails("INVALID_ARGUMENT"):
            client.deploy(spec=spec)
        return
    client.deploy(spec=spec)
    details = client.details()
    assert details.spec.environment.description == "e" * 255
    assert details.spec.documentation.short_description == details.metadata.short_description == "s" * 255
    assert details.spec.documentation.long_description == "l" * 2048


def test_a_description_is_measured_in_bytes_and_can_not_be_cut_inside_of_a_character(client: Client) -> None:
    with fails("INTERNAL"):
        client.deploy(spec=spec_of(description="é" * 128))


def test_a_nul_byte_can_not_be_stored(client: Client) -> None:
    with fails("INTERNAL"):
        client.deploy(spec=spec_of(description="a\0b"))
