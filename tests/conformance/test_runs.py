"""Runs: names, what is run, and what becomes of it. Whether something executes them is not looked at."""

from __future__ import annotations

import pytest
from flyteidl2.common.list_pb2 import ListRequest
from flyteidl2.task.run_pb2 import RunSpec
from flyteidl2.workflow.run_service_pb2 import (
    AbortRunRequest,
    CreateRunRequest,
    GetActionDataRequest,
    GetActionDetailsRequest,
    GetRunDetailsRequest,
    ListRunsRequest,
    WatchActionDetailsRequest,
    WatchRunDetailsRequest,
)
from tests.conformance.asking import Client, fails, schedule, spec_of

SUCCEEDED, FAILED, ABORTED = 5, 6, 7
WATCH = "/flyteidl2.workflow.RunService/Watch"
# What a client may see of a handler that broke down.
BROKEN = ("INTERNAL", "UNAVAILABLE", "UNKNOWN")


def test_a_run_of_a_deployed_task(client: Client) -> None:
    client.deploy(spec=spec_of("image:1"))
    run = client.run()
    assert (run.action.id.name, run.action.id.run.name) == ("a0", client.run_id().name)
    details = client.run_details()
    assert details.action.task == spec_of("image:1")
    assert details.action.metadata.task.id.version == "v1"
    assert details.action.metadata.funtion_name == client.name()


def test_a_run_of_a_spec_that_was_never_deployed(client: Client) -> None:
    spec = spec_of("image:2")
    spec.short_name = "short"
    template = spec.task_template.id
    template.project, template.domain = client.backend.project, client.backend.domain
    template.name, template.version = client.name(), "v7"
    client.run(task_spec=spec)
    action = client.run_details().action
    assert action.task == spec
    assert (action.metadata.task.id.name, action.metadata.task.id.version) == (client.name(), "v7")
    assert (action.metadata.task.short_name, action.metadata.environment_name) == ("short", "env")
    with fails("NOT_FOUND"):
        client.details(version="v7")


def test_a_run_keeps_the_spec_it_was_made_with(client: Client) -> None:
    client.deploy(spec=spec_of("image:1"))
    client.run()
    client.deploy(spec=spec_of("image:2"))
    assert client.run_details().action.task == spec_of("image:1")


def test_a_task_that_is_not_there(client: Client) -> None:
    with fails(client.variant.unknown_task):
        client.run(task_id=client.task_id(version="none"))


def test_a_project_that_is_not_there(client: Client) -> None:
    client.deploy()
    run_id = client.run_id()
    run_id.project = f"no-{client.prefix}"
    with fails("NOT_FOUND"):
        client.ask(CreateRunRequest(run_id=run_id, task_id=client.task_id()))


@pytest.mark.parametrize("name", ["", "Upper", "1st", "-a", "a-", "a_b", "a.b", "é", "a" * 31])
def test_names_that_no_run_can_have(client: Client, name: str) -> None:
    client.deploy()
    run_id = client.run_id()
    run_id.name = name
    with fails("INVALID_ARGUMENT"):
        client.ask(CreateRunRequest(run_id=run_id, task_id=client.task_id()))


def test_a_name_of_thirty_characters(client: Client) -> None:
    client.deploy()
    rest = "-" * (29 - len(client.prefix)) + "z"
    assert len(client.run(rest).action.id.run.name) == 30


def test_a_run_without_a_name_is_given_one(client: Client) -> None:
    client.deploy()
    request = CreateRunRequest(project_id=client.project_id, task_id=client.task_id())
    runs = [client.ask(request).run.action.id.run for _ in range(2)]
    for run in runs:
        run.org = client.backend.org
        client.ask(AbortRunRequest(run_id=run))
    assert runs[0].name != runs[1].name
    assert all(len(run.name) == 20 and run.name.startswith("r") for run in runs)


def test_a_run_needs_a_name_or_a_project(client: Client) -> None:
    client.deploy()
    with fails("INVALID_ARGUMENT"):
        client.ask(CreateRunRequest(task_id=client.task_id()))


def test_a_name_that_is_taken_is_the_old_run_or_an_error(client: Client) -> None:
    client.deploy(spec=spec_of("image:1"))
    client.deploy(version="v2", spec=spec_of("image:2"))
    client.run()
    if client.variant.duplicate_run == "OK":
        again = client.run(task_id=client.task_id(version="v2"), run_spec=RunSpec(queue="other"))
        assert again.action.metadata.task.id.version == "v1"
    else:
        with fails(client.variant.duplicate_run):
            client.run(task_id=client.task_id(version="v2"))
    details = client.run_details()
    assert (details.action.task, details.run_spec.queue) == (spec_of("image:1"), "")


