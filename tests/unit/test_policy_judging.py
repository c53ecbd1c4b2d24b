"""Rules against one task: what is deployed, what the manifest says, and the words of every decision.

A case of the table is a rule, what the author of `etl.load` deployed, what the manifest overrides, and what is said of
it: nothing, or `effect field: message`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from flyteidl2.task.task_definition_pb2 import TaskSpec
from tests.unit.test_render_text import change, field

from flyteplan import pipeline
from flyteplan.errors import Position
from flyteplan.load import load
from flyteplan.model.document import Document
from flyteplan.model.policy import Match, Naming, Policy, Rule, matches
from flyteplan.model.policytest import Case, Result
from flyteplan.model.settings import Setting
from flyteplan.model.task import TaskVersion, Template
from flyteplan.policy import decisions, judging
from flyteplan.record import replace
from flyteplan.validate import Validator
from flyteplan.validate.policytests import cases

SCHEMAS = Path(__file__).parents[2] / "schema"
POLICY, TEST, MANIFEST = (
    Validator((SCHEMAS / f"{name}.v1.schema.json").read_text("utf-8"))
    for name in ("override-policy", "policy-test", "task-override")
)
HERE = Position("m.yaml", 7, 5)
NONE: Mapping[str, str] = MappingProxyType({})
MEMORY = "limits: {resources.memory: {max: 8Gi}}"
CPU = "limits: {resources.requests.cpu: {min: 500m, max: 4}}"
GPU = "limits: {resources.gpu: {max: 1}}"
TIMEOUT = "limits: {timeout.max_runtime: {min: 1m, max: 2h}}"
RETRIES = "limits: {retries.count: {min: 1, max: 3}}"
SHM = "limits: {resources.shm: {max: 1Gi}}"
FORBIDDEN = "fields: {forbidden: [resources.gpu, env_vars.TEAM, submit.allow_older_base]}"
LIMITS = "fields: {forbidden: [resources.limits.*]}"
ALLOWED = "fields: {allowed: [resources, env_vars.LOG_*]}"
REQUIRED = "fields: {required: [timeout.max_runtime, labels.team]}"
IMAGES = "images: {allowed: ['ghcr.io/acme/*'], forbidden: ['*:latest']}"
VARIABLES = "env_vars: {forbidden: ['AWS_*']}"
ACCOUNTS = "service_accounts: {allowed: [trainer, 'etl-*']}"
DEVICES = "devices: {forbidden: [H100], allowed: [T4, A100*]}"
QUEUES = {
    "queue": "overrides: {queue: a}, submit: {as: run}",
    "submit.run.queue": "overrides: {}, submit: {as: run, run: {queue: a}}",
}
OLD = (
    ("A100_80G", "A100 80G", "nvidia-a100-80gb"),
    ("RTX_PRO_6000", "RTX PRO 6000", "nvidia-rtx-pro-6000"),
)
TABLE: list[tuple[str, str, str, list[str]]] = [
    # limits of quantities: what the task would have, request and limit
    (MEMORY, "{}", "overrides: {resources: {memory: 8Gi}}", []),
    (MEMORY, "{}", "overrides: {resources: {memory: 8192Mi}}", []),
    (
        MEMORY,
        "{}",
        "overrides: {resources: {memory: 9Gi}}",
        ["resources.requests.memory is 9Gi, and may be at most 8Gi"],
    ),
    (
        MEMORY,
        "{}",
        "overrides: {resources: {memory: [4Gi, 16Gi]}}",
        ["resources.limits.memory is 16Gi, and may be at most 8Gi"],
    ),
    (
        MEMORY,
        "{resources: {memory: 16Gi}}",
        "overrides: {retries: 2}",
        ["resources.requests.memory is 16Gi as it is deployed, and may be at most 8Gi"],
    ),
    (MEMORY, "{resources: {memory: 16Gi}}", "overrides: {resources: {memory: 4Gi}}", []),
    (MEMORY, "{resources: {memory: 16Gi}}", "overrides: {}", []),  # nothing changes, so nothing is judged
    (CPU, "{}", "overrides: {resources: {cpu: 4000m}}", []),
    (CPU, "{}", "overrides: {resources: {cpu: 4.5}}", ["resources.requests.cpu is 4.5, and may be at most 4"]),
    (CPU, "{}", "overrides: {resources: {cpu: 100m}}", ["resources.requests.cpu is 100m, and must be at least 500m"]),
    (CPU, "{}", "overrides: {resources: {cpu: [1, 64]}}", []),  # the limit is not what this rule is about
    (CPU, "{}", "overrides: {retries: 1}", []),  # without a request there is nothing to judge
    (
        "limits: {resources.disk: {max: 10Gi}}",
        "{}",
        "overrides: {resources: {disk: 20Gi}}",
        ["resources.requests.disk is 20Gi, and may be at most 10Gi"],
    ),
    (GPU, "{}", "overrides: {resources: {gpu: 1}}", []),
    (GPU, "{}", "overrides: {resources: {gpu: 'A100:2'}}", ["resources.gpu is 2, and may be at most 1"]),
    (GPU, "{resources: {gpu: 4}}", "overrides: {resources: {gpu: 0}}", []),
    (
        "limits: {resources.gpu: {min: 1}}",
        "{}",
        "overrides: {retries: 1}",
        ["resources.gpu is 0 as it is deployed, and must be at least 1"],
    ),
    (SHM, "{}", "overrides: {resources: {shm: auto}}", ["resources.shm is auto, and may be at most 1Gi"]),
    (SHM, "{}", "overrides: {resources: {shm: 512Mi}}", []),
    (SHM, "{}", "overrides: {retries: 1}", []),
    # counts and durations
    (RETRIES, "{}", "overrides: {retries: 3}", []),
    (RETRIES, "{}", "overrides: {retries: 4}", ["retries.count is 4, and may be at most 3"]),
    (RETRIES, "{retries: 2}", "overrides: {retries: 0}", ["retries.count is 0, and must be at least 1"]),
    (TIMEOUT, "{}", "overrides: {timeout: 120m}", []),
    (TIMEOUT, "{}", "overrides: {timeout: 3h}", ["timeout.max_runtime is 3h, and may be at most 2h"]),
    (TIMEOUT, "{}", "overrides: {timeout: 10s}", ["timeout.max_runtime is 10s, and must be at least 1m"]),
    (TIMEOUT, "{timeout: 1h}", "overrides: {timeout: 0}", ["timeout.max_runtime has no bound, and may be at most 2h"]),
    (
        TIMEOUT,
        "{}",
        "overrides: {retries: 1}",
        ["timeout.max_runtime has no bound as it is deployed, and may be at most 2h"],
    ),
    # fields that manifests set
    (FORBIDDEN, "{resources: {gpu: 1}, env_vars: {TEAM: a}}", "overrides: {resources: {cpu: 1}}", []),
    (FORBIDDEN, "{}", "overrides: {resources: {gpu: 2}}", ["resources.requests.gpu is forbidden by resources.gpu"]),
    (FORBIDDEN, "{env_vars: {TEAM: a}}", "overrides: {env_vars: {TEAM: null}}", ["env_vars.TEAM is forbidden"]),
    (
        FORBIDDEN,
        "{env_vars: {TEAM: a}}",
        "strategy: replace, overrides: {env_vars: {OTHER: b}}",  # which takes TEAM away
        ["env_vars.TEAM is forbidden"],
    ),
    (FORBIDDEN, "{}", "strategy: replace, overrides: {env_vars: {OTHER: b}}", []),
    (
        FORBIDDEN,
        "{}",
        "overrides: {retries: 1}, submit: {allow_older_base: true}",
        ["submit.allow_older_base is forbidden"],
    ),
    # a limit is judged where the override sets one
    (LIMITS, "{}", "overrides: {resources: {cpu: 2, disk: 10Gi}}", []),
    (LIMITS, "{}", "overrides: {resources: {gpu: 1}}", []),
    (LIMITS, "{}", "overrides: {resources: {gpu: 'T4:1'}}", []),
    (LIMITS, "{resources: {disk: 1Gi}}", "overrides: {resources: {disk: null, gpu: 0}}", []),
    (LIMITS, "{}", "strategy: replace, overrides: {resources: {disk: 10Gi, gpu: 1}}", []),
    (
        LIMITS,
        "{}",
        "overrides: {resources: {cpu: [1, 2]}}",
        ["resources.limits.cpu is forbidden by resources.limits.*"],
    ),
    (
        LIMITS,
        "{resources: {cpu: [1, 2]}}",
        "overrides: {resources: {cpu: null}}",
        ["resources.requests.cpu is forbidden by resources.limits.*"],
    ),
    (
        LIMITS,
        "{resources: {cpu: [1, 2]}}",
        "strategy: replace, overrides: {resources: {disk: 10Gi}}",  # which takes the limit away
        ["resources.limits.cpu is forbidden by resources.limits.*"],
    ),
    ("fields: {forbidden: [resources.requests.disk]}", "{}", "overrides: {resources: {cpu: 1}}", []),
    (
        "fields: {forbidden: [resources.requests.disk]}",
        "{resources: {disk: 1Gi}}",
        "overrides: {resources: {disk: 1Gi}, retries: 1}",
        ["resources.requests.disk is forbidden"],
    ),
    ("fields: {allowed: [resources.requests.*]}", "{}", "overrides: {resources: {disk: 1Gi, gpu: 1}}", []),
    # the queue of a run is one setting with two spellings
    *(
        (f"fields: {{{mode}: [{glob}]}}", "{}", f"{manifest}", [f"{written} is {said}"] if said else [])
        for written, manifest in QUEUES.items()
        for mode, glob, said in (
            ("forbidden", "queue", "forbidden" if written == "queue" else "forbidden by queue"),
            ("forbidden", "submit.run.queue", "forbidden by submit.run.queue" if written == "queue" else "forbidden"),
            ("forbidden", "submit.run.q*", "forbidden by submit.run.q*"),
            ("allowed", "resources", "not allowed, only resources"),
            ("allowed", "queue", ""),
            ("allowed", "submit.run.queue", ""),
        )
    ),
    *(
        (f"fields: {{required: [{glob}]}}", "{}", manifest, [])
        for manifest in QUEUES.values()
        for glob in ("queue", "submit.run.queue", "submit.run")
    ),
    ("fields: {required: [submit.run.name]}", "{}", "overrides: {}, submit: {as: run, run: {name: nightly}}", []),
    (
        "fields: {required: [submit.run.name]}",
        "{}",
        "overrides: {queue: a}, submit: {as: run}",
        ["field submit.run.name is required, and missing"],
    ),
    (
        "fields: {required: [queue]}",
        "{}",
        "overrides: {queue: null}, submit: {as: run}",
        ["field queue is required, and missing (add overrides.queue)"],
    ),
    (ALLOWED, "{}", "overrides: {resources: {cpu: 1, gpu: 2}, env_vars: {LOG_LEVEL: DEBUG}}", []),
    (ALLOWED, "{}", "overrides: {retries: 1}", ["retries.count is not allowed, only resources, env_vars.LOG_*"]),
    (ALLOWED, "{}", "overrides: {resources: {cpu: 1}}, submit: {triggers: retarget}", []),
    (REQUIRED, "{timeout: 1h, labels: {team: a}}", "overrides: {retries: 1}", []),
    (REQUIRED, "{}", "overrides: {timeout: 1h, labels: {team: a}}", []),
    (
        REQUIRED,
        "{labels: {team: a}}",
        "overrides: {retries: 1}",
        ["field timeout.max_runtime is required, and missing (add overrides.timeout.max_runtime)"],
    ),
    (
        REQUIRED,
        "{timeout: 1h, labels: {team: a}}",
        "overrides: {labels: {team: null}}",
        ["field labels.team is required, and missing (add overrides.labels.team)"],
    ),
    # names: of images, variables, accounts, devices
    (IMAGES, "{image: 'x:latest'}", "overrides: {retries: 1}", []),
    (IMAGES, "{}", "overrides: {image: 'ghcr.io/acme/etl:1'}", []),
    (IMAGES, "{}", "overrides: {image: 'x:1'}", ["image x:1 is not allowed, only ghcr.io/acme/*"]),
    (
        IMAGES,
        "{}",
        "overrides: {image: 'ghcr.io/acme/etl:latest'}",
        ["image ghcr.io/acme/etl:latest is forbidden by *:latest"],
    ),
    (VARIABLES, "{env_vars: {AWS_REGION: x}}", "overrides: {env_vars: {AWS_REGION: null}}", []),
    (VARIABLES, "{}", "overrides: {env_vars: {AWS_KEY: x}}", ["variable AWS_KEY is forbidden by AWS_*"]),
    (
        VARIABLES,
        "{}",
        "overrides: {secrets: [{key: k, as_env_var: AWS_KEY}]}",
        ["variable AWS_KEY is forbidden by AWS_*"],
    ),
    (
        VARIABLES,
        "{}",
        "overrides: {}, submit: {as: run, run: {envs: {AWS_KEY: x}}}",
        ["variable AWS_KEY is forbidden by AWS_*"],
    ),
    ("env_vars: {required: [TEAM]}", "{env_vars: {TEAM: a}}", "overrides: {retries: 1}", []),
    (
        "env_vars: {required: [TEAM]}",
        "{}",
        "overrides: {retries: 1}",
        ["environment variable TEAM is required, and missing (add overrides.env_vars.TEAM)"],
    ),
    (
        "fields: {required: [resources.limits.cpu]}, service_accounts: {required: ['etl-*']}",
        "{}",
        "overrides: {retries: 1}",
        [
            "field resources.limits.cpu is required, and missing (add overrides.resources.cpu)",
            "service account etl-* is required, and missing (add overrides.service_account)",
        ],
    ),
    (ACCOUNTS, "{}", "overrides: {service_account: etl-nightly}", []),
    (
        ACCOUNTS,
        "{}",
        "overrides: {service_account: admin}",
        ["service_account admin is not allowed, only trainer, etl-*"],
    ),
    (
        ACCOUNTS,
        "{}",
        "overrides: {}, submit: {as: run, run: {service_account: admin}}",
        ["submit.run.service_account admin is not allowed, only trainer, etl-*"],
    ),
    (DEVICES, "{}", "overrides: {resources: {gpu: 'T4:1'}}", []),
    (DEVICES, "{}", "overrides: {resources: {gpu: 'A100_80G:1'}}", []),
    (
        DEVICES,
        "{}",
        "overrides: {resources: {gpu: 'H100:1'}}",
        ["device H100 is forbidden", "device H100 is not allowed, only T4, A100*"],
    ),
    *(
        (
            f"devices: {{forbidden: ['{spelling}']}}",
            "{}",
            f"overrides: {{resources: {{gpu: '{written}:1'}}}}",
            [f"device {device} is forbidden{'' if spelling == device else f' by {spelling}'}"],
        )
        for device, old, of_template in OLD
        for spelling in (device, old, of_template)
        for written in (device, old)
    ),
    ("devices: {forbidden: ['A100', 'nvidia-tesla-a100']}", "{}", "overrides: {resources: {gpu: 'A100 80G:1'}}", []),
    ("devices: {required: ['A100 80G']}", "{}", "overrides: {resources: {gpu: 'A100_80G:1'}}", []),
    (
        DEVICES,
        "{resources: {gpu: 'L4:1'}}",
        "overrides: {retries: 1}",
        ["device L4 is not allowed, only T4, A100*"],
    ),
]
MATCHES = [
    ("{}", True),
    ("{tasks: ['etl.*']}", True),
    ("{tasks: ['ETL.*']}", False),
    ("{tasks: [load]}", False),
    ("{tasks: ['x', 'etl.load']}", True),
    ("{exclude: ['etl.*']}", False),
    ("{projects: [ml]}", True),
    ("{projects: [other]}", False),
    ("{domains: ['prod*']}", True),
    ("{domains: [staging]}", False),
    ("{targets: [production]}", True),
    ("{targets: [staging]}", False),
    ("{labels: {team: 'da*'}}", True),
    ("{labels: {team: vision}}", False),
    ("{labels: {owner: '*'}}", False),
    ("{tasks: ['etl.*'], domains: [staging]}", False),
]


def documents(text: str) -> list[Document]:
    found = list(load(text.encode(), "test.yaml"))
    assert all(isinstance(item, Document) for item in found), found
    return found  # type: ignore[return-value]


def judged(policy: str, case: str, now: str = "2026-11-01", limits: Mapping[str, str] = NONE) -> Result:
    """What *policy*, the spec of one, says of *case*; *limits* are those of what is deployed."""
    head = "apiVersion: flyteplan/v1\nmetadata: {name: t}\n"
    read = pipeline.read_policies(
        [(0, "policy.yaml", f"{head}kind: OverridePolicy\nspec: {policy}\n".encode())], POLICY
    )
    assert read.problems == ()
    where = "target: production, task: {name: etl.load, project: ml, domain: production}"
    written = f"{{name: c, expect: {{}}, {case}}}"
    (document,) = documents(f"{head}kind: PolicyTest\nspec: {{now: '{now}', {where}, cases: [{written}]}}\n")
    (found,), problems = cases(document, TEST)
    assert problems == ()
    result = pipeline.try_case(found, bare(found, limits), read.policies, MANIFEST)
    assert result.problems == ()
    return result


def bare(case: Case, limits: Mapping[str, str] = NONE) -> Template:
    spec = TaskSpec()
    spec.task_template.container.SetInParent()
    for name, value in limits.items():
        spec.task_template.container.resources.limits.add(name=name, value=value)
    return Template(key=TaskVersion(case.task, "v1"), spec=spec, deployed_at=0)


def rule(parts: str, effect: str = "deny") -> str:
    return f"{{rules: [{{name: r, {parts}, {effect}: because}}]}}"


def test_there_are_enough_cases_and_both_kinds() -> None:
    assert len(TABLE) >= 40
    assert sum(not said for *_, said in TABLE) >= 20
    assert sum(bool(said) for *_, said in TABLE) >= 20


@pytest.mark.parametrize(("parts", "deployed", "manifest", "expected"), TABLE)
def test_a_rule(parts: str, deployed: str, manifest: str, expected: list[str]) -> None:
    found = judged(rule(parts), f"deployed: {deployed}, {manifest}").decisions
    assert sorted(one.message for one in found) == sorted(expected)
    assert {one.effect for one in found} <= {"deny"}
    assert all(one.rule_at.path == "policy.yaml" and one.rule_at.line == 4 for one in found)
    assert all(one.set_by.path == "test.yaml" and one.set_by.line == 4 for one in found)


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        ("overrides: {resources: {gpu: 1}}", ["resources.requests.gpu is forbidden by resources.limits.*"]),
        ("overrides: {resources: {gpu: 2}, retries: 1}", ["resources.requests.gpu is forbidden by resources.limits.*"]),
        ("overrides: {resources: {gpu: 0}}", ["resources.limits.gpu is forbidden by resources.limits.*"]),
        ("overrides: {resources: {disk: 1Gi}}", []),  # which keeps the limit
        ("overrides: {resources: {disk: null}}", ["resources.limits.disk is forbidden by resources.limits.*"]),
        ("strategy: replace, overrides: {retries: 1}", []),
        (
            "strategy: replace, overrides: {resources: {disk: 1Gi, cpu: 1}}",
            ["resources.limits.disk is forbidden by resources.limits.*"],
        ),
    ],
)
def test_a_limit_that_is_deployed_is_judged_where_the_override_writes_it(manifest: str, expected: list[str]) -> None:
    found = judged(rule(LIMITS), manifest, limits={"GPU": "2", "EPHEMERAL_STORAGE": "2Gi"}).decisions
    assert [one.message for one in found] == expected


@pytest.mark.parametrize(("match", "expected"), MATCHES)
def test_a_rule_is_held_against_the_tasks_that_match(match: str, expected: bool) -> None:
    found = judged(rule(f"match: {match}, {RETRIES}"), "labels: {team: data}, overrides: {retries: 9}").decisions
    assert bool(found) == expected


def test_a_warning_is_a_decision_too() -> None:
    (found,) = judged(rule(RETRIES, "warn"), "overrides: {retries: 9}").decisions
    assert (found.effect, found.rule, found.policy, found.reason) == ("warn", "r", "t", "because")


def test_places_are_those_of_the_line_that_is_broken_and_the_value_that_breaks_it() -> None:
    (found,) = judged(rule(RETRIES), "overrides: {retries: 9}").decisions
    assert (found.rule_at.column, found.set_by.column) == (35, 146)


def test_a_field_that_nobody_set_stands_where_the_manifest_begins() -> None:
    (found,) = judged(rule(TIMEOUT), "overrides: {resources: {cpu: 1}}").decisions
    assert found.set_by.column == 119


@pytest.mark.parametrize(
    ("now", "until", "match", "effect"),
    [
        ("2026-10-31T23:59Z", "2026-10-31", "{tasks: ['*']}", "excused"),
        ("2026-11-01", "2026-10-31", "{tasks: ['*']}", "deny"),
        ("2026-02-28", "2027-01-01", "{tasks: ['etl.*']}", "excused"),
        ("2026-02-28", "2027-01-01", "{tasks: [other]}", "deny"),
        ("2026-02-28", "2027-01-01", "{domains: [staging]}", "deny"),
        ("2026-02-28", "2027-01-01", "{labels: {team: data}}", "excused"),
    ],
)
def test_an_exception_holds_for_its_tasks_until_its_day_is_over(now: str, until: str, match: str, effect: str) -> None:
    waiver = f"{{rule: r, match: {match}, reason: why, owner: me, until: '{until}'}}"
    policy = f"{{rules: [{{name: r, {RETRIES}, deny: no}}], exceptions: [{waiver}]}}"
    (found,) = judged(policy, "labels: {team: data}, overrides: {retries: 9}", now).decisions
    assert found.effect == effect
    assert (found.waiver is not None) == (effect == "excused")


def test_of_two_exceptions_the_longer_one_counts_and_none_excuses_another_rule() -> None:
    waivers = ", ".join(
        f"{{rule: {name}, match: {{tasks: ['*']}}, reason: why, owner: me, until: '{until}'}}"
        for name, until in (("r", "2026-12-01"), ("r", "2027-12-01"), ("s", "2028-12-01"))
    )
    rules = f"{{name: r, {RETRIES}, deny: no}}, {{name: s, {CPU}, deny: no}}"
    (found,) = judged(f"{{rules: [{rules}], exceptions: [{waivers}]}}", "overrides: {retries: 9}").decisions
    assert found.waiver is not None
    assert found.waiver.until == "2027-12-01"


def test_a_version_that_is_known_in_a_task_only_is_judged_by_what_manifests_say() -> None:
    from flyteplan.model.config import Target
    from flyteplan.pipeline.policytesting import OneTask

    text = """
