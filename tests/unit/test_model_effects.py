"""What changes do, by the table; `tests/parity/test_effects.py` holds it to the SDK."""

from __future__ import annotations

import pytest

from flyteplan.model.effects import BEHAVIOUR, CAPACITY, EFFECTS, IDENTITY, PIN, RECOMPUTE, TABLE, effects, together


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("resources.requests.cpu", (CAPACITY,)),
        ("resources.gpu.device", (CAPACITY,)),
        ("resources", (CAPACITY,)),
        ("container.resources.requests", (CAPACITY,)),
        ("reuse_policy.max_replicas", (CAPACITY,)),
        ("reuse_policy.idle_ttl", (BEHAVIOUR,)),
        ("custom.replicas", (CAPACITY,)),
        ("k8s_pod.pod_spec.containers[side].resources.limits.cpu", (CAPACITY,)),
        ("k8s_pod.pod_spec.containers[side].image", (PIN,)),
        ("k8s_pod.pod_spec.containers[side].imagePullPolicy", (BEHAVIOUR,)),
        ("image", (PIN,)),
        ("custom.spec.container_image", (PIN,)),
        ("interface.inputs.variables.x", (RECOMPUTE, IDENTITY)),
        ("cache.version_override", (RECOMPUTE, IDENTITY)),
        ("cache.behavior", (RECOMPUTE, BEHAVIOUR)),
        ("cache.max_age", (BEHAVIOUR,)),
        ("env_vars.IMAGE", (BEHAVIOUR,)),
        ("anything.else", (BEHAVIOUR,)),
    ],
)
def test_the_table(path: str, expected: tuple[str, ...]) -> None:
    assert effects(path, "a", "b", cached=True) == expected


def test_nothing_is_recomputed_where_nothing_was_cached() -> None:
    assert effects("cache.version_override", "a", "b", cached=False) == (IDENTITY,)
    assert effects("cache.behavior", "disable", "override", cached=False) == (BEHAVIOUR,)


def test_whatever_changes_has_an_effect() -> None:
    """But for an amount that is spelled otherwise."""
    assert all(effects(pattern, [], ["a"], cached=cached) for pattern, _ in TABLE for cached in (True, False))


@pytest.mark.parametrize(
    ("live", "desired"), [("2", "2000m"), ("1Gi", "1024Mi"), ("1.0", "1e0"), (1, "1000m"), (2.0, "2")]
)
@pytest.mark.parametrize(
    "path", ["resources.requests.cpu", "resources.shm", "k8s_pod.pod_spec.containers[side].resources.limits.cpu"]
)
def test_an_amount_that_is_spelled_otherwise_asks_for_nothing_more(path: str, live: object, desired: object) -> None:
    assert effects(path, live, desired, cached=True) == effects(path, desired, live, cached=True) == ()
    assert effects("env_vars.A", live, desired, cached=True) == (BEHAVIOUR,)


@pytest.mark.parametrize(("live", "desired"), [(None, "0"), ("1", "1001m"), ("a", "b"), (True, 1), ({}, "1"), ([], {})])
def test_what_is_no_equal_amount_has_an_effect(live: object, desired: object) -> None:
    assert effects("resources.requests.cpu", live, desired, cached=True) == (CAPACITY,)


def test_the_order_of_ignored_inputs_says_nothing() -> None:
    assert effects("cache.ignored_inputs", ["a", "b"], ["b", "a"], cached=True) == (BEHAVIOUR,)
    assert effects("cache.ignored_inputs", [], ["b"], cached=True) == (RECOMPUTE, IDENTITY)


def test_together_each_is_there_once_and_what_hurts_comes_first() -> None:
    assert together([BEHAVIOUR, CAPACITY, BEHAVIOUR, RECOMPUTE]) == (RECOMPUTE, CAPACITY, BEHAVIOUR)
    assert {effect for _, found in TABLE for effect in found} == set(EFFECTS)
