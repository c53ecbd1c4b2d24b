"""What flyteplan says of a change, and what the SDK's own functions make of it.

The SDK finds a cached result by `generate_cache_key_hash`, when the task is cached at all, and names an action after
`generate_task_identity_hash` and the inputs that are not ignored: a run that recovers finds by it what it did before.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from flyte._internal.runtime import convert
from flyteidl2.core.literals_pb2 import Literal
from flyteidl2.core.types_pb2 import SimpleType
from flyteidl2.task.common_pb2 import Inputs, NamedLiteral
from flyteidl2.task.task_definition_pb2 import TaskDetails, TaskSpec
from google.protobuf.duration_pb2 import Duration
from tests.parity import planned
from tests.parity.planned import ROOT
from tests.parity.templates import snapshot

from flyteplan.model.effects import CAPACITY, IDENTITY, PIN, RECOMPUTE

# Every field that an override can change, each in ways that matter for the names of results or could be thought to.
OVERRIDES: tuple[dict[str, Any], ...] = (
    {"short_name": "other"},
    {"resources": {"cpu": 7}},
    {"resources": {"memory": ["3Gi", "5Gi"]}},
    {"resources": {"gpu": "A100:4"}},
    {"resources": {"disk": "11Gi", "shm": "3Gi"}},
    {"retries": 9},
    {"retries": {"count": 9, "backoff": {"base": "10s", "factor": 2, "cap": "5m"}}},
    {"timeout": {"max_runtime": "3h", "max_queued_time": "17m", "deadline": "5h"}},
    {"env_vars": {"NEW": "x"}},
    {"cache": "disable"},
    {"cache": {"behavior": "override"}},
    {"cache": {"behavior": "override", "version_override": "v99"}},
    {"cache": {"behavior": "disable", "version_override": "v99"}},
    {"cache": {"behavior": "override", "ignored_inputs": ["seed"]}},
    {"cache": {"behavior": "override", "ignored_inputs": ["b", "a"]}},
    {"cache": {"behavior": "override", "ignored_inputs": []}},
    {"cache": {"behavior": "override", "serialize": True}},
    {"cache": {"behavior": "override", "max_age": "3d"}},
    {"secrets": ["another-key"]},
    {"service_account": "another"},
    {"produces_artifacts": True},
    {"image": "registry.example.com/other:9"},
    {"interruptible": True},
    {"labels": {"new": "b"}},
    {"annotations": {"new": "b"}},
    {"pod_template_name": "large"},
)
# What has no place in a template, and so does nothing to it.
OF_A_CALL = {"queue", "max_inline_io_bytes"}


def own(*, cached: bool, version: str = "v1", ignored: tuple[str, ...] = ()) -> TaskDetails:
    details = TaskDetails()
    details.task_id.project, details.task_id.domain, details.task_id.name = "p", "d", "env.task"
    details.task_id.version = details.spec.task_template.id.version = "v1"
    template = details.spec.task_template
    template.id.name, template.type = "env.task", "python"
    template.container.image = "registry.example.com/task:1"
    for name in ("a", "b", "seed"):
        template.interface.inputs.variables.add(key=name).value.type.simple = SimpleType.STRING
    template.metadata.discoverable, template.metadata.discovery_version = cached, version
    template.metadata.cache_ignore_input_vars.extend(ignored)
    template.metadata.cache_max_age.CopyFrom(Duration(seconds=60))
    return details


BASES = [
    pytest.param(own(cached=True), id="cached"),
    pytest.param(own(cached=False), id="not-cached"),
    pytest.param(own(cached=True, ignored=("a", "b")), id="two-ignored"),
    pytest.param(own(cached=False, ignored=("seed",)), id="not-cached-one-ignored"),
    pytest.param(own(cached=True, version=""), id="no-version"),
    *(
        pytest.param(details, id=f"{details.task_id.name}@{details.task_id.version}")
        for details in snapshot(ROOT / "examples" / "catalog" / "tasks.jsonl")
    ),
]
each_base = pytest.mark.parametrize("details", BASES)


def inputs(spec: TaskSpec) -> Inputs:
    """One for each of the interface: a name that is ignored and is no input makes no difference."""
    literals = []
    for entry in spec.task_template.interface.inputs.variables:
        literal = Literal()
        literal.scalar.primitive.string_value = f"value of {entry.key}"
        literals.append(NamedLiteral(name=entry.key, value=literal))
    return Inputs(literals=literals)


def cache_key(spec: TaskSpec) -> str | None:
    """As the SDK's controller makes it; None: no result is cached."""
    template, metadata, given = spec.task_template, spec.task_template.metadata, inputs(spec)
    if not metadata.discoverable:
        return None
    return convert.generate_cache_key_hash(
        template.id.name,
        convert.generate_inputs_hash_from_proto(given),
        template.interface,
        metadata.discovery_version,
        list(metadata.cache_ignore_input_vars),
        given,
    )


def recovery_key(spec: TaskSpec) -> tuple[str, str]:
    """What the name of an action is made of, but for where in the run it is called."""
    ignored = list(spec.task_template.metadata.cache_ignore_input_vars)
    identity = convert.generate_task_identity_hash(spec.task_template)
    return identity, convert.generate_filtered_inputs_hash(inputs(spec), ignored)


@each_base
@pytest.mark.parametrize("overrides", OVERRIDES, ids=json.dumps)
@pytest.mark.parametrize("strategy", ["merge", "replace"])
def test_the_effects_are_those_of_the_sdk(details: TaskDetails, overrides: dict[str, Any], strategy: str) -> None:
    made = planned.apply(details, overrides, strategy)
    if isinstance(made, planned.Refused):
        return
    effects = made.change().effects
    before, after = cache_key(details.spec), cache_key(made.spec)
    assert (RECOMPUTE in effects) == (before is not None and before != after)
    assert (IDENTITY in effects) == (recovery_key(details.spec) != recovery_key(made.spec))


@each_base
def test_another_interface_is_another_task_to_a_cache(details: TaskDetails) -> None:
    other = TaskDetails()
    other.CopyFrom(details)
    other.spec.task_template.interface.inputs.variables.add(key="new").value.type.simple = SimpleType.STRING
    made = planned.apply(details, {"retries": 9}, "merge")
    assert isinstance(made, planned.Accepted)
    assert recovery_key(details.spec) != recovery_key(other.spec)
    effects = planned.between(made, other.spec).effects
    assert IDENTITY in effects
    assert (RECOMPUTE in effects) == (cache_key(details.spec) is not None)


def test_every_override_is_tried() -> None:
    schema = json.loads((ROOT / "schema" / "task-override.v1.schema.json").read_text("utf-8"))
    known = schema["properties"]["spec"]["properties"]["overrides"]["properties"]
    assert {name for one in OVERRIDES for name in one} == set(known) - OF_A_CALL


@pytest.mark.parametrize(
    ("overrides", "effect"),
    [({"resources": {"cpu": 7}}, CAPACITY), ({"image": "registry.example.com/other:9"}, PIN)],
)
def test_capacity_and_pins_are_told(overrides: dict[str, Any], effect: str) -> None:
    made = planned.apply(own(cached=True), overrides, "merge")
    assert isinstance(made, planned.Accepted)
    assert made.change().effects == (effect,)
