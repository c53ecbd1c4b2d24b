"""How many calls 10,000 tasks take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from flyteidl2.trigger import trigger_service_pb2
from tests.remote.backend import Backend

from flyteplan.errors import Position, Problem
from flyteplan.model.config import Target
from flyteplan.model.deployment import Provenance
from flyteplan.model.manifest import Manifest, TaskReference
from flyteplan.model.resolution import Group, Intent, Resolution
from flyteplan.model.settings import Selector, Settings
from flyteplan.model.task import Scope, TaskName
from flyteplan.pipeline import Choice, Wanted, history
from flyteplan.remote import RemoteCatalog
from flyteplan.resolve import resolve
from flyteplan.resolve.managed import without_manifest

COUNT = 10_000
PAGES = COUNT // 200
DERIVED = "v2.0123456789.flyteplan"
PROJECTS = ("one", "two")
# Two projects, each with half of the names.
TASKS = [TaskName(PROJECTS[number % 2], "development", f"env.task_{number:05}") for number in range(COUNT)]
PLACE = Position("manifest.yaml", 1, 1)
MANIFEST = Manifest(name="m", position=PLACE, layer=0, reference=TaskReference(name="env.task"), reference_at=PLACE)
PINNED, LATEST = Selector(version="v1"), Selector(auto_version="latest")


def resolved(
    tasks: Sequence[TaskName], selector: Selector, catalog: RemoteCatalog
) -> tuple[Sequence[Resolution], Sequence[Problem]]:
    return resolve([intent_of(task, selector) for task in tasks], catalog, None, {})


def intent_of(task: TaskName, selector: Selector) -> Intent:
    group = Group(task=task, run="", manifests=(MANIFEST,))
    return Intent(group=group, kind="version", strategy="merge", selector=selector, settings=Settings())


def test_pinned_tasks_take_the_live_versions_and_the_templates_of_both() -> None:
    backend = Backend(dict.fromkeys(TASKS, ("v2", "v1")))
    found, problems = resolved(TASKS, PINNED, backend.catalog())
    assert not problems
    assert {(one.base.key.version, one.live.key.version) for one in found if one.base and one.live} == {("v1", "v2")}
    assert backend.calls == {"ListTasks": PAGES, "GetTaskDetails": 2 * COUNT, "ListTriggers": 2}
    assert max(backend.details.values()) == 1


def test_the_latest_of_tasks_that_were_never_applied_take_one_template_each() -> None:
    backend = Backend(dict.fromkeys(TASKS, ("v2", "v1")))
    resolved(TASKS, LATEST, backend.catalog())
    assert backend.calls == {"ListTasks": PAGES, "GetTaskDetails": COUNT, "ListTriggers": 2}


def test_the_latest_of_tasks_that_were_applied_take_the_pages_of_names_twice() -> None:
    backend = Backend(dict.fromkeys(TASKS, (DERIVED, "v2", "v1")))
    found, _ = resolved(TASKS, LATEST, backend.catalog())
    assert {(one.base.key.version, one.live.key.version) for one in found if one.base and one.live} == {("v2", DERIVED)}
    assert backend.calls == {"ListTasks": 2 * PAGES, "GetTaskDetails": 2 * COUNT, "ListTriggers": 2}


def test_only_the_bases_of_the_tasks_that_were_applied_are_looked_for() -> None:
    applied = set(TASKS[:400])
    backend = Backend({task: (DERIVED, "v1") if task in applied else ("v1",) for task in TASKS})
    resolved(TASKS, LATEST, backend.catalog())
    assert backend.calls["ListTasks"] == PAGES + 2


@pytest.mark.parametrize("versions", [("v1",), (DERIVED, "v1")])
def test_a_listing_tells_what_is_live_as_well(versions: tuple[str, ...]) -> None:
    backend = Backend(dict.fromkeys(TASKS, versions))
    catalog = backend.catalog()
    rows = [row.task for project in PROJECTS for row in catalog.listing(Scope(project, "development"))]
    resolved(rows, LATEST, catalog)
    # The last page is full, so one more is asked for.
    bases = PAGES if len(versions) > 1 else 0
    assert backend.calls["ListTasks"] == PAGES + len(PROJECTS) + bases
    assert backend.calls["GetTaskDetails"] == len(versions) * COUNT


def test_all_versions_are_asked_of_a_task_only_when_its_name_or_its_base_is_in_no_list() -> None:
    unknown = [TaskName("one", "development", f"env.unknown_{number}") for number in range(3)]
    only_derived = TASKS[0]
    backend = Backend({task: (DERIVED,) if task == only_derived else ("v1",) for task in TASKS})
    _, problems = resolved([*TASKS, *unknown], LATEST, backend.catalog())
    assert {problem.code for problem in problems} == {"FP2001", "FP2002"}
    assert backend.calls["ListVersions"] == 4


def test_a_template_is_read_once_however_often_it_is_asked_for() -> None:
    backend = Backend(dict.fromkeys(TASKS[:10], ("v1",)))
    catalog = backend.catalog()
    resolved(TASKS[:10], PINNED, catalog)
    resolved(TASKS[:10], LATEST, catalog)
    assert backend.calls["GetTaskDetails"] == 10


class Applied(Backend):
    """Derived versions carry the tags of who made them: every second task is another target's."""

    def get_task_details(self, request: Any) -> Any:
        answer = super().get_task_details(request)
        if request.task_id.version == DERIVED:
            target = ("mine", "another")[int(request.task_id.name[-1]) // 2 % 2]
            tags = {"flyteplan/owner": "acme", "flyteplan/target": target, "flyteplan/digest": "sha256:0"}
            answer.details.spec.task_template.metadata.tags.update(tags)
        return answer


def test_what_has_no_manifest_any_more_takes_the_pages_of_names_and_its_own_templates() -> None:
    applied, without = set(TASKS[:400]), TASKS[300:400]
    backend = Applied({task: (DERIVED, "v1") if task in applied else ("v1",) for task in TASKS})
    catalog = backend.catalog()
    intents = [intent_of(task, LATEST) for task in TASKS if task not in without]
    scopes = [Scope(project, "development") for project in PROJECTS]
    ours = Provenance(owner="acme", target="mine")
    found, _ = without_manifest(scopes, intents, catalog, ours, lambda name: True)
    assert len(found) == 60
    # The last page of each scope is full; what is live is known from the list, and 60 bases are looked for.
    assert backend.calls["ListTasks"] == PAGES + 2 * len(PROJECTS)
    assert backend.calls["GetTaskDetails"] == len(without) + len(found)
    assert backend.calls["ListTriggers"] == len(PROJECTS)
    resolve(intents, catalog, None, {})
    assert backend.calls["ListTasks"] == PAGES + 3 * len(PROJECTS)
    assert max(backend.details.values()) == 1


def test_only_triggers_of_tasks_that_go_back_are_read() -> None:
    class Triggered(Applied):
        def list_triggers(self, request: Any) -> Any:
            answer = trigger_service_pb2.ListTriggersResponse()
            for task in TASKS[:10]:
                row = answer.triggers.add(active=True)
                row.id.name.task_name, row.id.name.name, row.id.revision = task.name, "nightly", 4
            return answer

        def get_trigger_details(self, request: Any) -> Any:
            answer = trigger_service_pb2.GetTriggerDetailsResponse()
            answer.trigger.spec.task_version = DERIVED if request.name.task_name == TASKS[0].name else "v1"
            return answer

    backend = Triggered(dict.fromkeys(TASKS[:10], (DERIVED, "v1")))
    ours = Provenance(owner="acme", target="mine")
    scope = Scope(PROJECTS[0], "development")
    found, _ = without_manifest([scope], (), backend.catalog(), ours, lambda name: True)
    retargeted = [one.intent.settings.value("submit", "triggers", default="keep") for one in found]
    assert [one.intent.task for one in found] == [TASKS[0], TASKS[4], TASKS[8]]
    assert retargeted == ["retarget", "keep", "keep"]
    assert backend.calls["GetTriggerDetails"] == 3


def test_a_history_takes_the_versions_of_every_task_and_the_templates_of_the_derived_ones() -> None:
    backend = Backend({task: (DERIVED, "v2") if number < 30 else ("v2",) for number, task in enumerate(TASKS[:200])})
    target = Target(name="t", project="one", domain="development")
    wanted = Wanted(names=(), choice=Choice())
    found = history([], wanted, target=target, catalog=backend.catalog(), limit=0)
    assert len(found.entries) == 15
    assert backend.calls == {"ListTasks": 1, "ListVersions": 100, "GetTaskDetails": 15}
    backend.calls.clear()
    wanted = Wanted(names=(TASKS[0].name,), choice=Choice())
    assert len(history([], wanted, target=target, catalog=backend.catalog(), limit=0).entries) == 1
    assert backend.calls == {"ListVersions": 1, "GetTaskDetails": 1}
