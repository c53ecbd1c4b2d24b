"""Templates to override: those of a snapshot, and generated ones of the shapes that real ones rarely have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flyteidl2.core.tasks_pb2 import TaskTemplate
from flyteidl2.task.task_definition_pb2 import TaskDetails
from google.protobuf import json_format
from hypothesis import strategies as st

# Field 1000, the varint 7: a field of a server that is newer than we are.
UNKNOWN = bytes((0xC0, 0x3E, 0x07))
NAMES = ("requests", "limits")
APPLE_ENV = (("_F_APPLE_SILICON_EXECUTION", "host"), ("_F_APPLE_SILICON_HOST_PACKAGES", "[]"))
OWN_CONTAINER = ("FLYTE_APPLE_SILICON_EXECUTION", "container")

Draw = Callable[[st.SearchStrategy[Any]], Any]


def snapshot(path: Path) -> list[TaskDetails]:
    """One TaskDetails a line."""
    lines = path.read_text("utf-8").splitlines()
    return [json_format.Parse(line, TaskDetails(), ignore_unknown_fields=True) for line in lines if line.strip()]


@st.composite
def generated(draw: Draw) -> TaskDetails:
    """A template of any target, with any of the fields set that an override changes, loses or keeps."""
    details = TaskDetails()
    details.task_id.project, details.task_id.domain, details.task_id.name = "p", "d", "env.task"
    details.task_id.version = "v1"
    template = details.spec.task_template
    template.type = draw(st.sampled_from(("python", "actor", "spark")))
    for name in draw(st.sets(st.sampled_from(("x", "y", "seed")))):
        template.interface.inputs.variables.add(key=name)
    if template.type == "actor":
        _pool(draw, template)
    _TARGETS[draw(st.sampled_from(tuple(_TARGETS)))](draw, template)
    _extended_resources(draw, template)
    _security(draw, template)
    _metadata(draw, template)
    details.spec.short_name = draw(st.sampled_from(("", "task")))
    _unknown_fields(draw, details)
    return details


def _pool(draw: Draw, template: TaskTemplate) -> None:
    template.reuse_policy.max_replicas = 2
    template.reuse_policy.idle_ttl.seconds = 60
    known: dict[str, Any] = {
        "name": "env",
        "version": "0123456789abcde",
        "spec": {"container_image": "registry.example.com/a:1"},
    }
    template.custom.update({name: known[name] for name in draw(st.sets(st.sampled_from(sorted(known))))})


def _container(draw: Draw, template: TaskTemplate) -> None:
    template.container.image = "registry.example.com/a:1"
    template.container.args.extend(["a0", "--version", "v1"])
    if draw(st.booleans()):
        template.container.resources.SetInParent()
    quantities = st.lists(st.tuples(st.integers(1, 5), st.sampled_from(("1", "2Gi", "500m"))), max_size=4)
    for side in NAMES:
        for number, quantity in draw(quantities):
            getattr(template.container.resources, side).add(name=number, value=quantity)
    for name, value in draw(_ENVIRONMENTS):
        template.container.env.add(key=name, value=value)


_SEVERAL = (("init", "primary", "side"), ("primary", "side"), ("side", "primary", "primary"))


def _pod_of(named_in_config: bool, named_in_pod: bool, several: bool) -> Callable[[Draw, TaskTemplate], None]:
    def build(draw: Draw, template: TaskTemplate) -> None:
        names = draw(st.sampled_from(_SEVERAL)) if several else ("primary",)
        containers = [_pod_container(draw, name) for name in names]
        template.k8s_pod.pod_spec.update({"restartPolicy": "Never", "containers": containers})
        if named_in_config:
            template.config["primary_container_name"] = draw(st.sampled_from(("primary", "primary", "other")))
        if named_in_pod:
            template.k8s_pod.primary_container_name = "primary"

    return build


def _pod_container(draw: Draw, name: str) -> dict[str, Any]:
    container: dict[str, Any] = {"name": name, "image": "registry.example.com/a:1", "ports": [{"containerPort": 80}]}
    if draw(st.booleans()):
        container["args"] = ["a0", "--version", "v1"]
    if draw(st.booleans()):
        container["env"] = [{"name": key, "value": value} for key, value in draw(_ENVIRONMENTS)]
        container["env"] += [{"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]
    if draw(st.booleans()):
        names = st.sampled_from(("cpu", "memory", "gpu", "nvidia.com/gpu", "ephemeral-storage", "smarter-devices/fuse"))
        quantities = st.dictionaries(names, st.sampled_from(("1", "2Gi", 3)), max_size=3)
        container["resources"] = {side: draw(quantities) for side in NAMES}
        container["resources"] |= {"claims": [{"name": "claim"}]} if draw(st.booleans()) else {}
    return container


def _sql(draw: Draw, template: TaskTemplate) -> None:
    template.sql.statement = "SELECT 1"


def _no_target(draw: Draw, template: TaskTemplate) -> None:
    template.type = "core-sleep"


_TARGETS: dict[str, Callable[[Draw, TaskTemplate], None]] = {
    "container": _container,
    "another container": _container,
    "pod": _pod_of(False, False, several=False),
    "named pod": _pod_of(True, False, several=False),
    "pod of several, named in config": _pod_of(True, False, several=True),
    "pod of several, named in the pod": _pod_of(False, True, several=True),
    "pod of several, named twice": _pod_of(True, True, several=True),
    "pod of several": _pod_of(False, False, several=True),
    "sql": _sql,
    "none": _no_target,
}

_VARIABLES = st.tuples(
    st.sampled_from(("A", "B", "LOG_LEVEL", "_F_SYS_PATH", "_F_OTHER", "FLYTE_X")),
    st.sampled_from(("", "1", "./.", "a=b,c")),
)
# Twenty of six names: long ones hold a name more than once.
_ENVIRONMENTS = st.one_of(
    st.lists(_VARIABLES, max_size=20),
    st.lists(_VARIABLES, max_size=3).map(lambda variables: [*variables, *APPLE_ENV]),
    st.lists(_VARIABLES, max_size=3).map(lambda variables: [OWN_CONTAINER, *variables]),
)


def _extended_resources(draw: Draw, template: TaskTemplate) -> None:
    if draw(st.booleans()):
        accelerator = template.extended_resources.gpu_accelerator
        accelerator.device, accelerator.device_class = draw(
            st.sampled_from((("nvidia-tesla-a100", 0), ("tpu-v5p-slice", 1), ("AppleSilicon", 5)))
        )
        accelerator.partition_size = draw(st.sampled_from(("", "1g.5gb")))
    if draw(st.booleans()):
        shared = template.extended_resources.shared_memory
        shared.mount_path, shared.mount_name, shared.size_limit = "/dev/shm", "shm", draw(st.sampled_from(("", "1Gi")))


def _security(draw: Draw, template: TaskTemplate) -> None:
    context = template.security_context
    kinds = draw(st.sets(st.sampled_from(("empty", "secrets", "account", "role", "client", "identity", "tokens"))))
    if "empty" in kinds:
        context.SetInParent()
    if "secrets" in kinds:
        context.secrets.add(group="g", key="old", mount_requirement=1, env_var="OLD")
    if "account" in kinds:
        context.run_as.k8s_service_account = "deployed"
    if "role" in kinds:
        context.run_as.iam_role = "role"
    if "client" in kinds:
        context.run_as.oauth2_client.client_id = "client"
    if "identity" in kinds:
        context.run_as.execution_identity = "identity"
    if "tokens" in kinds:
        context.tokens.add(name="token")


def _metadata(draw: Draw, template: TaskTemplate) -> None:
    metadata = template.metadata
    kinds = draw(st.sets(st.sampled_from(("retries", "backoff", "timeout", "queued", "deadline", "cache", "age"))))
    if "retries" in kinds:
        metadata.retries.retries = 4
    if "backoff" in kinds:
        metadata.retries.backoff.base.seconds, metadata.retries.backoff.factor = 10, 2.0
        metadata.retries.backoff.cap.seconds = 60
    if "timeout" in kinds:
        metadata.timeout.seconds = 600
    if "queued" in kinds:
        metadata.timeouts.queued_timeout.seconds = 60
    if "deadline" in kinds:
        metadata.timeouts.deadline.seconds = 3600
    if "cache" in kinds:
        metadata.discoverable, metadata.discovery_version, metadata.cache_serializable = True, "v1", True
        metadata.cache_ignore_input_vars.append("x")
    if "age" in kinds:
        metadata.cache_max_age.seconds = 86400


def _unknown_fields(draw: Draw, details: TaskDetails) -> None:
    template = details.spec.task_template
    places: dict[str, Any] = {"spec": details.spec, "template": template, "metadata": template.metadata}
    for name in ("container", "k8s_pod", "security_context", "extended_resources"):
        places |= {name: getattr(template, name)} if template.HasField(name) else {}
    for name in ("retries", "timeouts"):
        places |= {name: getattr(template.metadata, name)} if template.metadata.HasField(name) else {}
    for name in draw(st.sets(st.sampled_from(sorted(places)))):
        places[name].MergeFromString(UNKNOWN)
