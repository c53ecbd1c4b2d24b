"""Templates as a deployment makes them: about 2 KB each, the same ones every time."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from random import Random

from flyteidl2.core.identifier_pb2 import TASK
from flyteidl2.core.literals_pb2 import KeyValuePair
from flyteidl2.core.tasks_pb2 import RuntimeMetadata
from flyteidl2.core.types_pb2 import FLOAT, INTEGER, STRING
from flyteidl2.task.task_definition_pb2 import TaskDetails
from google.protobuf.json_format import MessageToDict
from tests.bench.data.manifests import DOMAIN, PROJECT, SEED, VERSION, short_name, task_name, team

_CPU, _MEMORY, _DISK = 1, 3, 5
_DEPLOYED_AT = 1_790_000_000
_INPUTS = {
    "dataset": (STRING, "The name of the data set, as the catalogue of data has it."),
    "epochs": (INTEGER, "How often all of the data is gone through before the task ends."),
    "learning_rate": (FLOAT, "How far one step goes; the schedule makes it smaller with time."),
    "threshold": (FLOAT, "Below this score nothing is written, and the row is counted as skipped."),
    "partition": (STRING, "The day that is read, as the tables write it: 2026-11-22."),
    "seed": (INTEGER, "Where the random numbers begin: the same seed gives the same result."),
}
_LENGTH = struct.Struct(">I")


def template(number: int) -> TaskDetails:
    """What a server says of the only version of task *number*."""
    random = Random(f"{SEED} template {number}")
    bundle = f"s3://acme-flyte-code/{sha256(task_name(number).encode()).hexdigest()[:32]}.tgz"
    details = TaskDetails()
    _identify(details, number)
    _describe(details, number)
    _interface(details)
    _container(details, number, bundle, random)
    _metadata(details, bundle, random)
    return details


def _identify(details: TaskDetails, number: int) -> None:
    for identifier in (details.task_id, details.spec.task_template.id):
        identifier.project, identifier.domain = PROJECT, DOMAIN
        identifier.name, identifier.version = task_name(number), VERSION
    details.spec.task_template.id.resource_type = TASK
    details.metadata.deployed_at.seconds = _DEPLOYED_AT + number


def _describe(details: TaskDetails, number: int) -> None:
    spec, short = details.spec, f"One step of what the team {team(number)} does every night."
    details.metadata.short_name = spec.short_name = short_name(number)
    details.metadata.environment_name = spec.environment.name = team(number)
    details.metadata.short_description = spec.documentation.short_description = short
    spec.environment.description = f"The tasks of the team {team(number)}."
    spec.documentation.long_description = f"{short} It is safe to run it again, and it writes to one place only. "
    spec.documentation.long_description += (
        "Who wants to know more asks in the channel of the team, or reads its page about it."
    )


def _interface(details: TaskDetails) -> None:
    interface = details.spec.task_template.interface
    for name, (kind, description) in _INPUTS.items():
        variable = interface.inputs.variables.add(key=name).value
        variable.type.simple, variable.description = kind, description
    interface.outputs.variables.add(key="o0").value.type.map_value_type.simple = FLOAT
    for name in ("epochs", "seed"):
        parameter = details.spec.default_inputs.add(name=name).parameter
        parameter.var.type.simple = INTEGER
        parameter.default.scalar.primitive.integer = 7


def _container(details: TaskDetails, number: int, bundle: str, random: Random) -> None:
    template = details.spec.task_template
    container, name = template.container, team(number)
    template.type = "python"
    container.image = f"registry.example.com/acme/{name}:1.{random.randint(0, 40)}.0"
    container.args.extend(_arguments(number, bundle))
    for side, factor in ((container.resources.requests, 1), (container.resources.limits, 2)):
        side.add(name=_CPU, value=str(factor * random.choice((1, 2, 4))))
        side.add(name=_MEMORY, value=f"{factor * random.choice((2, 4, 8))}Gi")
    container.resources.requests.add(name=_DISK, value="10Gi")
    variables = {"LOG_LEVEL": "INFO", "BATCH_SIZE": "64", "TOKENIZERS_PARALLELISM": "false", "NCCL_DEBUG": "WARN"}
    variables |= {"_F_SYS_PATH": "./."}
    container.env.extend(KeyValuePair(key=key, value=value) for key, value in variables.items())
    template.security_context.run_as.k8s_service_account = name
    template.security_context.secrets.add(key="metrics", mount_requirement=1, env_var="METRICS_CREDENTIALS")


def _arguments(number: int, bundle: str) -> list[str]:
    named = {
        "inputs": "{{.input}}",
        "outputs-path": "{{.outputPrefix}}",
        "version": VERSION,
        "raw-data-path": "{{.rawOutputDataPrefix}}",
        "checkpoint-path": "{{.checkpointOutputPrefix}}",
        "prev-checkpoint": "{{.prevCheckpointPrefix}}",
        "run-name": "{{.runName}}",
        "name": "{{.actionName}}",
        "run-start-time": "{{.runStartTime}}",
        "tgz": bundle,
        "dest": ".",
        "resolver": "flyte._internal.resolvers.default.DefaultTaskResolver",
    }
    flags = [part for name, value in named.items() for part in (f"--{name}", value)]
    return ["a0", *flags, "mod", f"tasks.{team(number)}", "instance", short_name(number)]


def _metadata(details: TaskDetails, bundle: str, random: Random) -> None:
    metadata = details.spec.task_template.metadata
    metadata.runtime.type, metadata.runtime.version, metadata.runtime.flavor = (
        RuntimeMetadata.FLYTE_SDK,
        "2.12.1",
        "python",
    )
    metadata.timeout.seconds = 3600 * random.randint(1, 4)
    metadata.retries.retries = random.randint(0, 2)
    metadata.discoverable = True
    metadata.discovery_version = sha256(bundle.encode()).hexdigest()
    metadata.interruptible = False
    metadata.debuggable = True
    metadata.code_bundle_uri = bundle
    metadata.generates_deck.value = False
    metadata.timeouts.queued_timeout.seconds = 1800
    metadata.timeouts.deadline.seconds = 43200


def write_snapshot(path: Path, details: Iterable[TaskDetails]) -> None:
    """The lines that `flyteplan pull --catalog` reads."""
    with path.open("w", encoding="utf-8") as file:
        for one in details:
            file.write(json.dumps(MessageToDict(one, preserving_proto_field_name=True), sort_keys=True) + "\n")


def write_packed(path: Path, details: Iterable[TaskDetails]) -> None:
    """Messages one after another, each behind its length: the cheapest catalog for the reference programs."""
    with path.open("wb") as file:
        for one in details:
            data = one.SerializeToString(deterministic=True)
            file.write(_LENGTH.pack(len(data)) + data)


def read_packed(path: Path) -> Iterator[bytes]:
    data, at = path.read_bytes(), 0
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        yield data[at + 4 : at + 4 + length]
        at += 4 + length
