"""What a manifest becomes: its settings, each with its value and the place it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flyteplan.errors import Position
from flyteplan.load import load
from flyteplan.model.device import Accelerator
from flyteplan.model.document import Document
from flyteplan.model.manifest import Manifest, Selection, TaskReference
from flyteplan.model.settings import Secret, Selector
from flyteplan.validate import Validator, manifest

VALIDATOR = Validator((Path(__file__).parents[2] / "schema" / "task-override.v1.schema.json").read_text("utf-8"))
NAMED = "apiVersion: flyteplan/v1\nkind: TaskOverride\nmetadata: {name: a, labels: {team: vision}}\n"
HEAD = f"{NAMED}spec:\n  task: {{name: t}}\n"
SECOND = 10**9

Row = tuple[str, Any, str]


def read(text: str, layer: int = 0) -> Manifest:
    document = next(load(text.encode(), "m.yaml"))
    assert isinstance(document, Document), document
    result = manifest(document, layer, VALIDATOR)
    assert result.manifest is not None, result.problems
    return result.manifest


def rows(result: Manifest) -> list[Row]:
    return [
        (".".join(item.path).removeprefix("overrides."), item.value, f"{item.position.line}:{item.position.column}")
        for item in result.settings
    ]


MERGED: list[tuple[str, list[Row]]] = [
    ("short_name: train", [("short_name", "train", "7:5")]),
    ("short_name: null", [("short_name", None, "7:5")]),
    ("resources: null", [("resources", None, "7:5")]),
    ("resources: {}", []),
    ("resources: {cpu: 2}", [("resources.cpu.request", "2", "7:17")]),
    ("resources: {cpu: 0.5}", [("resources.cpu.request", "0.5", "7:17")]),
    ("resources: {cpu: 500m}", [("resources.cpu.request", "500m", "7:17")]),
    ("resources: {cpu: 1e-07}", [("resources.cpu.request", "1e-07", "7:17")]),
    ("resources: {cpu: [1, 2]}", [("resources.cpu.request", "1", "7:23"), ("resources.cpu.limit", "2", "7:26")]),
    ("resources: {cpu: [1, null]}", [("resources.cpu.request", "1", "7:23"), ("resources.cpu.limit", None, "7:26")]),
    ("resources: {cpu: null}", [("resources.cpu", None, "7:17")]),
    ("resources: {memory: 8Gi}", [("resources.memory.request", "8Gi", "7:17")]),
    ("resources: {disk: 20Gi, shm: auto}", [("resources.disk", "20Gi", "7:17"), ("resources.shm", "", "7:29")]),
    ("resources: {shm: null}", [("resources.shm", None, "7:17")]),
    ("resources: {smarter-devices/fuse: 1}", [("resources.smarter-devices/fuse", "1", "7:17")]),
    ("resources: {gpu: 2}", [("resources.gpu.quantity", 2, "7:17")]),
    ("resources: {gpu: 0}", [("resources.gpu", None, "7:17")]),
    ("resources: {gpu: null}", [("resources.gpu", None, "7:17")]),
    (
        "resources: {gpu: 'A100 80G:2'}",
        [
            ("resources.gpu.quantity", 2, "7:17"),
            ("resources.gpu.device", Accelerator("nvidia-a100-80gb", "GPU"), "7:17"),
        ],
    ),
    (
        "resources: {gpu: AppleSilicon}",
        [
            ("resources.gpu.quantity", 1, "7:17"),
            ("resources.gpu.device", Accelerator("AppleSilicon", "APPLE_SILICON"), "7:17"),
        ],
    ),
    (
        "resources: {gpu: {device: V5E, partition: 2x4}}",
        [
            ("resources.gpu.device", Accelerator("tpu-v5-lite-podslice", "TPU"), "7:23"),
            ("resources.gpu.quantity", 1, "7:17"),
            ("resources.gpu.partition", "2x4", "7:36"),
        ],
    ),
    (
        "resources: {gpu: {device: mine, device_class: NEURON, quantity: 3}}",
        [
            ("resources.gpu.device", Accelerator("mine", "NEURON"), "7:23"),
            ("resources.gpu.quantity", 3, "7:59"),
        ],
    ),
    ("retries: 0", [("retries.count", 0, "7:5")]),
    ("retries: 3.0", [("retries.count", 3, "7:5")]),
    ("retries: {count: 3, backoff: null}", [("retries.count", 3, "7:15"), ("retries.backoff", None, "7:25")]),
    (
        "retries: {backoff: {base: 10s, factor: 2, cap: 5m}}",
        [
            ("retries.backoff.base", 10 * SECOND, "7:25"),
            ("retries.backoff.cap", 300 * SECOND, "7:47"),
            ("retries.backoff.factor", 2.0, "7:36"),
        ],
    ),
    ("timeout: 1h", [("timeout.max_runtime", 3600 * SECOND, "7:5")]),
    ("timeout: 90", [("timeout.max_runtime", 90 * SECOND, "7:5")]),
    ("timeout: 0", [("timeout.max_runtime", None, "7:5")]),
    (
        "timeout: {deadline: 0s, max_queued_time: null}",
        [
            ("timeout.deadline", None, "7:15"),
            ("timeout.max_queued_time", None, "7:29"),
        ],
    ),
    ("env_vars: {A: x, B: null}", [("env_vars.A", "x", "7:16"), ("env_vars.B", None, "7:22")]),
    ("env_vars: null", [("env_vars", None, "7:5")]),
    ("cache: disable", [("cache.behavior", "disable", "7:5")]),
    (
        "cache: {ignored_inputs: [seed], max_age: 0, serialize: true}",
        [
            ("cache.ignored_inputs", ("seed",), "7:13"),
            ("cache.max_age", 0, "7:37"),
            ("cache.serialize", True, "7:49"),
        ],
    ),
    ("secrets: null", [("secrets", None, "7:5")]),
    ("secrets: [hf-token]", [("secrets.hf-token", Secret(key="hf-token", env_var="HF_TOKEN"), "7:15")]),
    ("secrets: [{key: k, group: g}]", [("secrets.g/k", Secret(key="k", group="g", env_var="G_K"), "7:15")]),
    ("secrets: [{key: a.b, mount: /etc/flyte/secrets}]", [("secrets.a.b", Secret(key="a.b", as_file=True), "7:15")]),
    ("labels: {a.io/b: c, d: null}", [("labels.a.io/b", "c", "7:14"), ("labels.d", None, "7:25")]),
    ("interruptible: null", [("interruptible", None, "7:5")]),
    ("max_inline_io_bytes: 1024.0", [("max_inline_io_bytes", 1024, "7:5")]),
]

REPLACED: list[tuple[str, list[Row]]] = [
    ("short_name: train", [("short_name", "train", "8:5")]),
    ("resources: {}", [("resources", None, "8:5")]),
    ("resources: {gpu: 0}", [("resources", None, "8:5"), ("resources.gpu.quantity", 0, "8:17")]),
    ("env_vars: {A: x}", [("env_vars", None, "8:5"), ("env_vars.A", "x", "8:16")]),
    ("secrets: []", [("secrets", None, "8:5")]),
    ("retries: 0", [("retries", None, "8:5"), ("retries.count", 0, "8:5")]),
    ("timeout: {deadline: 0}", [("timeout", None, "8:5"), ("timeout.deadline", None, "8:15")]),
    ("cache: disable", [("cache", None, "8:5"), ("cache.behavior", "disable", "8:5")]),
    ("labels: {a: b}", [("labels.a", "b", "8:14")]),
    ("image: x:1", [("image", "x:1", "8:5")]),
]


def _types(found: list[Row]) -> list[type]:
    return [type(value) for _, value, _ in found]


@pytest.mark.parametrize(("written", "expected"), MERGED, ids=[written for written, _ in MERGED])
def test_settings_under_merge(written: str, expected: list[Row]) -> None:
    found = rows(read(f"{HEAD}  overrides:\n    {written}\n"))
    assert found == expected
    assert _types(found) == _types(expected)


@pytest.mark.parametrize(("written", "expected"), REPLACED, ids=[written for written, _ in REPLACED])
def test_settings_under_replace_clear_their_parameter_first(written: str, expected: list[Row]) -> None:
    assert rows(read(f"{HEAD}  strategy: replace\n  overrides:\n    {written}\n")) == expected


def test_settings_of_submit() -> None:
    run = "{queue: q, max_action_concurrency: 2.0, envs: {A: x}, labels: {b: c}}"
    result = read(f"{HEAD}  submit: {{as: run, inputs: {{x: [1, null]}}, run: {run}}}\n")
    assert [(item.path, item.value) for item in result.settings] == [
        (("submit", "as"), "run"),
        (("submit", "inputs", "x"), [1, None]),
        (("submit", "run", "queue"), "q"),
        (("submit", "run", "max_action_concurrency"), 2),
        (("submit", "run", "envs", "A"), "x"),
        (("submit", "run", "labels", "b"), "c"),
    ]


def test_a_task_reference_and_its_selector() -> None:
    result = read(
        f"{NAMED}spec: {{priority: 3, strategy: merge, task: {{name: x (y)/z, org: o, version: v1}}}}\n", layer=2
    )
    assert result.reference == TaskReference(name="x (y)/z", org="o")
    assert result.reference_at == Position("m.yaml", 4, 51)
    assert (result.name, result.position) == ("a", Position("m.yaml", 3, 18))
    assert (result.layer, result.priority, result.labels) == (2, 3, (("team", "vision"),))
    assert (result.strategy, result.strategy_at) == ("merge", Position("m.yaml", 4, 21))
    assert rows(result) == [("selector", Selector(version="v1"), "4:68")]


def test_a_selection_without_a_selector_leaves_it_to_the_task() -> None:
    result = read(f"{NAMED}spec: {{select: {{environment: e, exclude: [a, b], entrypoint: false, optional: true}}}}\n")
    assert result.reference == Selection(environment="e", exclude=("a", "b"), entrypoint=False, optional=True)
    assert (result.settings, result.strategy, result.strategy_at) == ((), "", None)
