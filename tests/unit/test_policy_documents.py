"""Policies, guards and policy tests as documents: what is read of them, and the words and places of what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flyteplan.errors import CODES, Position
from flyteplan.load import load
from flyteplan.model.config import Config
from flyteplan.model.document import Document
from flyteplan.model.guards import Freeze, Guards, Most, Protected
from flyteplan.model.policy import Amount, Bound, Match, Naming, Policy, Rule, Waiver
from flyteplan.validate import Validator, config
from flyteplan.validate.policies import policy
from flyteplan.validate.policytests import cases

SCHEMAS = Path(__file__).parents[2] / "schema"
HEAD = "apiVersion: flyteplan/v1\nkind: OverridePolicy\nmetadata: {name: p}\nspec:\n"
TEXT = (SCHEMAS / "override-policy.v1.schema.json").read_text("utf-8")
VALIDATORS = [Validator(TEXT, "jsonschema_rs"), Validator(TEXT, "jsonschema")]
CONFIG = Validator((SCHEMAS / "config.v1.schema.json").read_text("utf-8"))
TEST = Validator((SCHEMAS / "policy-test.v1.schema.json").read_text("utf-8"))
RULE = "name: r, deny: d"
LIMIT = "limits: {retries.count: {max: 1}}"
WAIVER = "rule: r, match: {tasks: [x]}, reason: why, owner: me"
WRONG = [
    ("rules: []\n  rule: 1", ["6:3 FP1101 unknown key 'rule' in spec | did you mean rules?"]),
    ("{}", ["5:3 FP1102 spec needs rules or exceptions"]),
    (f"rules: [{{name: r, {LIMIT}}}]", ["5:11 FP1102 rules[0] needs deny or warn"]),
    (
        f"rules: [{{{RULE}, warn: w, {LIMIT}}}]",
        ["5:30 FP1105 deny and warn exclude each other in rules[0] | keep one of them"],
    ),
    (
        f"rules: [{{{RULE}}}]",
        ["5:18 FP1216 rules[0] holds nothing | add limits, fields, images, env_vars, service_accounts or devices"],
    ),
    (
        f"rules: [{{{RULE}, limits: {{memory: {{max: 1}}}}}}]",
        ["5:39 FP1101 unknown key 'memory' in rules[0].limits | did you mean resources.memory?"],
    ),
    (
        f"rules: [{{{RULE}, limits: {{resources.memory: {{max: 8GB}}}}}}]",
        ["5:63 FP1201 rules[0].limits.resources.memory.max: 8GB is no quantity | write 2, 500m or 8Gi"],
    ),
    (
        f"rules: [{{{RULE}, limits: {{retries.count: {{max: 1.5}}}}}}]",
        ["5:60 FP1104 rules[0].limits.retries.count.max: 1.5 is no whole number | write 3"],
    ),
    (
        f"rules: [{{{RULE}, limits: {{timeout.deadline: {{min: '1:30'}}}}}}]",
        ["5:63 FP1207 rules[0].limits.timeout.deadline.min: 1:30 is no duration | write 90s, 1h30m or 7d"],
    ),
    (
        f"rules: [{{{RULE}, limits: {{retries.count: {{min: 3, max: 1}}}}}}]",
        ["5:54 FP1203 rules[0].limits.retries.count: min 3 is above max 1"],
    ),
    (
        f"rules: [{{{RULE}, limits: {{retries.count: {{}}}}}}]",
        ["5:54 FP1216 rules[0].limits.retries.count holds nothing | give min, max, or both"],
    ),
    (
        f"rules: [{{{RULE}, fields: {{forbidden: [imagge]}}}}]",
        ["5:51 FP1214 no field that manifests set is imagge | did you mean image?"],
    ),
    (
        f"rules: [{{{RULE}, devices: {{forbidden: [T4, A1000]}}}}]",
        ["5:56 FP1214 no device that Flyte knows is A1000 | did you mean A100? for a device of your own, write *A1000"],
    ),
    (
        f"rules: [{{{RULE}, devices: {{allowed: [fpga-9000]}}}}]",
        ["5:50 FP1214 no device that Flyte knows is fpga-9000 | for a device of your own, write *fpga-9000"],
    ),
    (
        f"rules: [{{{RULE}, fields: {{}}}}]",
        ["5:38 FP1216 rules[0].fields holds nothing | give required, forbidden or allowed"],
    ),
    (
        f"rules: [{{{RULE}, images: {{allowed: []}}}}]",
        ["5:48 FP1103 rules[0].images.allowed must be a list with at least one item, and has 0 items"],
    ),
    (
        f"rules: [{{{RULE}, {LIMIT}, match: {{task: x}}}}]",
        ["5:73 FP1101 unknown key 'task' in rules[0].match | did you mean tasks?"],
    ),
    (f"exceptions: [{{{WAIVER}}}]", ["5:16 FP1102 until is missing in exceptions[0]"]),
    (
        f"exceptions: [{{{WAIVER}, until: 2026-02-30}}]",
        ["5:78 FP1215 exceptions[0].until: 2026-02-30 is no day | write a date such as 2026-12-31"],
    ),
    (
        f"exceptions: [{{{WAIVER}, until: 2026-02-28T10:00Z}}]",
        ["5:78 FP1215 exceptions[0].until: 2026-02-28T10:00Z is no day | write a date such as 2026-12-31"],
    ),
    (
        "exceptions: [{rule: r, match: {}, reason: why, owner: me, until: 2026-02-28}]",
        ['5:33 FP1216 exceptions[0].match names no tasks | say which tasks; "*" under tasks is all of them'],
    ),
]


def document(text: str) -> Document:
    found = next(load(text.encode(), "p.yaml"))
    assert isinstance(found, Document), found
    return found


def problems(text: str) -> list[str]:
    """The same from both libraries."""
    first, second = (policy(document(text), validator) for validator in VALIDATORS)
    assert first == second
    assert first.policy is None
    assert all(one.code in CODES for one in first.problems)
    return [
        f"{one.position.line}:{one.position.column} {one.code} {one.message}" + (f" | {one.hint}" if one.hint else "")
        for one in first.problems
    ]


@pytest.mark.parametrize(("spec", "expected"), WRONG)
def test_what_is_wrong_with_a_policy(spec: str, expected: list[str]) -> None:
    assert problems(f"{HEAD}  {spec}\n") == expected


def test_all_that_is_wrong_is_said_at_once() -> None:
    rules = "[{name: R, deny: d, limits: {resources.cpu: {max: x, least: 1}}}]"
    text = f"{HEAD}  rules: {rules}\n  exceptions: [{{}}]\n"
    assert [line.split(" ")[1] for line in problems(text)] == ["FP1209", "FP1201", "FP1101", "FP1102"]


def test_a_policy() -> None:
    spec = f"""
  rules:
    - name: r
      match: {{tasks: ["etl.*"], labels: {{team: a}}}}
      limits:
        resources.memory: {{min: 1Gi, max: 64Gi}}
      env_vars: {{forbidden: [A]}}
      warn: w
  exceptions:
    - {{{WAIVER}, until: 2026-12-31}}
