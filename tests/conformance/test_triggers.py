"""Triggers: those that come with a task, and those that are deployed on their own."""

from __future__ import annotations

from typing import Any

import pytest
from flyteidl2.common.identifier_pb2 import TriggerIdentifier
from flyteidl2.common.list_pb2 import ListRequest
from flyteidl2.task.task_definition_pb2 import TaskTrigger
from flyteidl2.trigger.trigger_service_pb2 import (
    DeleteTriggersRequest,
    DeployTriggerRequest,
    GetTriggerRevisionDetailsRequest,
    GetTriggerRevisionHistoryRequest,
    ListTriggersRequest,
    UpdateTriggersRequest,
)
from tests.conformance.asking import Client, fails, schedule

DEPLOY, ACTIVATE, DEACTIVATE, DELETE = 1, 2, 3, 4


def names(client: Client) -> list[str]:
    return [trigger.id.name.name for trigger in client.triggers()]


def activate(client: Client, *triggers: str, active: bool = True) -> None:
    wanted = [client.trigger_name(trigger) for trigger in triggers]
    client.ask(UpdateTriggersRequest(names=wanted, active=active))


def delete(client: Client, *triggers: str) -> None:
    client.ask(DeleteTriggersRequest(names=[client.trigger_name(trigger) for trigger in triggers]))


def history(client: Client, name: str, **request: Any) -> list[tuple[int, int]]:
    asked = GetTriggerRevisionHistoryRequest(name=client.trigger_name(name), request=ListRequest(**request))
    return [(one.id.revision, one.action) for one in client.ask(asked).triggers]


def test_a_trigger_comes_with_its_task_and_starts_its_version(client: Client) -> None:
    client.deploy(triggers=[schedule("nightly", "0 3 * * *", description="at night")])
    trigger = client.trigger("nightly")
    assert (trigger.id.name.task_name, trigger.id.name.name, trigger.id.revision) == (client.name(), "nightly", 1)
    assert (trigger.spec.task_version, trigger.spec.active, trigger.spec.description) == ("v1", False, "at night")
    assert trigger.automation_spec.schedule.cron.expression == "0 3 * * *"


def test_an_empty_list_of_triggers_changes_none_of_them(client: Client) -> None:
    client.deploy(triggers=[schedule("nightly")])
    client.deploy(version="v2")
    trigger = client.trigger("nightly")
    assert (trigger.spec.task_version, trigger.id.revision) == ("v1", 1)


def test_a_list_of_triggers_is_all_that_the_task_has(client: Client) -> None:
    client.deploy(triggers=[schedule("nightly"), schedule("hourly")])
    client.deploy(version="v2", triggers=[schedule("hourly"), schedule("weekly")])
    assert names(client) == ["hourly", "weekly"]
    hourly = client.trigger("hourly")
    assert (hourly.spec.task_version, hourly.id.revision) == ("v2", 2)
    with fails("NOT_FOUND"):
        client.trigger("nightly")


def test_a_trigger_that_is_deployed_unchanged_has_a_new_revision(client: Client) -> None:
    for _ in range(2):
        client.deploy(triggers=[schedule("nightly")])
    assert history(client, "nightly") == [(2, DEPLOY), (1, DEPLOY)]


def test_a_trigger_belongs_to_its_task(client: Client) -> None:
    client.deploy(triggers=[schedule("nightly")])
    client.deploy("other", triggers=[schedule("hourly")])
    assert names(client) == ["nightly"]
    with fails("NOT_FOUND"):
        client.trigger("nightly", "other")


def test_a_task_tells_its_only_trigger_and_counts_more(client: Client) -> None:
    client.deploy(triggers=[schedule("nightly")])
    (task,) = client.tasks().tasks
    assert task.metadata.triggers_summary.details.name == "nightly"
    assert task.metadata.triggers_summary.details.automation_spec.schedule.cron.expression == "0 3 * * *"
    client.deploy(triggers=[schedule("nightly"), schedule("hourly")])
    assert client.details().metadata.triggers_summary.stats.total == 2
    assert client.details().metadata.triggers_summary.stats.active == 0


def test_what_an_older_version_tells_of_triggers_goes_stale(client: Client) -> None:
    client.deploy(triggers=[schedule("nightly")])
    client.deploy(version="v2", triggers=[schedule("nightly")])
    assert client.details(version="v1").metadata.triggers_summary.details.name == "nightly"


@pytest.mark.parametrize("cron", ["often", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "@sometimes", ""])
def test_a_cron_expression_that_can_not_be_read_is_refused_with_its_task(client: Client, cron: str) -> None:
    with fails("INVALID_ARGUMENT"):
        client.deploy(triggers=[schedule("nightly", cron)])
    with fails("NOT_FOUND"):
        client.details()


@pytest.mark.parametrize("cron", ["*/5 0-6,12 1 JAN-MAR mon", "@daily", "@every 1h30m", "0 0 ? * 6"])
def test_cron_expressions_that_can_be_read(client: Client, cron: str) -> None:
    client.deploy(triggers=[schedule("nightly", cron)])
    assert client.trigger("nightly").automation_spec.schedule.cron.expression == cron


def test_a_time_zone_that_is_none_is_refused(client: Client) -> None:
    trigger = schedule("nightly")
    trigger.automation_spec.schedule.cron.timezone = "Middle/Earth"
    with fails("INVALID_ARGUMENT"):
        client.deploy(triggers=[trigger])


