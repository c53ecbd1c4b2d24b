"""What two targets want otherwise: by name, whatever is live, and without what is sensitive."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flyteidl2.task.task_definition_pb2 import TaskSpec
from tests.growth import grows_evenly

from flyteplan.errors import Position
from flyteplan.model.plan import Change, Field, Plan, Source, Submit
from flyteplan.model.secrecy import Secrecy, secrecy
from flyteplan.model.settings import Selector, Setting
from flyteplan.model.task import TaskName, TaskVersion
from flyteplan.plan.promotion import promotion
from flyteplan.render.compared import compared
from flyteplan.render.comparedjson import compared_json
from flyteplan.render.contrast import summary
from flyteplan.render.markdown import Page
from flyteplan.render.markdown import comparison as markdown
from flyteplan.render.style import plain

PLACE = Position("a.yaml", 3)


def spec(domain: str, env: dict[str, str]) -> TaskSpec:
    made = TaskSpec()
    made.task_template.id.name, made.task_template.id.domain = "etl.load", domain
    for name, value in env.items():
        made.task_template.container.env.add(key=name, value=value)
    return made


def change(domain: str, env: dict[str, str] | None = None, *, name: str = "etl.load", **more: Any) -> Change:
    task = TaskName("p", domain, name)
    values: dict[str, Any] = {
        "org": "",
        "task": TaskVersion(task, "v1"),
        "live_version": "v1",
        "selector": Selector(auto_version="latest"),
        "strategy": "merge",
        "action": "update",
        "manifests": (Source(name="load", position=PLACE),),
        "fields": (),
        "base_digest": "",
        "live_digest": "",
        "desired_digest": "",
        "submit": Submit(kind="version"),
        "desired": spec(domain, env or {}),
        "secrecy": secrecy(task, (), salt=domain, base_digest=""),
    }
    return Change(**{**values, **more})


def plan(domain: str, *changes: Change) -> Plan:
    return Plan(target=domain, catalog="", org="", project="p", domain=domain, changes=changes)


def contrasts(left: Change, right: Change) -> list[tuple[str, Any, Any]]:
    entries = promotion(plan("staging", left), plan("production", right)).entries
    return [(row.path, row.was, row.now) for entry in entries for row in entry.rows]


def test_where_a_task_is_is_no_difference() -> None:
    assert contrasts(change("staging", {"A": "1"}), change("production", {"A": "1"})) == []


def test_one_row_a_field_that_differs_and_the_base_first() -> None:
    other = change("production", {"A": "2"}, task=TaskVersion(TaskName("p", "production", "etl.load"), "v2"))
    assert contrasts(change("staging", {"A": "1"}), other) == [("version", "v1", "v2"), ("env_vars.A", "1", "2")]


def test_many_fields_of_one_task_take_time_by_their_number() -> None:
    def wanting(domain: str, number: int) -> Plan:
        names = [f"V{one}_{number}" for one in range(number)]
        settings = tuple(Setting(("overrides", "env_vars", name), domain, PLACE) for name in names)
        return plan(domain, change(domain, dict.fromkeys(names, domain), settings=settings))

    def both(number: int) -> Callable[[], object]:
        left, right = wanting("staging", number), wanting("production", number)
        return lambda: promotion(left, right)

    assert grows_evenly(both)


def test_a_sensitive_value_that_is_the_same_in_both_is_no_row_and_another_one_is() -> None:
    assert contrasts(change("staging", {"A_TOKEN": "1"}), change("production", {"A_TOKEN": "1"})) == []
    ((_, left, right),) = contrasts(change("staging", {"A_TOKEN": "1"}), change("production", {"A_TOKEN": "2"}))
    assert left.keys() == right.keys() == {"sensitive"}
    assert left != right


def test_what_one_side_marks_is_hidden_on_both() -> None:
    marked = change("staging", {"A": "hunter2"}, secrecy=Secrecy(marked=frozenset({"A"})))
    assert "hunter" not in str(contrasts(marked, change("production", {"A": "hunter3"})))


def test_the_call_of_a_run_is_compared_with_what_is_sensitive_keyed_alike() -> None:
    def run(domain: str, day: str) -> Change:
        settings = tuple(
            Setting(path=("submit", "inputs", name), value=value, position=PLACE)
            for name, value in (("api_key", "hunter2"), ("day", day))
        )
        return change(domain, settings=settings, submit=Submit(kind="run", name="fp-1"))

    assert contrasts(run("staging", "monday"), run("production", "friday")) == [("call.inputs.day", "monday", "friday")]


def test_of_versions_that_are_known_in_a_task_only_the_overrides_are_compared() -> None:
    def deferred(domain: str, cpu: str) -> Change:
        setting = Setting(path=("overrides", "resources", "cpu", "request"), value=cpu, position=PLACE)
        return change(domain, settings=(setting,), deferred=True, desired=None)

    assert contrasts(deferred("staging", "1"), deferred("production", "2")) == [("resources.cpu.request", "1", "2")]
    assert contrasts(deferred("staging", "1"), deferred("production", "1")) == []


def test_tasks_that_only_one_target_has_are_listed() -> None:
    left = plan("staging", change("staging"), change("staging", name="etl.new"), change("elsewhere", name="etl.far"))
    right = plan("production", change("production"), change("production", name="etl.old"))
    found = promotion(left, right)
    assert found.differs
    assert plain(compared(found)).splitlines()[2:] == [
        "- p/elsewhere/etl.far  only in staging",
        "",
        "- etl.new  only in staging",
        "",
        "+ etl.old  only in production",
        "",
        "Promotion: 0 differ, 2 only in staging, 1 only in production, 1 the same.",
    ]


def test_what_can_not_be_compared_is_said() -> None:
    deferred = change("staging", deferred=True, desired=None)
    found = promotion(plan("staging", deferred), plan("production", change("production")))
    assert summary(found) == "Promotion: 0 differ, 1 not known, 0 the same."
    assert "the version is known in a task only" in plain(compared(found))


def test_two_targets_that_want_the_same_do_not_differ() -> None:
    assert not promotion(plan("staging", change("staging")), plan("production", change("production"))).differs


def test_what_only_one_target_has_is_shown_like_what_is_new_with_what_can_hurt() -> None:
    lost = Field(path="resources.requests.gpu", base="1", live="1", desired=None, set_by=PLACE)
    call = Submit(kind="run", name="fp-1", call=(("inputs", {"day": "monday"}),))
    started = change("production", name="etl.run", submit=call, action="run")
    left = plan("staging", change("staging", name="etl.new", fields=(lost,), desired_digest="sha256:1"))
    of = promotion(left, plan("production", started))
    assert plain(compared(of)).splitlines()[2:-2] == [
        "- etl.new  only in staging",
        "  ! loses its GPU: resources.requests.gpu was 1",
        "    resources.requests.gpu  1 -> (unset)   -1   a.yaml:3",
        "",
        "+ etl.run  run of load  only in production",
        "    asked for in a.yaml:3",
        "    call.inputs.day  (unset) -> monday   a.yaml:3",
    ]
    text = markdown(of, ("sha256:1", "sha256:2"), Page())
    assert "loses its GPU: `resources.requests.gpu` was `1`" in text
    assert "| `call.inputs.day` | *(unset)* | **`monday`** |" in text
    found = json.loads(compared_json(of))["tasks"]
    assert [len(one["fields"]) for one in found] == [1, 1]
    assert found[0]["alerts"][0]["code"] == "gpu-lost"


def test_what_one_target_calls_open_is_hidden_where_the_other_does_not() -> None:
    opened = Secrecy(open=frozenset({"A_TOKEN"}))
    left = change("staging", {"A_TOKEN": "dummy"}, secrecy=opened)
    assert "hunter2" not in str(contrasts(left, change("production", {"A_TOKEN": "hunter2"})))
    assert "hunter2" not in str(contrasts(change("staging", {"A_TOKEN": "hunter2"}), replace(left)))
    both = contrasts(left, change("production", {"A_TOKEN": "shown"}, secrecy=opened))
    assert both == [("env_vars.A_TOKEN", "dummy", "shown")]
