"""An offline plan as it is mostly written: CSafeLoader, jsonschema, MessageToDict and DeepDiff.

    python naive_plan.py REPOSITORY SCHEMA

It gets what makes it fast: one validator for all documents, templates by name from a file of messages. It knows only
what the manifests of the bench have, has no positions, does not check what a schema can not say, and shows less.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from deepdiff import DeepDiff
from flyteidl2.core.literals_pb2 import KeyValuePair
from flyteidl2.task.task_definition_pb2 import TaskDetails, TaskSpec
from google.protobuf.json_format import MessageToDict
from jsonschema import Draft202012Validator
from tests.bench.data.templates import read_packed

_RESOURCES = {"cpu": 1, "memory": 3, "disk": 5}
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def main(repository: Path, schema: Path) -> None:
    wanted = manifests(repository, Draft202012Validator(json.loads(schema.read_bytes())))
    templates = map(TaskDetails.FromString, read_packed(repository.parent / "templates.packed"))
    specs = {details.task_id.name: details.spec for details in templates}
    for name in sorted(wanted):
        print(f"~ {name}")
        for line in differences(specs[name], desired(specs[name], wanted[name]["overrides"])):
            print(f"    {line}")


def manifests(repository: Path, validator: Draft202012Validator) -> dict[str, Any]:
    """What all layers say of each task, the later ones over the earlier."""
    found: dict[str, Any] = {}
    for path in sorted(repository.glob("manifests/*/*.yaml")):
        with path.open() as file:
            for document in yaml.load_all(file, yaml.CSafeLoader):
                for error in validator.iter_errors(document):
                    sys.exit(f"{path}: {error.message}")
                spec = document["spec"]
                name = spec["task"]["name"]
                found[name] = merged(found.get(name, {}), spec)
    return found


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: merged(below[key], value) if isinstance(value, dict) and isinstance(below.get(key), dict) else value
        for key, value in above.items()
    }
    return {**below, **both}


def desired(base: TaskSpec, overrides: Mapping[str, Any]) -> TaskSpec:
    spec = TaskSpec()
    spec.CopyFrom(base)
    template = spec.task_template
    spec.short_name = overrides["short_name"]
    template.security_context.run_as.k8s_service_account = overrides["service_account"]
    for secret in overrides["secrets"]:
        template.security_context.secrets.add(key=secret["key"], mount_requirement=1, env_var=secret["as_env_var"])
    _container(template.container, overrides)
    _metadata(template.metadata, overrides)
    return spec


def _container(container: Any, overrides: Mapping[str, Any]) -> None:
    variables = {pair.key: pair.value for pair in container.env} | overrides["env_vars"]
    del container.env[:]
    container.env.extend(KeyValuePair(key=key, value=value) for key, value in variables.items())
    for name, value in overrides["resources"].items():
        request, limit = value if isinstance(value, list) else (value, None)
        _set(container.resources.requests, _RESOURCES[name], request)
        if limit is not None:
            _set(container.resources.limits, _RESOURCES[name], limit)


def _set(entries: Any, number: int, value: object) -> None:
    for entry in entries:
        if entry.name == number:
            entry.value = str(value)
            return
    entries.add(name=number, value=str(value))


def _metadata(metadata: Any, overrides: Mapping[str, Any]) -> None:
    retries, backoff = overrides["retries"], overrides["retries"]["backoff"]
    metadata.retries.retries = retries["count"]
    metadata.retries.backoff.base.seconds = _duration(backoff["base"])
    metadata.retries.backoff.factor = backoff["factor"]
    metadata.retries.backoff.cap.seconds = _duration(backoff["cap"])
    metadata.timeout.seconds = _duration(overrides["timeout"]["max_runtime"])
    metadata.timeouts.deadline.seconds = _duration(overrides["timeout"]["deadline"])
    metadata.discoverable = True
    metadata.discovery_version = overrides["cache"]["version_override"]
    metadata.cache_ignore_input_vars[:] = overrides["cache"]["ignored_inputs"]


def _duration(text: str) -> int:
    return int(text[:-1]) * _SECONDS[text[-1]]


def differences(before: TaskSpec, after: TaskSpec) -> list[str]:
    old, new = (MessageToDict(spec, preserving_proto_field_name=True) for spec in (before, after))
    found = DeepDiff(old, new, verbose_level=2)
    return [f"{kind} {where}: {found[kind][where]}" for kind in sorted(found) for where in sorted(found[kind])]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
