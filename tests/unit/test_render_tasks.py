from __future__ import annotations

from typing import Any

import pytest
from flyteidl2.core.literals_pb2 import Literal
from flyteidl2.core.types_pb2 import LiteralType
from flyteidl2.task.task_definition_pb2 import TaskSpec
from google.protobuf.json_format import ParseDict

from flyteplan.model.secrecy import Secrecy
from flyteplan.model.task import TaskName, TaskVersion, Template, Trigger, Triggers
from flyteplan.model.typename import type_name
from flyteplan.render.interface import literal_text
from flyteplan.render.style import plain
from flyteplan.render.tasks import TaskRow, detail, listing, row

PICKLE = {"structure": {"tag": "FlytePickle"}, "metadata": {"python_class_name": "Model"}}
SPEC: dict[str, Any] = {
    "environment": {"name": "training"},
    "short_name": "train",
    "documentation": {"short_description": "Train it."},
    "default_inputs": [
        {"name": "epochs", "parameter": {"default": {"scalar": {"primitive": {"integer": 10}}}}},
        {"name": "later", "parameter": {}},
    ],
    "task_template": {
        "id": {"name": "training.train_model"},
        "type": "python",
        "interface": {
            "inputs": {
                "variables": [
                    {"key": "epochs", "value": {"type": {"simple": "INTEGER"}}},
                    {"key": "lr", "value": {"type": {"simple": "FLOAT"}}},
                    {"key": "data", "value": {"type": {"blob": {}}}},
                    {"key": "later", "value": {"type": {"simple": "STRING"}}},
                ]
            },
            "outputs": {"variables": [{"key": "o0", "value": {"type": {"blob": {"dimensionality": "MULTIPART"}}}}]},
        },
        "container": {
            "image": "acme/train:1",
            "env": [{"key": "A", "value": "\x1b[2J"}, {"key": "B", "value": ""}],
            "resources": {
                "requests": [{"name": "CPU", "value": "2"}, {"name": "GPU", "value": "1"}],
                "limits": [{"name": "CPU", "value": "4"}],
            },
        },
        "extended_resources": {
            "gpu_accelerator": {"device": "nvidia-tesla-a100", "partition_size": "1g.5gb"},
            "shared_memory": {"mount_path": "/dev/shm", "mount_name": "flyte-shm"},
        },
        "security_context": {
            "run_as": {"k8s_service_account": "trainer"},
            "secrets": [{"group": "ml", "key": "wandb", "env_var": "WANDB"}, {"key": "cert"}],
        },
        "metadata": {
            "discovery_version": "abc",
            "timeout": "3600s",
            "timeouts": {"deadline": "86400s"},
            "retries": {"retries": 3, "backoff": {"base": "10s", "factor": 2, "cap": "300s"}},
            "metadata": {"labels": {"team": "vision"}},
        },
    },
}


def template(spec: dict[str, Any] = SPEC) -> Template:
    key = TaskVersion(TaskName("p", "d", "training.train_model"), "v2")
    return Template(key=key, spec=ParseDict(spec, TaskSpec()), deployed_at=0)


def shown(**metadata: Any) -> dict[str, str]:
    """What is told of a task, by its label."""
    task = {**SPEC["task_template"], "metadata": metadata} if metadata else SPEC["task_template"]
    lines = plain(detail(template({**SPEC, "task_template": task}), ["v2"], Triggers(), Secrecy())).splitlines()[3:]
    return {line[2:19].strip(): line[19:] for line in lines if line[2:19].strip()}


def test_the_interface_reads_like_python() -> None:
    lines = plain(detail(template(), ["v2"], Triggers(), Secrecy())).splitlines()
    assert lines[0] == "training.train_model  v2  p/d"
    assert lines[1] == "  train_model(epochs: int = 10, lr: float, data: File, later: str = ...) -> (o0: Dir)"


def test_all_that_manifests_can_set_is_told() -> None:
    found = shown()
    assert found["required inputs"] == "lr, data"
    assert found["other inputs"] == "epochs = 10, later = ..."
    assert found["target"] == "container"
    assert found["requests"] == "cpu 2, gpu 1"
    assert found["limits"] == "cpu 4"
    assert found["accelerator"] == "nvidia-tesla-a100 (GPU), partition 1g.5gb"
    assert found["shared memory"] == "auto at /dev/shm"
    assert found["retries"] == "3, backoff base 10s factor 2 cap 5m"
    assert found["timeout"] == "max_runtime 1h, deadline 1d"
    assert found["secrets"] == "ml/wandb as WANDB"
    assert found["service account"] == "trainer"
    assert found["labels"] == "team=vision"
    assert found["env vars"] == r'A="\x1b[2J"'


