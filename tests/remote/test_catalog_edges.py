"""What a server may answer, and what must not be made of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from flyteidl2.task import task_service_pb2
from flyteidl2.trigger import trigger_service_pb2
from tests.remote.backend import QUICK, Backend, Nobody, Refusal

from flyteplan.errors import CatalogError
from flyteplan.model.task import Newest, Scope, TaskName, TaskVersion, Trigger, Triggers
from flyteplan.remote.faults import Fault
from flyteplan.remote.methods import GET_TASK_DETAILS
from flyteplan.remote.questions import Questions
from flyteplan.remote.retry import may_repeat

SCOPE = Scope("p", "d")
DERIVED = "v1.0123456789.flyteplan"


def task(name: str = "e.t", project: str = "p") -> TaskName:
    return TaskName(project, "d", name)


def tasks(count: int, *versions: str) -> dict[TaskName, tuple[str, ...]]:
    return dict.fromkeys((task(f"e.t{number:04}") for number in range(count)), versions or ("v1",))


@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 400, 401])
def test_a_listing_has_every_task_however_the_pages_fall(count: int) -> None:
    backend = Backend(tasks(count))
    assert [row.task for row in backend.catalog().listing(SCOPE)] == sorted(backend.tasks)


@pytest.mark.parametrize("count", [1, 2, 200, 201, 399, 400, 401])
def test_names_are_asked_for_in_groups_of_one_page(count: int) -> None:
    backend = Backend(tasks(count))
    assert backend.catalog().newest(set(backend.tasks)) == dict.fromkeys(backend.tasks, Newest(live="v1", base="v1"))
    assert backend.calls == {"ListTasks": -(-count // 200)}


def test_a_server_whose_pages_are_smaller_than_asked_for_is_read_to_the_end() -> None:
    backend = Backend(tasks(450))
    backend.largest_page = 70
    assert len(backend.catalog().newest(set(backend.tasks))) == 450
    assert "ListVersions" not in backend.calls


def test_an_empty_page_that_says_more_is_not_the_last() -> None:
    class Sparse(Backend):
        def page(self, asked: Any, rows: Any) -> Any:
            return (rows, "") if asked.token else ([], "more")

    backend = Sparse(tasks(3))
    assert len(backend.catalog().listing(SCOPE)) == 3


@pytest.mark.parametrize("method", ["listing", "versions"])
def test_a_token_that_comes_twice_is_an_error_and_no_end(method: str) -> None:
    class Circle(Backend):
        def page(self, asked: Any, rows: Any) -> Any:
            return rows[:1], "again"

    catalog = Circle(tasks(3)).catalog()
    with pytest.raises(CatalogError, match=r"the server gives the page token again twice"):
        catalog.listing(SCOPE) if method == "listing" else catalog.versions([task("e.t0000")])


def test_pages_that_never_end_are_an_error() -> None:
    class Endless(Backend):
        def page(self, asked: Any, rows: Any) -> Any:
            return [], str(int(asked.token or 0) + 1)

    with pytest.raises(CatalogError, match="one empty page after another"):
        Endless({}).catalog().listing(SCOPE)


def test_a_page_that_fails_leaves_no_part_of_the_listing() -> None:
    class Half(Backend):
        def page(self, asked: Any, rows: Any) -> Any:
            if asked.token:
                raise Refusal("INTERNAL", "database is gone")
            return super().page(asked, rows)

    catalog = Half(tasks(300)).catalog()
    for _ in range(2):
        with pytest.raises(CatalogError, match=r"the call failed .*ListTasks of p/d: INTERNAL: database is gone"):
            catalog.listing(SCOPE)


def test_rows_that_move_to_the_next_page_count_once() -> None:
    class Shifting(Backend):
        def page(self, asked: Any, rows: Any) -> Any:
            if asked.token:
                asked.token = str(int(asked.token) - 1)
            return super().page(asked, rows)

    assert len(Shifting(tasks(250)).catalog().listing(SCOPE)) == 250


def test_rows_of_another_project_are_not_taken_for_ours() -> None:
    class Generous(Backend):
        def list_tasks(self, request: Any) -> Any:
            answer = super().list_tasks(request)
            answer.tasks.append(self.row(task("e.foreign", "q"), "v1"))
            return answer

    assert [row.task for row in Generous(tasks(1)).catalog().listing(SCOPE)] == [task("e.t0000")]


def test_one_name_in_two_projects_is_two_tasks() -> None:
    here, there = task(), task(project="q")
    found = Backend({here: ("v1",), there: ("v7",)}).catalog().newest([here, there])
    assert {key: newest.live for key, newest in found.items()} == {here: "v1", there: "v7"}


def test_names_that_a_pattern_would_match_are_left_out() -> None:
    class Patterns(Backend):
        def list_tasks(self, request: Any) -> Any:
            return task_service_pb2.ListTasksResponse(tasks=[self.row(task("e_t"), "v1"), self.row(task("eXt"), "v9")])

    assert set(Patterns({}).catalog().newest([task("e_t")])) == {task("e_t")}


def test_a_server_that_ignores_the_filter_of_versions_costs_calls_and_no_base() -> None:
    backend = Backend({task(): (DERIVED, "v1")})
    backend.ignores_filter = True
    assert backend.catalog().newest([task()]) == {task(): Newest(live=DERIVED, base="v1")}
    assert backend.calls == {"ListTasks": 2, "ListVersions": 1}


def test_a_name_that_the_list_lacks_is_looked_up_in_all_versions() -> None:
    class Forgetful(Backend):
        def list_tasks(self, request: Any) -> Any:
            return task_service_pb2.ListTasksResponse()

    backend = Forgetful({task(): (DERIVED, "v1")})
    assert backend.catalog().newest([task(), task("e.x")]) == {task(): Newest(live=DERIVED, base="v1")}


def test_versions_are_newest_first_over_all_pages_and_a_greater_one_on_a_tie() -> None:
    names = tuple(f"v{number:03}" for number in range(450, 0, -1))
    assert tuple(Backend({task(): names}).catalog().versions([task()])[task()]) == names

    class OneMoment(Backend):
        def list_versions(self, request: Any) -> Any:
            answer = super().list_versions(request)
            for row in answer.versions:
                row.deployed_at.seconds = 5
            return answer

    assert tuple(OneMoment({task(): ("a", "c", "b")}).catalog().versions([task()])[task()]) == ("c", "b", "a")


def test_a_version_that_is_not_there_is_left_out_after_a_look_at_all_of_them() -> None:
    backend = Backend({task(): ("v1",)})
    found = backend.catalog().templates([TaskVersion(task(), "v1"), TaskVersion(task(), "v2")])
    assert list(found) == [TaskVersion(task(), "v1")]
    assert backend.calls == {"GetTaskDetails": 2, "ListVersions": 1}


def test_no_version_is_no_question() -> None:
    backend = Backend({task(): ("v1",)})
    assert not backend.catalog().templates([TaskVersion(task(), "")])
    assert not backend.calls


def test_a_version_that_is_listed_and_not_found_is_an_error() -> None:
    class Broken(Backend):
        def get_task_details(self, request: Any) -> Any:
            raise Refusal("NOT_FOUND", "database is gone")

    with pytest.raises(CatalogError, match=r"p/d/e\.t v1 is listed, but its template can not be read"):
        Broken({task(): ("v1",)}).catalog().templates([TaskVersion(task(), "v1")])


def test_an_answer_without_a_template_is_an_error() -> None:
    class Empty(Backend):
        def get_task_details(self, request: Any) -> Any:
            return task_service_pb2.GetTaskDetailsResponse()

    with pytest.raises(CatalogError, match=r"the answer for p/d/e\.t v1 has no template in it"):
        Empty({task(): ("v1",)}).catalog().templates([TaskVersion(task(), "v1")])


def test_the_org_is_what_was_said_and_in_every_question() -> None:
    backend = Backend({task(): (DERIVED, "v1")})
    catalog = backend.catalog()
    catalog.newest([task()])
    catalog.versions([task()])
    catalog.templates([TaskVersion(task(), "v1")])
    catalog.triggers([task()])
    assert {_org(request) for request in backend.requests} == {"acme"}


def _org(request: Any) -> str:
    for field in ("task_id", "task_name"):
        if field in request.DESCRIPTOR.fields_by_name and request.HasField(field):
            return str(getattr(request, field).org)
    return str(request.project_id.organization)


@pytest.mark.parametrize(
    ("project", "domain", "message"),
    [
        ("", "d", "no project to ask for"),
        ("p", "", "no domain to ask for"),
        ("p" * 64, "d", "is longer than 63 characters"),
    ],
)
def test_a_scope_that_can_not_be_is_no_question(project: str, domain: str, message: str) -> None:
    backend = Backend({})
    one = TaskName(project, domain, "e.t")
    catalog = backend.catalog()
    asking: Collection[Any] = [
        lambda: catalog.newest([one]),
        lambda: catalog.listing(one.scope),
        lambda: catalog.versions([one]),
        lambda: catalog.templates([TaskVersion(one, "v1")]),
        lambda: catalog.triggers([one]),
    ]
    for ask in asking:
        with pytest.raises(CatalogError, match=message):
            ask()
    assert not backend.calls


def test_triggers_are_named_where_they_are_listed_and_else_counted() -> None:
    class Triggered(Backend):
        def row(self, task: TaskName, version: str) -> Any:
            row = super().row(task, version)
            row.metadata.triggers_summary.stats.total = 2
            return row

        def list_triggers(self, request: Any) -> Any:
            answer = trigger_service_pb2.ListTriggersResponse()
            for name in ("b", "a", "b", "c"):
                row = answer.triggers.add(active=True)
                row.id.name.task_name, row.id.name.name = "e.t", name
            gone = answer.triggers.add()
            gone.id.name.task_name, gone.id.name.name = "e.t", "gone"
            gone.status.deleted_at.seconds = 1
            return answer

        def get_trigger_details(self, request: Any) -> Any:
            if request.name.name == "c":
                raise Refusal("NOT_FOUND", "it was deleted meanwhile")
            answer = trigger_service_pb2.GetTriggerDetailsResponse()
            answer.trigger.id.name.CopyFrom(request.name)
            answer.trigger.id.revision = 3
            answer.trigger.spec.active, answer.trigger.spec.task_version = True, "v1"
            return answer

    catalog = Triggered({task(): ("v1",), task("e.u"): ("v1",)}).catalog()
    catalog.newest([task(), task("e.u")])
    named = Triggers(known=tuple(Trigger(name=name, active=True, revision=3, version="v1") for name in "ab"))
    assert catalog.triggers([task(), task("e.u")]) == {task(): named, task("e.u"): Triggers(others=2)}


def test_calls_in_flight_are_cancelled_when_nobody_wants_the_rest() -> None:
    class Stuck(Backend):
        def get_task_details(self, request: Any) -> Any:
            return super().get_task_details(request) if request.task_id.name.endswith("0000") else None

    backend = Stuck(tasks(500))
    requests = ((one, Questions("o").details(TaskVersion(one, "v1"))) for one in backend.tasks)
    answers = backend.channel().gather(GET_TASK_DETAILS, requests)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert len(backend.futures) == 200
    assert [future.cancelled for future in backend.futures] == [False] + [True] * 199


def test_a_server_that_fails_gets_no_more_calls_than_the_window() -> None:
    class Failing(Backend):
        def get_task_details(self, request: Any) -> Any:
            raise Refusal("UNAVAILABLE", "busy")

    backend = Failing(tasks(1000))
    with pytest.raises(CatalogError, match=r"the server is not available .*GetTaskDetails of p/d/e\.t"):
        backend.catalog().templates([TaskVersion(one, "v1") for one in backend.tasks])
    assert backend.calls["GetTaskDetails"] <= 200 * QUICK.attempts


@pytest.mark.parametrize(
    ("code", "details", "attempts"),
    [
        ("UNAVAILABLE", "busy", 3),
        ("INTERNAL", "RST_STREAM with error code 2", 3),
        ("RESOURCE_EXHAUSTED", "slow down", 3),
        ("RESOURCE_EXHAUSTED", "CLIENT: Received message larger than max (70000000 vs. 67108864)", 1),
        ("INTERNAL", "pq: syntax error", 1),
        ("UNAVAILABLE", "errors resolving nowhere.example.com:443", 1),
        ("DEADLINE_EXCEEDED", "Deadline Exceeded", 1),
        ("PERMISSION_DENIED", "no", 1),
        ("INVALID_ARGUMENT", "no", 1),
        ("UNAUTHENTICATED", "no", 2),
    ],
)
def test_a_call_is_made_again_only_when_it_may_fare_better(code: str, details: str, attempts: int) -> None:
    class Failing(Backend):
        def list_tasks(self, request: Any) -> Any:
            raise Refusal(code, details)

    backend, login = Failing({}), Nobody()
    with pytest.raises(CatalogError) as caught:
        backend.catalog(login).listing(SCOPE)
    assert "\n" not in str(caught.value)
    assert backend.calls["ListTasks"] == attempts
    assert login.refreshes == (code == "UNAUTHENTICATED")


def test_a_broken_connection_is_repeated_and_a_bug_is_not() -> None:
    assert may_repeat(Fault("UNKNOWN", "Stream terminated by the server"))
    assert not may_repeat(Fault("UNKNOWN", "nil pointer"))