"""
    bound = Bound(
        field="resources.memory",
        least=Amount(2**30 * 10**9, "1Gi"),
        most=Amount(2**36 * 10**9, "64Gi"),
        position=Position("p.yaml", 10, 9),
    )
    naming = Naming(subject="env_vars", mode="forbidden", globs=("A",), position=Position("p.yaml", 11, 18))
    rule = Rule(
        policy="p",
        name="r",
        effect="warn",
        message="w",
        match=Match(tasks=("etl.*",), labels=(("team", "a"),)),
        bounds=(bound,),
        namings=(naming,),
        position=Position("p.yaml", 7, 7),
    )
    waiver = Waiver(
        rule="r",
        match=Match(tasks=("x",)),
        reason="why",
        owner="me",
        until="2026-12-31",
        position=Position("p.yaml", 14, 8),
    )
    expected = Policy(name="p", position=Position("p.yaml", 3, 18), rules=(rule,), waivers=(waiver,))
    assert policy(document(f"{HEAD}{spec}"), VALIDATORS[0]).policy == expected


@pytest.mark.parametrize("kind", ["TaskOverride", "Config", "OverridePolicies"])
def test_another_kind_is_no_policy(kind: str) -> None:
    (problem,) = policy(document(f"apiVersion: flyteplan/v1\nkind: {kind}\nspec: {{}}\n"), VALIDATORS[0]).problems
    assert problem.code == "FP1106"


def target(guards: str) -> str:
    return f"apiVersion: flyteplan/v1\nkind: Config\ntargets:\n  a:\n    guards: {guards}\n"


def test_guards_come_with_their_places() -> None:
    freeze = "{name: f, from: 2026-12-20, until: 2027-01-03, reason: why, tasks: ['etl.*'], exclude: [etl.x]}"
    text = target(f"{{max_changed: 3, max_changed_percent: 7.5, protected: [a, b], freeze: [{freeze}]}}")
    found = config(document(text), CONFIG).config
    assert isinstance(found, Config)
    guards = Guards(
        max_changed=Most(3, Position("p.yaml", 5, 14)),
        max_changed_percent=Most(7.5, Position("p.yaml", 5, 30)),
        protected=(
            Protected(glob="a", position=Position("p.yaml", 5, 68)),
            Protected(glob="b", position=Position("p.yaml", 5, 71)),
        ),
        freezes=(
            Freeze(
                name="f",
                start="2026-12-20",
                end="2027-01-03",
                reason="why",
                tasks=("etl.*",),
                exclude=("etl.x",),
                position=Position("p.yaml", 5, 85),
            ),
        ),
    )
    assert found.targets[0].guards == guards


@pytest.mark.parametrize(
    ("freeze", "code"),
    [
        ("{name: f, from: 2026-13-20, until: 2027-01-03, reason: why}", "FP1215"),
        ("{name: f, from: 2026-12-20, until: 20:00, reason: why}", "FP1215"),
        ("{name: f, from: 2026-12-20T18:00+02:00, until: 2027-01-01, reason: why}", "FP1215"),
        ("{name: f, from: 2026-12-20, until: 2026-12-19, reason: why}", "FP1215"),
        ("{name: f, from: 2026-12-20, until: 2026-12-21}", "FP1102"),
        (
            "{name: f, from: 2026-12-20, until: 2026-12-21, reason: a}, {name: f, from: a, until: a, reason: a}",
            "FP2505",
        ),
    ],
)
def test_what_is_wrong_with_a_freeze(freeze: str, code: str) -> None:
    found = config(document(target(f"{{freeze: [{freeze}]}}")), CONFIG)
    assert code in [one.code for one in found.problems]


def test_a_freeze_of_one_day_begins_in_the_middle_of_it() -> None:
    text = target("{freeze: [{name: f, from: 2026-12-20T18:00Z, until: 2026-12-20, reason: a}]}")
    assert config(document(text), CONFIG).problems == ()


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ("{now: 2026-01-01}", "FP1102"),
        ("{now: today, cases: [{name: a, expect: {}}]}", "FP1215"),
        ("{now: 2026-01-01, cases: []}", "FP1103"),
        ("{now: 2026-01-01, cases: [{name: a, expect: {denied: [x]}}]}", "FP1101"),
        ("{now: 2026-01-01, cases: [{name: a, expect: {}, catalog: c}]}", "FP1102"),
        ("{now: 2026-01-01, cases: [{name: a, expect: {}, catalog: c, manifests: [m], overrides: {}}]}", "FP1105"),
    ],
)
def test_what_is_wrong_with_a_policy_test(spec: str, code: str) -> None:
    text = f"apiVersion: flyteplan/v1\nkind: PolicyTest\nmetadata: {{name: t}}\nspec: {spec}\n"
    found, wrong = cases(document(text), TEST)
    assert (found, [one.code for one in wrong]) == ((), [code])


ODD = [None, True, 0, -1, 1.5, "", "x", [], [None], {}, {"x": 1}]
VALID: dict[str, Any] = {
    "apiVersion": "flyteplan/v1",
    "kind": "OverridePolicy",
    "metadata": {"name": "p"},
    "spec": {
        "rules": [
            {
                "name": "r",
                "match": {"tasks": ["a"], "labels": {"a": "b"}},
                "limits": {"resources.cpu": {"min": 1, "max": "2"}, "timeout.deadline": {"max": "1h"}},
                "fields": {"required": ["image"], "allowed": ["resources"]},
                "deny": "d",
            }
        ],
        "exceptions": [{"rule": "r", "match": {"tasks": ["a"]}, "reason": "b", "owner": "c", "until": "2026-01-01"}],
    },
}
CASES: dict[str, Any] = {
    "apiVersion": "flyteplan/v1",
    "kind": "PolicyTest",
    "metadata": {"name": "t"},
    "spec": {
        "now": "2026-01-01",
        "task": {"name": "a"},
        "cases": [
            {"name": "a", "labels": {"a": "b"}, "deployed": {}, "overrides": {"retries": 1}, "expect": {"deny": ["r"]}}
        ],
    },
}
GUARDS: dict[str, Any] = {
    "apiVersion": "flyteplan/v1",
    "kind": "Config",
    "targets": {
        "a": {
            "guards": {
                "max_changed": 1,
                "protected": ["a"],
                "freeze": [{"name": "f", "from": "2026-01-01", "until": "2026-01-02", "reason": "r", "tasks": ["a"]}],
            }
        }
    },
}


def variants(value: Any) -> Iterator[Any]:
    """*value* with one part of it replaced by something odd, each part in turn."""
    yield from ODD
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        for odd in variants(part):
            copy: Any = list(value) if isinstance(value, list) else dict(value)
            copy[key] = odd
            yield copy


def test_whatever_is_written_is_read_or_a_problem() -> None:
    for value in variants(VALID):
        first, second = (policy(document(json.dumps(value)), validator) for validator in VALIDATORS)
        assert first == second
        assert (first.policy is None) == bool(first.problems)
    for value in variants(GUARDS):
        checked = config(document(json.dumps(value)), CONFIG)
        assert (checked.config is None) == bool(checked.problems)
    for value in variants(CASES):
        found, wrong = cases(document(json.dumps(value)), TEST)
        assert bool(found) != bool(wrong)