def test_the_settings_of_a_run_are_read_back_with_what_the_server_adds(client: Client) -> None:
    client.deploy()
    sent = RunSpec(queue="q", interruptible={"value": True}, overwrite_cache=True, labels={"values": {"a": "b"}})
    sent.envs.values.add(key="K", value="v")
    client.run(run_spec=sent)
    found = client.run_details().run_spec
    assert found.raw_data_storage.raw_data_prefix
    found.ClearField("raw_data_storage")
    assert found == sent


def test_where_raw_data_goes_is_kept(client: Client) -> None:
    client.deploy()
    client.run(run_spec={"raw_data_storage": {"raw_data_prefix": "s3://mine"}})
    assert client.run_details().run_spec.raw_data_storage.raw_data_prefix == "s3://mine"


@pytest.mark.parametrize(("version", "told"), [("2.3.6", True), ("v2.10.0b1", True), ("2.3.5", False), ("", False)])
def test_tasks_of_a_newer_sdk_are_told_when_their_run_started(client: Client, version: str, told: bool) -> None:
    spec = spec_of()
    spec.task_template.metadata.runtime.version = version
    client.deploy(spec=spec)
    client.run()
    assert client.run_details().run_spec.HasField("run_start_time") == told


def test_a_run_of_a_trigger_has_its_version_and_its_settings(client: Client) -> None:
    client.deploy(triggers=[schedule("nightly", run_spec={"queue": "night"})])
    client.deploy(version="v2")
    client.run(trigger_name=client.trigger_name("nightly"))
    details = client.run_details()
    assert details.run_spec.queue == "night"
    assert details.action.metadata.task.id.version == "v1"
    assert (details.action.metadata.trigger_name, details.action.metadata.trigger_id.revision) == ("nightly", 1)
    assert client.trigger("nightly").id.revision == 1


def test_settings_of_a_request_replace_those_of_its_trigger(client: Client) -> None:
    client.deploy(triggers=[schedule("nightly", run_spec={"queue": "night", "cluster_pool": "p"})])
    client.run(trigger_name=client.trigger_name("nightly"), run_spec={"queue": "day"})
    spec = client.run_details().run_spec
    assert (spec.queue, spec.cluster_pool) == ("day", "")


def test_a_trigger_that_fired_says_when(client: Client) -> None:
    client.deploy(triggers=[schedule("nightly")])
    assert not client.trigger("nightly").status.HasField("triggered_at")
    client.run(trigger_name=client.trigger_name("nightly"))
    assert client.trigger("nightly").status.HasField("triggered_at")


def test_a_trigger_that_is_not_there(client: Client) -> None:
    with fails("NOT_FOUND"):
        client.run(trigger_name=client.trigger_name("none"))


def test_who_asked_for_a_run_is_kept(client: Client) -> None:
    client.deploy()
    client.run(source="RUN_SOURCE_CLI")
    assert client.run_details().action.metadata.source == 2


def test_a_run_is_aborted_with_a_reason(client: Client) -> None:
    client.deploy()
    client.run()
    client.abort(reason="enough")
    action = client.run_details().action
    assert (action.status.phase, action.abort_info.reason) == (ABORTED, "enough")
    assert action.status.HasField("end_time")


def test_an_abort_overwrites_how_a_run_ended(client: Client) -> None:
    client.deploy()
    client.run()
    if not client.drive(SUCCEEDED):
        client.abort(reason="first")
    ended = client.run_details().action.status
    client.abort(reason="too late")
    action = client.run_details().action
    assert (action.status.phase, action.abort_info.reason) == (ABORTED, "too late")
    assert action.status.end_time == ended.end_time


def test_runs_that_are_not_there_are_not_found(client: Client) -> None:
    with fails("NOT_FOUND"):
        client.run_details()
    with fails("NOT_FOUND"):
        client.abort()
    with fails("NOT_FOUND"):
        client.ask(GetActionDetailsRequest(action_id=client.action_id()))


def test_a_request_without_an_identifier_breaks_the_handler_or_a_rule(client: Client) -> None:
    codes = ("INVALID_ARGUMENT",) if client.variant.enforces_rules else BROKEN
    for request in (AbortRunRequest(), GetRunDetailsRequest()):
        with fails(*codes):
            client.ask(request)