apiVersion: flyteplan/v1
kind: TaskOverride
metadata: {name: a}
spec:
  task: {name: etl.load, auto_version: current}
  submit: {as: none}
  overrides: {retries: 9}
"""
    read = pipeline.validate([(0, "m.yaml", text.encode())], MANIFEST, [[0]])
    target = Target(name="", project="ml", domain="production")
    (case,), _ = cases(
        documents(
            "apiVersion: flyteplan/v1\nkind: PolicyTest\nmetadata: {name: t}\n"
            "spec: {now: 2026-01-01, task: {name: etl.load, project: ml, domain: production}, "
            "cases: [{name: c, expect: {}}]}\n"
        )[0],
        TEST,
    )
    made = pipeline.plan(read.manifests, target, OneTask(bare(case)), current=None, choice=pipeline.Choice())
    plan = made.plan
    assert plan is not None, made.problems
    policy = f"apiVersion: flyteplan/v1\nkind: OverridePolicy\nmetadata: {{name: t}}\nspec: {rule(f'{RETRIES}')}\n"
    both = policy.replace("retries.count", "timeout.deadline: {max: 1h}, retries.count")
    policies = pipeline.read_policies([(0, "p.yaml", both.encode())], POLICY).policies
    judgement = pipeline.judge(plan, plan.changes, pipeline.Rulebook(policies=policies), "2026-11-01T00:00Z").judgement
    assert judgement is not None
    assert [one.message for one in judgement.decisions] == ["retries.count is 9, and may be at most 3"]


def test_the_names_of_fields_are_held_to_a_rule_once_however_many_tasks_have_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count = 0

    def counted(name: str, globs: Iterable[str]) -> bool:
        nonlocal count
        count += 1
        return matches(name, globs)

    monkeypatch.setattr(judging, "matches", counted)
    globs = tuple(f"labels.x{number}-*" for number in range(20))
    naming = Naming(subject="fields", mode="forbidden", globs=globs, position=Position("p.yaml", 5))
    everything = Match()
    rule = Rule(
        policy="p", name="r", effect="deny", message="m", match=everything, bounds=(), namings=(naming,), position=HERE
    )
    retries = Setting(("overrides", "retries", "count"), 2, HERE)
    changes = [
        replace(change(f"etl.t{number}", field("retries.count", 1, 2)), settings=(retries,)) for number in range(50)
    ]
    assert decisions([Policy(name="p", position=HERE, rules=(rule,))], "", changes, "2026-11-01T00:00Z") == ()
    assert 0 < count <= 5 * len(globs)