def test_a_discovery_version_alone_is_no_cache() -> None:
    assert shown()["cache"] == "disable"


def test_a_cache_is_told_in_the_words_of_a_manifest() -> None:
    cache = {"discoverable": True, "cache_serializable": True, "cache_ignore_input_vars": ["lr"]}
    told = shown(**cache, discovery_version="v2", cache_max_age="604800s")["cache"]
    assert told == "override, version v2, serialize, ignores lr, max age 7d"
    assert shown(discoverable=True)["cache"] == "auto"


def test_versions_say_which_are_derived_and_triggers_whether_they_run() -> None:
    triggers = (Trigger(name="nightly", active=True, version="v1"), Trigger(name="weekly", active=False))
    text = plain(detail(template(), ["v2.8a0f2c61b7.flyteplan", "v2"], Triggers(known=triggers, others=2), Secrecy()))
    assert "v2.8a0f2c61b7.flyteplan (derived)\n" in text
    assert "nightly (active, runs v1)\n" in text
    assert "weekly (inactive)\n" in text
    assert "other triggers   2\n" in text


def test_a_pod_tells_its_primary_container() -> None:
    pod = {
        "primary_container_name": "main",
        "pod_spec": {"containers": [{"name": "main", "image": "a:1"}, {"name": "b"}]},
    }
    task = {key: value for key, value in SPEC["task_template"].items() if key != "container"}
    text = plain(detail(template({**SPEC, "task_template": {**task, "k8s_pod": pod}}), ["v2"], Triggers(), Secrecy()))
    assert "k8s_pod, primary container main\n" in text
    assert "a:1\n" in text


def test_a_listing_has_a_line_a_task() -> None:
    other = TaskRow(name="a", newest="v10", versions=10, environment="", type="sql", resources="")
    assert plain(listing([row(template(), 2), other])).splitlines() == [
        "NAME                  NEWEST  VERSIONS  ENVIRONMENT  TYPE    RESOURCES",
        "training.train_model  v2             2  training     python  cpu 2, gpu 1 (nvidia-tesla-a100)",
        "a                     v10           10               sql",
    ]


def test_an_empty_listing_says_so() -> None:
    assert plain(listing([])) == "No tasks.\n"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ({"simple": "NONE"}, "None"),
        ({"simple": "DURATION"}, "timedelta"),
        ({"simple": "STRUCT"}, "dict"),
        ({"simple": "STRUCT", "metadata": {"title": "Config"}}, "Config"),
        ({"simple": "BINARY", "metadata": {"python_class_name": "Model"}}, "pickle[Model]"),
        (
            {"union_type": {"variants": [{"blob": {"format": "PythonPickle"}}, {"simple": "BINARY"}]}, **PICKLE},
            "pickle[Model]",
        ),
        ({"collection_type": {"map_value_type": {"simple": "STRING"}}}, "list[dict[str, str]]"),
        ({"union_type": {"variants": [{"simple": "NONE"}, {"simple": "INTEGER"}]}}, "int | None"),
        ({"enum_type": {"values": ["A", "B"]}}, "enum(A, B)"),
        ({"structured_dataset_type": {}}, "DataFrame"),
        ({"schema": {}}, "unknown(schema)"),
        ({}, "unknown(unset)"),
    ],
)
def test_types_have_the_names_their_authors_know(kind: dict[str, Any], expected: str) -> None:
    assert type_name(ParseDict(kind, LiteralType())) == expected


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ({"scalar": {"primitive": {"string_value": 'a"b'}}}, r'"a\"b"'),
        ({"scalar": {"primitive": {"boolean": False}}}, "False"),
        ({"scalar": {"primitive": {"duration": "90s"}}}, "1m30s"),
        ({"scalar": {"primitive": {"datetime": "2026-01-01T00:00:00Z"}}}, "2026-01-01T00:00:00Z"),
        ({"scalar": {"union": {"value": {"scalar": {"none_type": {}}}}}}, "None"),
        ({"scalar": {"generic": {"a": 1}}}, "{a: 1}"),
        ({"scalar": {"blob": {"uri": "s3://x"}}}, "'s3://x'"),
        ({"scalar": {"binary": {"value": "AA=="}}}, "..."),
        ({"collection": {"literals": [{"scalar": {"primitive": {"integer": 1}}}]}}, "[1]"),
        ({"map": {"literals": {"b": {"scalar": {"primitive": {"integer": 1}}}}}}, '{"b": 1}'),
        ({}, "..."),
    ],
)
def test_defaults_read_like_python(literal: dict[str, Any], expected: str) -> None:
    assert literal_text(ParseDict(literal, Literal())) == expected
