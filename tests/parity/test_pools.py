"""The key of a reuse pool is what the SDK's own deployment derives, under merge; under replace it stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePath
from typing import Any

import pytest
from flyte import ReusePolicy
from flyte._internal.runtime.reuse import extract_unique_id_and_image
from flyte.models import CodeBundle
from flyteidl2.core.tasks_pb2 import TaskTemplate
from flyteidl2.task.task_definition_pb2 import TaskDetails
from google.protobuf.duration_pb2 import Duration
from tests.parity import planned
from tests.parity.law import serialized
from tests.parity.planned import ROOT
from tests.parity.templates import snapshot

# The SDK keeps this much of its digest.
DIGITS = 15
POOLS = [
    pytest.param(details, id=f"{details.task_id.name}@{details.task_id.version}")
    for details in snapshot(ROOT / "examples" / "catalog" / "tasks.jsonl")
    if details.spec.task_template.HasField("reuse_policy")
]
CHANGES: tuple[dict[str, Any], ...] = (
    {"image": "registry.example.com/other:9"},
    {"env_vars": {"LOG_LEVEL": "DEBUG", "NEW": "x"}},
    {"resources": {"cpu": 7, "memory": ["3Gi", "5Gi"], "disk": "1Gi"}},
    {"secrets": ["wandb-key"]},
    {"service_account": "trainer"},
    {"interruptible": True},
    {"pod_template_name": "large"},
)
UNSEEN: tuple[dict[str, Any], ...] = (
    {"retries": 9},
    {"timeout": "3h"},
    {"short_name": "other"},
    {"cache": {"behavior": "override", "version_override": "v99"}},
    {"labels": {"a": "b"}},
)
each_pool = pytest.mark.parametrize("details", POOLS)
each_change = pytest.mark.parametrize("overrides", CHANGES, ids=str)


def sdk_key(template: TaskTemplate) -> tuple[str, str]:
    """The key and the image that a deployment of *template* would give its pool."""
    name = template.custom["name"]
    key, image = extract_unique_id_and_image(str(name), _bundle(template), template, _policy(template))
    return key[:DIGITS], image


def _bundle(template: TaskTemplate) -> CodeBundle:
    """The example tasks' bundles are files that are named after their version."""
    arguments = list(template.container.args)
    address = arguments[arguments.index("--tgz") + 1]
    return CodeBundle(computed_version=PurePath(address).stem, tgz=address)


def _policy(template: TaskTemplate) -> ReusePolicy:
    policy = template.reuse_policy
    return ReusePolicy(
        replicas=(policy.min_replicas, policy.max_replicas),
        idle_ttl=_span(policy.idle_ttl),
        scaledown_ttl=_span(policy.scaledown_ttl),
    )


def _span(duration: Duration) -> timedelta:
    return timedelta(seconds=duration.seconds, microseconds=duration.nanos // 1000)


def accepted(details: TaskDetails, overrides: dict[str, Any], strategy: str) -> planned.Accepted:
    before = serialized(details.spec)
    outcome = planned.apply(details, overrides, strategy)
    assert serialized(details.spec) == before
    assert isinstance(outcome, planned.Accepted), outcome
    return outcome


def test_the_shipped_catalog_has_pools() -> None:
    assert POOLS


@each_pool
def test_the_deployed_key_is_what_these_tests_derive(details: TaskDetails) -> None:
    template = details.spec.task_template
    assert template.custom["version"] == sdk_key(template)[0]


@each_change
@each_pool
def test_merge_gives_the_key_and_the_image_of_a_deployment(details: TaskDetails, overrides: dict[str, Any]) -> None:
    outcome = accepted(details, overrides, "merge")
    template: Any = outcome.spec.task_template
    key, image = sdk_key(template)
    assert template.custom["version"] == key != details.spec.task_template.custom["version"]
    assert template.custom["spec"]["container_image"] == image == template.container.image
    assert {field.path for field in outcome.change().fields if field.collateral} >= {"custom.version"}


@pytest.mark.parametrize("overrides", UNSEEN, ids=str)
@each_pool
def test_merge_keeps_the_key_when_nothing_of_it_changes(details: TaskDetails, overrides: dict[str, Any]) -> None:
    template = accepted(details, overrides, "merge").spec.task_template
    assert template.custom == details.spec.task_template.custom


@pytest.mark.parametrize("overrides", [{"env_vars": {"NEW": "x"}}, {"resources": {"cpu": 7}}], ids=str)
@each_pool
def test_replace_keeps_the_key_and_says_so(details: TaskDetails, overrides: dict[str, Any]) -> None:
    outcome = accepted(details, overrides, "replace")
    assert outcome.spec.task_template.custom == details.spec.task_template.custom
    assert [note.code for note in outcome.desired.notes if note.attention] == ["pool-key-kept"]


@pytest.mark.parametrize("strategy", ["merge", "replace"])
def test_a_pool_that_lacks_what_it_should_have_is_read_without_being_changed(strategy: str) -> None:
    details = TaskDetails()
    template = details.spec.task_template
    template.type = "actor"
    template.reuse_policy.max_replicas = 1
    template.custom.update({"type": "actor"})
    template.k8s_pod.pod_spec.update({"containers": [{"image": "a:1"}]})
    outcome = accepted(details, {"env_vars": {"NEW": "x"}}, strategy)
    assert set(outcome.spec.task_template.custom.fields) == ({"type", "version"} if strategy == "merge" else {"type"})
