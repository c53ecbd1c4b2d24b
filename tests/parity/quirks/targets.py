"""Targets: pods with and without a primary container, sql, and none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flyte import Resources, RetryStrategy
from tests.parity.bases import accelerator, asks, claims, env, resources, retries, short_name
from tests.parity.quirk import SAME, Quirk, Raises, Refused

DEPLOYED = ({"cpu": "1", "nvidia.com/gpu": "2", "smarter-devices/fuse": "1"}, {"cpu": "2", "smarter-devices/fuse": "1"})
DEPLOYED_ENV = [("A", "1"), ("POD", "?")]
PLUGIN: Mapping[str, Any] = {"smarter-devices/fuse": 2}

QUIRKS: tuple[Quirk, ...] = (
    # Resources of a pod
    Quirk(
        line="pod: resources are replaced, device plugins' too",
        on="pod",
        sdk=lambda: {"resources": Resources(cpu=(2, 4), memory="1Gi", disk="2Gi")},
        does=({"cpu": "2", "memory": "1Gi", "ephemeral-storage": "2Gi"}, {"cpu": "4"}),
        manifest={"resources": {"cpu": [2, 4], "memory": "1Gi", "disk": "2Gi"}},
        gives=SAME,
        field=resources,
    ),
    Quirk(
        line="pod: claims are kept",
        on="pod",
        sdk=lambda: {"resources": Resources(cpu=2)},
        does=["claim"],
        manifest={"resources": {"cpu": 2}},
        gives=SAME,
        field=claims,
    ),
    Quirk(
        line="pod: a GPU is called gpu",
        on="pod",
        sdk=lambda: {"resources": Resources(gpu="T4:1")},
        does=({"gpu": "1"}, {}),
        manifest={"resources": {"gpu": "T4:1"}},
        gives=SAME,
        field=resources,
    ),
    Quirk(
        line="pod: empty resources leave the container and clear the accelerator",
        on="pod",
        sdk=lambda: {"resources": Resources()},
        does=(DEPLOYED, None, None),
        manifest={"resources": {}},
        gives=(({}, {}), None, None),
        field=asks,
    ),
    Quirk(
        line="pod: gpu 0 alone leaves the GPU of the container",
        on="pod",
        sdk=lambda: {"resources": Resources(gpu=0)},
        does=(DEPLOYED, None, None),
        manifest={"resources": {"gpu": 0}},
        gives=(({}, {}), None, None),
        field=asks,
    ),
    Quirk(
        line="pod: shm alone leaves the container and replaces the accelerator",
        on="pod",
        sdk=lambda: {"resources": Resources(shm="2Gi")},
        does=(DEPLOYED, None, "2Gi"),
        manifest={"resources": {"shm": "2Gi"}},
        gives=SAME,
        field=asks,
    ),
    Quirk(
        line="pod: a device plugin's resource can not be asked for",
        on="pod",
        sdk=lambda: {"resources": Resources(**PLUGIN)},
        does=Raises(TypeError, "unexpected keyword argument"),
        manifest={"resources": PLUGIN},
        gives=({"smarter-devices/fuse": "2"}, {"smarter-devices/fuse": "2"}),
        field=resources,
    ),
    # Which container it is
    Quirk(
        line="pod: a config that names no container is passed over for the only one",
        on="pod with a config of another name",
        sdk=lambda: {"resources": Resources(cpu=2)},
        does=({"cpu": "2"}, {}),
        manifest={"resources": {"cpu": 2}},
        gives=SAME,
        field=resources,
    ),
    Quirk(
        line="pods: the config names the primary one",
        on="pods, by config",
        sdk=lambda: {"resources": Resources(cpu=2), "env_vars": {"N": "1"}},
        does=({"cpu": "2"}, {}),
        manifest={"resources": {"cpu": 2}, "env_vars": {"N": "1"}},
        gives=SAME,
        field=resources,
    ),
    Quirk(
        line="pods: of two with one name it is the first",
        on="pods of one name",
        sdk=lambda: {"env_vars": {"N": "1"}},
        does=[("N", "1")],
        manifest={"env_vars": {"N": "1"}},
        gives=SAME,
        field=env,
    ),
    Quirk(
        line="pods: k8s_pod.primary_container_name is not read, and resources are lost",
        on="pods, by their own field",
        sdk=lambda: {"resources": Resources(cpu=2)},
        does=DEPLOYED,
        manifest={"resources": {"cpu": 2}},
        gives=({"cpu": "2"}, {}),
        field=resources,
    ),
    Quirk(
        line="pods: k8s_pod.primary_container_name is not read, and variables are lost",
        on="pods, by their own field",
        sdk=lambda: {"env_vars": {"N": "1"}},
        does=DEPLOYED_ENV,
        manifest={"env_vars": {"N": "1"}},
        gives=[("N", "1")],
        field=env,
    ),
    Quirk(
        line="pods: without a primary one resources are lost",
        on="pods",
        sdk=lambda: {"resources": Resources(cpu=2)},
        does=DEPLOYED,
        manifest={"resources": {"cpu": 2}},
        gives=Refused("FP2006"),
        field=resources,
    ),
    Quirk(
        line="pods: without a primary one the accelerator goes all the same",
        on="pods",
        sdk=lambda: {"resources": Resources(cpu=2)},
        does=None,
        manifest={"resources": {"cpu": 2, "gpu": "T4:1"}},
        gives=Refused("FP2006"),
        field=accelerator,
    ),
    Quirk(
        line="pods: without a primary one variables are lost",
        on="pods",
        sdk=lambda: {"env_vars": {"N": "1"}},
        does=DEPLOYED_ENV,
        manifest={"env_vars": {"N": "1"}},
        gives=Refused("FP2006"),
        field=env,
    ),
    Quirk(
        line="pods: without a primary one all else acts",
        on="pods",
        sdk=lambda: {"retries": RetryStrategy(7), "timeout": 5, "secrets": ["k"], "service_account": "s"},
        does=7,
        manifest={"retries": 7, "timeout": 5, "secrets": ["k"], "service_account": "s"},
        gives=SAME,
        field=retries,
    ),
    # Neither container nor pod
    *(
        Quirk(
            line=f"{target}: {text}",
            on=target,
            sdk=partial(dict, parameters),
            does=does,
            manifest=manifest,
            gives=Refused("FP2006"),
            field=field,
        )
        for target in ("sql", "none")
        for text, parameters, manifest, does, field in (
            (
                "resources change the accelerator alone",
                {"resources": Resources(cpu=2)},
                {"resources": {"cpu": 2}},
                None,
                accelerator,
            ),
            ("variables are lost", {"env_vars": {"N": "1"}}, {"env_vars": {"N": "1"}}, [], env),
        )
    ),
    *(
        Quirk(
            line=f"{target}: all else acts",
            on=target,
            sdk=lambda: {"retries": RetryStrategy(7), "short_name": "x", "secrets": ["k"], "timeout": 5},
            does="x",
            manifest={"retries": 7, "short_name": "x", "secrets": ["k"], "timeout": 5},
            gives=SAME,
            field=short_name,
        )
        for target in ("sql", "none")
    ),
)
