"""Overrides as manifests hold them, drawn by hypothesis: most of them fine, some with one value that is not."""

from __future__ import annotations

from typing import Any

from flyteidl2.task.task_definition_pb2 import TaskDetails
from hypothesis import strategies as st
from tests.parity.translation import DEVICES, TEXTS

_CPUS = st.one_of(st.integers(0, 64), st.sampled_from((0.5, 1.0, 2.25, 1e-07, "500m", "2", "1.5", "+1", "0", "2e1")))
_CPU_PAIRS = st.sampled_from(([1, 2], [0.5, "2"], ["500m", 0.5], ["2", "2"], [0, 1e3], ["1.5", "2e1"]))
_MEMORIES = st.sampled_from(("512Mi", "4Gi", "1G", "1000M", "64Gi", "1.5Gi", "1e9k"))
_MEMORY_PAIRS = st.sampled_from((["512Mi", "4Gi"], ["1Gi", "1024Mi"], ["1000M", "1G"]))
_DEVICES = tuple(device for device in DEVICES if device != "AppleSilicon")
_GPUS = st.one_of(
    st.integers(0, 8),
    st.sampled_from((*TEXTS, "A100 80G:1", "RTX PRO 6000:1")),
    st.fixed_dictionaries({"device": st.sampled_from((*_DEVICES, "A100 80G", "L4_VWS", "K80"))}),
    st.fixed_dictionaries({"device": st.sampled_from(("T4", "H200", "T4 shared")), "quantity": st.integers(1, 16)}),
    st.fixed_dictionaries(
        {"device": st.just("acme-x1"), "device_class": st.sampled_from(("GPU", "TPU", "NEURON", "AMD_GPU"))},
        optional={"quantity": st.integers(1, 9), "partition": st.just("half")},
    ),
    st.sampled_from(
        (
            {"device": "A100", "partition": "1g.5gb"},
            {"device": "H100", "partition": "1g.20gb", "quantity": 2},
            {"device": "V5P", "partition": "2x2x1"},
            {"device": "V5E", "partition": "2x4", "device_class": "TPU"},
            {"device": "T4", "partition": "any"},
            {"device": "Trn1", "quantity": 4},
        )
    ),
)
_SHM = st.one_of(st.just("auto"), _MEMORIES)
_RESOURCES = st.one_of(
    st.fixed_dictionaries({"cpu": _CPUS}, optional={"memory": _MEMORIES, "gpu": _GPUS}),
    st.fixed_dictionaries({"shm": _SHM}),
    st.fixed_dictionaries(
        {},
        optional={
            "cpu": st.one_of(_CPUS, _CPU_PAIRS),
            "memory": st.one_of(_MEMORIES, _MEMORY_PAIRS),
            "gpu": _GPUS,
            "disk": _MEMORIES,
            "shm": _SHM,
        },
    ),
)

# Fractions of small spans only: the SDK counts in binary fractions of a second, which a long span cuts short.
_SPANS = st.one_of(
    st.integers(1, 10**9),
    st.sampled_from(("90", "90s", "1h30m", "7d", "1.5s", "250ms", "1d12h", "10us", "3.000001s", "1.1s")),
)
_ANY_SPANS = st.one_of(_SPANS, st.sampled_from((0, "0", "0s")))
_BACKOFFS = st.one_of(
    st.fixed_dictionaries({"base": _ANY_SPANS}, optional={"factor": st.sampled_from((1, 1.0)), "cap": _ANY_SPANS}),
    st.fixed_dictionaries({"base": _ANY_SPANS, "factor": st.sampled_from((1.5, 2, 10.0)), "cap": _ANY_SPANS}),
)
_RETRIES = st.one_of(
    st.integers(0, 2**32 - 1),
    st.fixed_dictionaries({}, optional={"count": st.integers(0, 9), "backoff": _BACKOFFS}),
)
_BOUNDS = st.fixed_dictionaries(
    {}, optional={"max_runtime": _SPANS, "max_queued_time": _ANY_SPANS, "deadline": _ANY_SPANS}
)

_ENV_NAMES = st.one_of(
    st.text("abXYZ_09", min_size=1, max_size=8).map(lambda text: f"V{text}"),
    st.sampled_from(("FLYTE_APPLE_SILICON_EXECUTION", "LOG_LEVEL", "A", "B", "FLYTE_X")),
)
_ENV_VALUES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.sampled_from(("container", "host"))
)
_SECRETS = st.sampled_from(
    (
        *("hf-token", "KEY"),
        {"key": "db"},
        {"key": "db", "group": "acme-corp"},
        {"key": "other", "group": ""},
        {"key": "my.key", "as_env_var": "_X1"},
        {"key": "1abc", "mount": "/etc/flyte/secrets"},
        {"key": "1abc", "group": "g", "mount": "/etc/flyte/secrets"},
    )
)