def test_what_is_no_schedule_is_stored_without_a_type(client: Client) -> None:
    trigger = TaskTrigger(name="manual", spec={"active": False}, automation_spec={"type": "TYPE_ARTIFACT"})
    client.deploy(triggers=[trigger])
    assert client.trigger("manual").automation_spec.type == 1


def test_inputs_and_run_settings_of_a_trigger_are_kept(client: Client) -> None:
    trigger = schedule("nightly", run_spec={"queue": "q"}, inputs={"literals": [{"name": "x"}]})
    client.deploy(triggers=[trigger])
    spec = client.trigger("nightly").spec
    assert (spec.run_spec.queue, [one.name for one in spec.inputs.literals]) == ("q", ["x"])


def test_a_trigger_is_deployed_on_its_own_for_a_task_that_is_not_there(client: Client) -> None:
    trigger = client.deployed_trigger("nightly", spec={"task_version": "v9"})
    assert (trigger.id.revision, trigger.spec.task_version) == (1, "v9")
    assert client.trigger("nightly") == trigger


def test_a_trigger_is_retargeted_when_nobody_changed_it_meanwhile(client: Client) -> None:
    client.deployed_trigger("nightly")
    assert client.deployed_trigger("nightly", revision=1, spec={"task_version": "v2"}).id.revision == 2
    with fails("INTERNAL"):
        client.deployed_trigger("nightly", revision=1, spec={"task_version": "v3"})
    assert client.trigger("nightly").spec.task_version == "v2"


def test_a_bad_schedule_is_refused(client: Client) -> None:
    automation = schedule("x", "often").automation_spec
    name, spec = client.trigger_name("nightly"), {"task_version": "v1"}
    with fails("INVALID_ARGUMENT"):
        client.ask(DeployTriggerRequest(name=name, spec=spec, automation_spec=automation))


def test_triggers_are_switched_on_and_off(client: Client) -> None:
    client.deploy(triggers=[schedule("yearly", "0 0 29 2 *")])
    activate(client, "yearly", "none")
    assert client.trigger("yearly").spec.active
    assert client.details().metadata.triggers_summary.details.active
    activate(client, "yearly")
    activate(client, "yearly", active=False)
    assert history(client, "yearly") == [(3, DEACTIVATE), (2, ACTIVATE), (1, DEPLOY)]


def test_the_time_of_update_moves_only_when_a_trigger_is_switched(client: Client) -> None:
    before = client.deployed_trigger("yearly").status
    after = client.deployed_trigger("yearly", spec={"task_version": "v2"}).status
    assert after.updated_at == before.updated_at
    assert after.deployed_at.ToNanoseconds() > before.deployed_at.ToNanoseconds()
    activate(client, "yearly")
    assert client.trigger("yearly").status.updated_at.ToNanoseconds() > before.updated_at.ToNanoseconds()


def test_triggers_are_deleted_and_their_history_stays(client: Client) -> None:
    client.deploy(triggers=[schedule("nightly"), schedule("hourly")])
    delete(client, "nightly", "none")
    delete(client, "nightly")
    assert names(client) == ["hourly"]
    assert history(client, "nightly") == [(2, DELETE), (1, DEPLOY)]
    assert client.details().metadata.triggers_summary.details.name == "hourly"


def test_a_deleted_trigger_that_comes_back_goes_on_counting(client: Client) -> None:
    client.deployed_trigger("nightly")
    delete(client, "nightly")
    trigger = client.deployed_trigger("nightly")
    assert trigger.id.revision == 3
    assert not trigger.status.HasField("deleted_at")


def test_a_revision_is_read_as_it_was(client: Client) -> None:
    client.deployed_trigger("nightly", spec={"task_version": "v1"})
    client.deployed_trigger("nightly", spec={"task_version": "v2"})
    identifier = TriggerIdentifier(name=client.trigger_name("nightly"), revision=1)
    assert client.ask(GetTriggerRevisionDetailsRequest(id=identifier)).trigger.spec.task_version == "v1"
    identifier.revision = 7
    with fails("NOT_FOUND"):
        client.ask(GetTriggerRevisionDetailsRequest(id=identifier))


def test_a_history_comes_in_pages(client: Client) -> None:
    for _ in range(3):
        client.deployed_trigger("nightly")
    assert history(client, "nightly", limit=2) == [(3, DEPLOY), (2, DEPLOY)]


def test_triggers_are_listed_by_task_version_and_project(client: Client) -> None:
    client.deploy(triggers=[schedule("nightly")])
    pinned = ListTriggersRequest(task_id=client.task_id(version="v1"))
    other = ListTriggersRequest(task_id=client.task_id(version="v2"))
    assert [len(client.ask(request).triggers) for request in (pinned, other)] == [1, 0]
    mine = ListRequest(filters=[{"field": "task_name", "values": [client.name()]}])
    (found,) = client.ask(ListTriggersRequest(request=mine, project_id=client.project_id)).triggers
    assert (found.id.name.name, found.id.revision, found.active) == ("nightly", 1, False)
    assert found.automation_spec.schedule.cron.expression == "0 3 * * *"


def test_triggers_come_in_pages(client: Client) -> None:
    client.deploy(triggers=[schedule("a"), schedule("b")])
    assert [trigger.id.name.name for trigger in client.triggers(limit=1, token="1")] == ["b"]
    with fails("INVALID_ARGUMENT"):
        client.triggers(limit=201)


def test_what_is_not_there_is_not_found(client: Client) -> None:
    with fails("NOT_FOUND"):
        client.trigger("none")