def test_the_details_of_an_action_are_those_of_its_run(client: Client) -> None:
    client.deploy()
    client.run()
    action = client.ask(GetActionDetailsRequest(action_id=client.action_id())).details
    assert action == client.run_details().action
    assert action.id == client.action_id()
    with fails("NOT_FOUND"):
        client.ask(GetActionDetailsRequest(action_id=client.action_id(action="a1")))


def test_a_failed_run_says_why(client: Client) -> None:
    client.deploy()
    client.run()
    if not client.drive(FAILED, error="it broke"):
        client.abort(reason="it broke")
    action = client.run_details().action
    assert "it broke" in (action.error_info.message, action.abort_info.reason)


def test_runs_of_a_task_are_listed_the_last_first(client: Client) -> None:
    client.deploy()
    for name in ("a", "b", "c"):
        client.run(name)
    newest = [{"key": "created_at"}]
    assert [run.action.id.run.name[-1] for run in client.runs(sort_by_fields=newest).runs] == ["c", "b", "a"]


def test_a_list_of_runs_has_a_token_only_when_there_is_more(client: Client) -> None:
    client.deploy()
    for name in ("a", "b"):
        client.run(name)
    by_name = [{"key": "run_name", "direction": "ASCENDING"}]
    first = client.runs(limit=1, sort_by_fields=by_name)
    last = client.runs(limit=1, sort_by_fields=by_name, token=first.token)
    assert (first.token, last.token) == ("1", "")
    assert [page.runs[0].action.id.run.name[-1] for page in (first, last)] == ["a", "b"]


def test_runs_are_listed_by_project_task_version_and_trigger(client: Client) -> None:
    client.deploy(triggers=[schedule("nightly")])
    client.deploy(version="v2")
    client.run("a", trigger_name=client.trigger_name("nightly"))
    client.run("b", task_id=client.task_id(version="v2"))
    mine = ListRequest(filters=[{"field": "task_name", "values": [client.name()]}])
    requests = {
        "project": ListRunsRequest(project_id=client.project_id, request=mine),
        "v2": ListRunsRequest(task_id=client.task_id(version="v2")),
        "trigger": ListRunsRequest(trigger_name=client.trigger_name("nightly")),
        "paused": ListRunsRequest(project_id=client.project_id, request=mine, paused_actions_only=True),
    }
    counts = {scope: len(client.ask(request).runs) for scope, request in requests.items()}
    assert counts == {"project": 2, "v2": 1, "trigger": 1, "paused": 0}


def test_phases_are_filtered_by_their_numbers(client: Client) -> None:
    client.deploy()
    client.run()
    client.abort()
    for phase, count in ((ABORTED, 1), (SUCCEEDED, 0)):
        assert len(client.runs(filters=[{"field": "phase", "values": [str(phase)]}]).runs) == count
    with fails("INTERNAL"):
        client.runs(filters=[{"field": "phase", "values": ["ABORTED"]}])


def test_columns_that_runs_do_not_have(client: Client) -> None:
    with fails("INVALID_ARGUMENT"):
        client.runs(filters=[{"field": "name", "values": ["a0"]}])
    with fails("INTERNAL"):
        client.runs(filters=[{"field": "trigger_type", "values": ["x"]}])
    with fails("INVALID_ARGUMENT"):
        client.runs(limit=201)


def test_watching_a_run_tells_nothing_of_it(client: Client) -> None:
    client.deploy()
    client.run()
    request = WatchRunDetailsRequest(run_id=client.run_id())
    (response,) = client.connection.first(f"{WATCH}RunDetails", request, 1)
    assert response.HasField("details")
    assert not response.details.HasField("action")


def test_watching_an_action_begins_with_how_it_is(client: Client) -> None:
    client.deploy()
    client.run()
    client.abort()
    request = WatchActionDetailsRequest(action_id=client.action_id())
    (response,) = client.connection.first(f"{WATCH}ActionDetails", request, 1)
    assert response.details.status.phase == ABORTED
    with fails("NOT_FOUND"):
        missing = WatchActionDetailsRequest(action_id=client.action_id("none"))
        client.connection.first(f"{WATCH}ActionDetails", missing, 1)


def test_the_data_of_an_action_are_elsewhere(client: Client) -> None:
    with fails("UNIMPLEMENTED"):
        client.ask(GetActionDataRequest(action_id=client.action_id()))