# Values that only look right, each for one parameter: what flyteplan takes of them must be what the SDK makes of them.
_DOUBTFUL: tuple[tuple[str, Any], ...] = (
    *(("resources", {"cpu": value}) for value in ("abc", "", "-1", True, "nan", "1e99", [4, 1], [1, 2, 3], ["1"])),
    *(("resources", {"memory": value}) for value in (1024, "1024", "lots", "4 GB", ["8Gi", "4Gi"])),
    *(("resources", {"gpu": value}) for value in (True, -1, "T4", "A100:9", "a100:1", "L40S:1", "1", "AppleSilicon")),
    *(("resources", {"gpu": {"device": device, "partition": "1g.18gb"}}) for device in DEVICES),
    *(("resources", {"gpu": {"device": device, "quantity": 16}}) for device in DEVICES),
    *(("resources", {"gpu": {"device": "acme", "device_class": name}}) for name in ("APPLE_SILICON", "HABANA_GAUDI")),
    *(("resources", {name: ["1Gi", "2Gi"]}) for name in ("disk", "shm")),
    *(("retries", value) for value in (-1, True, 2.0, "3", {"backoff": {"base": 1, "factor": 2}})),
    *(("timeout", value) for value in (0, -5, True, "5 m", 2.5, {"max_runtime": 0}, 10**15)),
    *(("env_vars", value) for value in ({"A": 1}, {"a b": "x"}, {"": "x"}, {"_F_SYS_PATH": "x"}, {"A": None}, {})),
    *(("cache", value) for value in ("auto", "off", {}, {"behavior": "override"}, {"behavior": "auto"})),
    *(("cache", {"behavior": "disable", "version_override": "v3", "max_age": age}) for age in (0, 60)),
    ("cache", {"behavior": "override", "version_override": "v3", "max_age": -1}),
    ("cache", {"behavior": "override", "version_override": "v3", "ignored_inputs": "abc"}),
    *(("secrets", value) for value in ([], "key", ["my.key"], ["a", "a"], [{"key": "a", "as_env_var": "lower"}])),
    ("secrets", [{"key": "a", "as_env_var": "A", "mount": "/etc/flyte/secrets"}]),
    *(("short_name", value) for value in ("", "x" * 63, "x" * 64)),
    *(("service_account", value) for value in ("", "Not_A_Name")),
    *(("produces_artifacts", value) for value in (None, "yes")),
    *(("max_inline_io_bytes", value) for value in (0, 1.0)),
)


def overrides(details: TaskDetails) -> st.SearchStrategy[dict[str, Any]]:
    """Any of the parameters of the SDK's `override()`, in any order, for this one task."""
    inputs = [entry.key for entry in details.spec.task_template.interface.inputs.variables]
    parameters: dict[str, st.SearchStrategy[Any]] = {
        "short_name": st.text("abcXYZ-. 0", min_size=1, max_size=63),
        "resources": _RESOURCES,
        "retries": _RETRIES,
        "timeout": st.one_of(_SPANS, _BOUNDS),
        "env_vars": st.dictionaries(_ENV_NAMES, _ENV_VALUES, min_size=1, max_size=6),
        "secrets": st.lists(_SECRETS, min_size=1, max_size=4, unique_by=str),
        "service_account": st.sampled_from(("trainer", "a.b-c")),
        "cache": _caches(inputs),
        "produces_artifacts": st.booleans(),
        "queue": st.sampled_from(("gpu-queue", "default")),
        "max_inline_io_bytes": st.integers(1, 2**40),
    }
    chosen = st.lists(st.sampled_from(tuple(parameters)), unique=True, max_size=5)
    fine = chosen.flatmap(lambda names: st.fixed_dictionaries({name: parameters[name] for name in names}))
    doubtful = st.builds(lambda base, one: {**base, one[0]: one[1]}, fine, st.sampled_from(_DOUBTFUL))
    return st.one_of(fine, fine, fine, doubtful)


def _caches(inputs: list[str]) -> st.SearchStrategy[Any]:
    rest = {"serialize": st.booleans(), "max_age": _ANY_SPANS}
    if inputs:
        rest["ignored_inputs"] = st.lists(st.sampled_from(inputs), unique=True, max_size=3)
    version = st.sampled_from(("v2", "2026-01"))
    return st.one_of(
        st.just("disable"),
        st.fixed_dictionaries({"behavior": st.just("disable")}, optional=rest),
        st.fixed_dictionaries({"behavior": st.just("override"), "version_override": version}, optional=rest),
    )
