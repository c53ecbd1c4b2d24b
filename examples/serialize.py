"""Write `catalog/tasks.jsonl`: the tasks of `tasks/`, in the versions of `releases.py`, as the Flyte SDK deploys them.

    python examples/serialize.py            write the catalog
    python examples/serialize.py --check    exit 1 when the catalog is not what would be written

One `flyteidl2.task.TaskDetails` a line, in proto3 JSON with proto field names. Nothing is sent anywhere, and nothing
of the machine goes into the file: the same sources and the same SDK give the same bytes.
"""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import hashlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import flyte
import flyte.report
from flyte._internal.runtime.convert import convert_upload_default_inputs
from flyte._internal.runtime.task_serde import translate_task_to_wire
from flyte._internal.runtime.trigger_serde import to_task_trigger
from flyte.models import ActionID, CodeBundle, RawDataPath, SerializationContext, TaskContext
from flyteidl2.task.task_definition_pb2 import (
    DocumentationEntity,
    TaskDetails,
    TaskMetadata,
    TaskSpec,
    TaskTrigger,
    TaskTriggersSummary,
)
from google.protobuf.json_format import MessageToDict

from releases import RELEASES, Release

HERE = Path(__file__).resolve().parent
CATALOG = HERE / "catalog" / "tasks.jsonl"
PROJECT = "flytesnacks"
SDK = "2.12.1"

Task = flyte.TaskTemplate[Any, Any, Any]


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 64
    if flyte.version() != SDK:
        print(f"the catalog is made with flyte {SDK}, and this is {flyte.version()}", file=sys.stderr)
        return 1
    text = asyncio.run(catalog())
    if arguments:
        return check(text)
    CATALOG.write_text(text, encoding="utf-8")
    return 0


def check(text: str) -> int:
    if CATALOG.exists() and CATALOG.read_text(encoding="utf-8") == text:
        return 0
    print(f"{CATALOG.name} is out of date; run python examples/serialize.py", file=sys.stderr)
    return 1


async def catalog() -> str:
    rows = [row async for row in details()]
    rows.sort(key=_order)
    return "".join(_line(row) + "\n" for row in rows)


async def details() -> AsyncIterator[TaskDetails]:
    for env, releases in RELEASES:
        for release in releases:
            for task in env.tasks.values():
                for domain in release.deployed:
                    yield await deployed(env, task, release, domain)


async def deployed(env: flyte.TaskEnvironment, newest: Task, release: Release, domain: str) -> TaskDetails:
    """One version of one task as the server answers for it; `newest` stays as it is."""
    task = as_released(newest, release)
    context = SerializationContext(
        version=release.version,
        project=PROJECT,
        domain=domain,
        code_bundle=_bundle(env, release),
        root_dir=HERE,
    )
    spec = await template(env, task, context)
    row = TaskDetails(metadata=await _metadata(task, spec), spec=spec)
    row.metadata.deployed_at.FromJsonString(release.deployed[domain])
    for part in ("project", "domain", "name", "version"):
        setattr(row.task_id, part, getattr(spec.task_template.id, part))
    return row


def as_released(newest: Task, release: Release) -> Task:
    task = copy.copy(newest)
    function = task.name.rpartition(".")[2]
    for name, value in release.attributes(function).items():
        setattr(task, name, value)
    task.image = flyte.Image.from_base(f"{_repository(newest)}:{release.tag}")
    lacked = release.lacked.get(function, ())
    inputs = {name: given for name, given in task.interface.inputs.items() if name not in lacked}
    task.interface = dataclasses.replace(task.interface, inputs=inputs)
    # A deployment names the folders that the modules were found in; every task of it gets them.
    task.env_vars = {**(task.env_vars or {}), "_F_SYS_PATH": "./."}
    return task


async def template(env: flyte.TaskEnvironment, task: Task, context: SerializationContext) -> TaskSpec:
    """The spec as `flyte deploy` would send it, but for two things that depend on the machine.

    These are the link to the source code, which is left out, and the cache version of code, for which the SDK hashes
    a syntax tree that no two Python versions print alike.
    """
    defaults = await convert_upload_default_inputs(task.interface)
    spec = translate_task_to_wire(task, context, default_inputs=defaults, task_context=_task_context(context))
    if env.description:
        spec.environment.description = env.description
    spec.documentation.CopyFrom(_documentation(task))
    _describe_inputs(spec, task)
    if isinstance(task.cache, flyte.Cache) and task.cache.version_override is None:
        assert context.code_bundle is not None
        code = f"{task.name} {context.code_bundle.computed_version}"
        spec.task_template.metadata.discovery_version = hashlib.sha256(code.encode()).hexdigest()
    return spec


def _task_context(context: SerializationContext) -> TaskContext:
    action = ActionID(
        name="{{.actionName}}",
        run_name="{{.runName}}",
        project="{{.executionProject}}",
        domain="{{.executionDomain}}",
        org="{{.executionOrg}}",
    )
    return TaskContext(
        action=action,
        version=context.version,
        output_path=context.output_path,
        raw_data_path=RawDataPath(path=""),
        run_base_dir="",
        report=flyte.report.Report(name=action.name),
    )


def _bundle(env: flyte.TaskEnvironment, release: Release) -> CodeBundle:
    digest = hashlib.sha256(f"{env.name} {release.version}".encode()).hexdigest()[:16]
    return CodeBundle(computed_version=digest, tgz=f"s3://acme-flyte-code/{digest}.tgz", destination=".")


def _repository(task: Task) -> str:
    assert isinstance(task.image, flyte.Image)
    return task.image.uri.rpartition(":")[0]


def _documentation(task: Task) -> DocumentationEntity:
    text = task.interface.docstring
    if text is None:
        return DocumentationEntity()
    return DocumentationEntity(short_description=text.short_description, long_description=text.long_description)


def _describe_inputs(spec: TaskSpec, task: Task) -> None:
    text = task.interface.docstring
    described = text.input_descriptions if text else {}
    for variable in spec.task_template.interface.inputs.variables:
        variable.value.description = described.get(variable.key) or ""


async def _metadata(task: Task, spec: TaskSpec) -> TaskMetadata:
    return TaskMetadata(
        short_name=spec.short_name,
        environment_name=spec.environment.name,
        short_description=spec.documentation.short_description,
        triggers_summary=_summary([await _trigger(trigger, task, spec) for trigger in task.triggers]),
    )


async def _trigger(trigger: flyte.Trigger, task: Task, spec: TaskSpec) -> TaskTrigger:
    return await to_task_trigger(
        t=trigger,
        task_name=task.name,
        task_inputs=spec.task_template.interface.inputs,
        task_default_inputs=list(spec.default_inputs),
    )


def _summary(triggers: list[TaskTrigger]) -> TaskTriggersSummary | None:
    """The server tells about a single trigger, and only counts several."""
    if not triggers:
        return None
    active = [trigger for trigger in triggers if trigger.spec.active]
    if len(triggers) > 1:
        stats = TaskTriggersSummary.TriggerStats(total=len(triggers), active=len(active))
        return TaskTriggersSummary(stats=stats)
    details = TaskTriggersSummary.TriggerDetails(
        name=triggers[0].name, active=bool(active), automation_spec=triggers[0].automation_spec
    )
    return TaskTriggersSummary(details=details)


def _order(row: TaskDetails) -> tuple[str, str, str, int, str]:
    key = row.task_id
    return (key.project, key.domain, key.name, row.metadata.deployed_at.ToNanoseconds(), key.version)


def _line(row: TaskDetails) -> str:
    fields = MessageToDict(row, preserving_proto_field_name=True)
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
