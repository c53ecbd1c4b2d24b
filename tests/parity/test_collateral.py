"""What `strategy: replace` loses, as the SDK loses it, stands in the plan as collateral."""

from __future__ import annotations

from typing import Any

import pytest
from tests.parity import planned
from tests.parity.bases import base

from flyteplan.model.plan import Change, Field

LIMIT, ACCELERATOR = "resources.limits.memory", ("resources.gpu.device", "resources.gpu.partition")
MEMORY, SHM = "resources.requests.memory", "resources.shm"
IDENTITY = tuple(f"security_context.run_as.{name}" for name in ("execution_identity", "iam_role", "oauth2_client"))
FUSE = tuple(f"resources.{side}.smarter-devices/fuse" for side in ("limits", "requests"))
VALUE_FROM = "primary_container.env[POD].valueFrom.fieldRef.fieldPath"

# On which template, what is set, what changes as it was set, what is lost by it.
LOSSES: tuple[tuple[str, dict[str, Any], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "container",
        {"resources": {"cpu": 2}},
        ("resources.requests.cpu",),
        (*ACCELERATOR, LIMIT, "resources.requests.gpu", MEMORY, SHM),
    ),
    (
        "container",
        {"resources": {"gpu": 4}},
        ("resources.requests.gpu",),
        (*ACCELERATOR, LIMIT, "resources.requests.cpu", MEMORY, SHM),
    ),
    (
        "container",
        {"resources": {"gpu": 0, "cpu": 1}},
        (*ACCELERATOR, "resources.requests.gpu"),
        (LIMIT, MEMORY, SHM),
    ),
    (
        "pod",
        {"resources": {"cpu": 2, "shm": "1Gi"}},
        ("resources.requests.cpu", SHM),
        (*ACCELERATOR, "resources.limits.cpu", FUSE[0], "resources.requests.gpu", FUSE[1]),
    ),
    ("container", {"env_vars": {"A": "2"}}, ("env_vars.A",), ("env_vars.B", "env_vars._F_SYS_PATH")),
    ("pod", {"env_vars": {"N": "1"}}, ("env_vars.N",), ("env_vars.A", VALUE_FROM)),
    ("container", {"retries": 5}, ("retries.count",), ("retries.backoff.base", "retries.backoff.factor")),
    ("container", {"timeout": 90}, ("timeout.max_runtime",), ("timeout.deadline", "timeout.max_queued_time")),
    ("container", {"timeout": {"deadline": 30}}, ("timeout.deadline",), ("timeout.max_queued_time",)),
    (
        "container",
        {"cache": {"behavior": "override", "version_override": "v2"}},
        ("cache.version_override",),
        ("cache.ignored_inputs", "cache.max_age", "cache.serialize"),
    ),
    (
        "container",
        {"cache": "disable"},
        ("cache.behavior",),
        ("cache.ignored_inputs", "cache.max_age", "cache.serialize", "cache.version_override"),
    ),
    (
        "container",
        {"secrets": ["new"], "service_account": "trainer"},
        ("secrets.new", "service_account"),
        ("secrets.old", *IDENTITY, "security_context.tokens"),
    ),
    ("container", {"service_account": "trainer"}, ("service_account",), ()),
    # What is asked to be cleared is what its author wrote.
    ("container", {"env_vars": {}}, ("env_vars.A", "env_vars.B", "env_vars._F_SYS_PATH"), ()),
    ("container", {"secrets": []}, ("secrets.old",), (*IDENTITY, "security_context.tokens")),
    (
        "mac",
        {"resources": {"cpu": 1, "memory": ["2Gi", "4Gi"], "gpu": 2}},
        (),
        (
            *(f"env_vars._F_APPLE_SILICON_{name}" for name in ("EXECUTION", "HOST_PACKAGES")),
            *("resources.gpu.device", "resources.gpu.device_class"),
        ),
    ),
)


@pytest.mark.parametrize(("on", "overrides", "wanted", "lost"), LOSSES, ids=[f"{row[0]} {row[1]}" for row in LOSSES])
def test_what_is_lost_is_collateral(
    on: str, overrides: dict[str, Any], wanted: tuple[str, ...], lost: tuple[str, ...]
) -> None:
    fields = _change(on, overrides).fields
    assert _paths(field for field in fields if not field.collateral) == sorted(wanted)
    assert _paths(field for field in fields if field.collateral) == sorted(lost)


def test_no_overrides_change_nothing() -> None:
    change = _change("container", {})
    assert (change.action, change.fields) == ("unchanged", ())


def _change(on: str, overrides: dict[str, Any]) -> Change:
    outcome = planned.apply(base(on), overrides)
    assert isinstance(outcome, planned.Accepted)
    return outcome.change()


def _paths(fields: Any) -> list[str]:
    found: list[Field] = list(fields)
    return sorted(field.path for field in found)
