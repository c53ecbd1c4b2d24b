from __future__ import annotations

from dataclasses import replace
from typing import Any

from flyteplan.errors import Position, Problem
from flyteplan.model.plan import Change, Field, Plan, Source, Submit
from flyteplan.model.settings import Selector
from flyteplan.model.task import TaskName, TaskVersion
from flyteplan.plan.comparison import comparison
from flyteplan.render.compared import compared
from flyteplan.render.difftext import difftext
from flyteplan.render.problems import problems, problems_json
from flyteplan.render.style import ansi, plain

PLACE = Position("etl.yaml", 14, 7)


def field(path: str, live: Any, desired: Any, **more: Any) -> Field:
    return Field(**{"path": path, "base": live, "live": live, "desired": desired, "set_by": PLACE, **more})


def change(name: str, *fields: Field, **more: Any) -> Change:
    values: dict[str, Any] = {
        "org": "",
        "task": TaskVersion(TaskName("p", "d", name), "v3"),
        "live_version": "v3",
        "selector": Selector(auto_version="latest"),
        "strategy": "merge",
        "action": "update" if fields else "unchanged",
        "manifests": (Source(name="etl", position=PLACE),),
        "fields": fields,
        "base_digest": "sha256:1",
        "live_digest": "sha256:1",
        "desired_digest": "sha256:2",
        "submit": Submit(kind="version", name="v3.2222222222.flyteplan", state="new"),
    }
    return Change(**{**values, **more})


def plan(*changes: Change) -> Plan:
    return Plan(target="local", catalog="c", org="", project="p", domain="d", changes=changes)


def lines(old: Plan, new: Plan) -> list[str]:
    """Without the first and the last one."""
    return plain(compared(comparison(old, new))).splitlines()[2:-2]


CPU = field("resources.requests.cpu", "2", "4")


def test_fields_are_shown_as_a_diff() -> None:
    gone = field("resources.limits.cpu", "8", None, collateral=True)
    assert plain(difftext(plan(change("a", CPU, gone, strategy="replace"), change("b")))) == (
        "@@ a  resources.requests.cpu @@ etl.yaml:14\n"
        "- 2\n"
        "+ 4\n"
        "@@ a  resources.limits.cpu @@ etl.yaml:14\n"
        "! strategy: replace takes the whole of resources\n"
        "- 8\n"
    )


def test_a_plan_that_changes_nothing_has_no_diff() -> None:
    assert list(difftext(plan(change("a")))) == []


def test_equal_plans_are_the_same() -> None:
    assert lines(plan(change("a", CPU)), plan(change("a", CPU))) == ["The plans are the same."]


def test_lines_of_manifests_that_move_are_no_change() -> None:
    moved = CPU._replace(set_by=Position("etl.yaml", 20, 7))
    assert lines(plan(change("a", CPU)), plan(change("a", moved))) == ["The plans are the same."]


def test_tasks_of_one_plan_only_are_named() -> None:
    assert lines(plan(change("a", CPU)), plan(change("b"))) == [
        "- a  no longer in the plan",
        "    it was not applied, so what is live stays as it is; no longer asked for:",
        "    resources.requests.cpu  4 -> 2   -2  x0.5   etl.yaml:14",
        "+ b  new in the plan",
    ]


def test_versions_and_fields_that_are_wanted_otherwise_stand_in_columns() -> None:
    newer = change(
        "a",
        CPU._replace(desired="6"),
        field("retries.count", 1, 3),
        task=TaskVersion(TaskName("p", "d", "a"), "v4"),
        live_version="v4",
    )
    assert lines(plan(change("a", CPU)), plan(newer)) == [
        "~ a",
        "    base                    v3 -> v4",
        "    resources.requests.cpu   4 -> 6   +2  x1.5   etl.yaml:14",
        "    retries.count            1 -> 3   +2  x3     etl.yaml:14",
    ]


def test_what_no_field_tells_is_told_by_the_digests() -> None:
    other = change("a", CPU, desired_digest="sha256:3")
    assert lines(plan(change("a", CPU)), plan(other)) == ["~ a", "    specs  2 -> 3"]


def test_plans_of_two_targets_say_so() -> None:
    assert lines(plan(), replace(plan(), target="prod")) == ["~ target  local p/d -> prod p/d"]


PROBLEM = Problem(code="FP1203", position=PLACE, message="cpu \x1b is odd", hint="lower it")


def test_a_problem_is_one_line_with_its_place_and_its_code() -> None:
    assert plain(problems([PROBLEM])) == "etl.yaml:14:7: error[FP1203]: cpu \\x1b is odd (lower it)\n"


def test_errors_and_warnings_have_colours_of_their_own() -> None:
    warning = replace(PROBLEM, severity="warning", hint="")
    assert "\x1b[31merror[FP1203]\x1b[0m" in ansi(problems([PROBLEM]))
    assert "\x1b[33mwarning[FP1203]\x1b[0m" in ansi(problems([warning]))


def test_problems_for_machines_have_the_parts_apart() -> None:
    assert problems_json([PROBLEM]) == [
        {
            "code": "FP1203",
            "severity": "error",
            "path": "etl.yaml",
            "line": 14,
            "column": 7,
            "message": "cpu \x1b is odd",
            "hint": "lower it",
        }
    ]


def test_another_sensitive_value_than_before_is_told() -> None:
    def secret(digest: str) -> Change:
        return change("a", field("env_vars.A_TOKEN", {"sensitive": "0"}, {"sensitive": digest}))

    assert lines(plan(secret("1")), plan(secret("1"))) == ["The plans are the same."]
    (_, row) = lines(plan(secret("1")), plan(secret("2")))
    assert row.endswith("(sensitive) -> (sensitive, changed)   etl.yaml:14")
