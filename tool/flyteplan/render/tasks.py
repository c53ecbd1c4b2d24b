"""Tasks of a catalog for `flyteplan tasks list` and `flyteplan tasks show`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from flyteplan.model import duration
from flyteplan.model.derived import is_derived
from flyteplan.model.device import CLASSES
from flyteplan.model.primary import Primary, Side, primary, primary_name
from flyteplan.model.secrecy import Secrecy
from flyteplan.model.sensitive import HIDDEN
from flyteplan.model.settings import Secret
from flyteplan.model.task import Template, Trigger, Triggers
from flyteplan.record import dataclass
from flyteplan.render.interface import defaults, required, signature
from flyteplan.render.style import Line, Span
from flyteplan.render.table import aligned
from flyteplan.render.values import shown

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import TaskMetadata, TaskTemplate
    from flyteidl2.task.task_definition_pb2 import TaskSpec

_HEADS = ("NAME", "NEWEST", "VERSIONS", "ENVIRONMENT", "TYPE", "RESOURCES")
_NO_TASKS = "No tasks."
_CLASS_NAMES = {number: name for name, number in CLASSES.items()}

# What is told, and the lines that tell it.
_Part = tuple[str, Iterable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One task as a listing shows it; `resources` is what the newest version requests."""

    name: str
    newest: str
    versions: int
    environment: str
    type: str
    resources: str


def row(newest: Template, versions: int) -> TaskRow:
    """*newest* is the newest version, of *versions*."""
    template = newest.spec.task_template
    return TaskRow(
        name=newest.key.task.name,
        newest=newest.key.version,
        versions=versions,
        environment=newest.spec.environment.name,
        type=template.type,
        resources=_requests(template),
    )


def listing(rows: Iterable[TaskRow]) -> list[Line]:
    """One line a task under the names of the columns, in the order given."""
    cells = [
        [Span(r.name), Span(r.newest), Span(str(r.versions)), Span(r.environment), Span(r.type), Span(r.resources)]
        for r in rows
    ]
    if not cells:
        return [(Span(_NO_TASKS),)]
    return aligned([[Span(head, "bold") for head in _HEADS], *cells], gaps=(0, 2, 2, 2, 2, 2), right=(2,))


def detail(template: Template, versions: Sequence[str], triggers: Triggers, secrecy: Secrecy) -> list[Line]:
    """All that manifests can set in one version, and what it takes to call it; *versions* newest first."""
    task, spec = template.key.task, template.spec
    title = (Span(task.name, "bold"), Span(f"  {template.key.version}"), Span(f"  {task.project}/{task.domain}", "dim"))
    parts = [*_interface(spec), *_target(spec.task_template, secrecy), *_settings(spec), *_around(versions, triggers)]
    rows = [(Span(label, "dim"), Span(line)) for name, lines in parts for label, line in _labelled(name, lines)]
    return [title, (Span(f"  {signature(spec)}"),), (), *aligned(rows, gaps=(2, 2))]


def _labelled(name: str, lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The name stands before the first line only; what has nothing to tell is left out."""
    for number, line in enumerate(filter(None, lines)):
        yield ("" if number else name), line


def _interface(spec: TaskSpec) -> Iterator[_Part]:
    yield "description", [spec.documentation.short_description]
    yield "short name", [spec.short_name]
    yield "environment", [spec.environment.name]
    yield "required inputs", [", ".join(required(spec))]
    yield "other inputs", [", ".join(f"{name} = {value}" for name, value in defaults(spec).items())]


def _target(template: TaskTemplate, secrecy: Secrecy) -> Iterator[_Part]:
    container = primary(template)
    yield "type", [template.type]
    yield "target", [_target_kind(template)]
    if container is not None:
        yield "image", [container.image]
        yield "requests", [_quantities(container, "requests")]
        yield "limits", [_quantities(container, "limits")]
    yield "accelerator", [_accelerator(template)]
    yield "shared memory", [_shared_memory(template)]
    yield "reuse", [_reuse(template)]
    if container is not None:
        yield "env vars", [f"{name}={_variable(name, value, secrecy)}" for name, value in container.env()]


def _variable(name: str, value: Any, secrecy: Secrecy) -> str:
    """What a pod takes from a secret is a name, and no secret."""
    return HIDDEN if isinstance(value, str) and secrecy.hides(name) else shown(value)


def _target_kind(template: TaskTemplate) -> str:
    kind = template.WhichOneof("target") or "none"
    if kind != "k8s_pod":
        return kind
    name = primary_name(template)
    return f"{kind}, primary container {shown(name)}" if name else f"{kind}, primary container not told"


def _quantities(container: Primary, side: Side) -> str:
    return ", ".join(f"{name} {value}" for name, value in container.quantities(side).items())


def _requests(template: TaskTemplate) -> str:
    container = primary(template)
    device = template.extended_resources.gpu_accelerator.device
    quantities = _quantities(container, "requests") if container is not None else ""
    return " ".join(filter(None, [quantities, f"({device})" if device else ""]))


def _accelerator(template: TaskTemplate) -> str:
    if not template.extended_resources.HasField("gpu_accelerator"):
        return ""
    found = template.extended_resources.gpu_accelerator
    number = found.device_class
    partition = f", partition {found.partition_size}" if found.partition_size else ""
    return f"{found.device} ({_CLASS_NAMES.get(number, number)}){partition}"


def _shared_memory(template: TaskTemplate) -> str:
    if not template.extended_resources.HasField("shared_memory"):
        return ""
    found = template.extended_resources.shared_memory
    return f"{found.size_limit or 'auto'} at {found.mount_path}"


def _reuse(template: TaskTemplate) -> str:
    if not template.HasField("reuse_policy"):
        return ""
    policy = template.reuse_policy
    return f"{policy.min_replicas} to {policy.max_replicas} replicas, {policy.concurrency} tasks in each"


def _settings(spec: TaskSpec) -> Iterator[_Part]:
    template, metadata = spec.task_template, spec.task_template.metadata
    yield "retries", [_retries(metadata)]
    yield "timeout", [_timeout(metadata)]
    yield "cache", [_cache(metadata)]
    yield "interruptible", ["yes" if metadata.HasField("interruptible") and metadata.interruptible else ""]
    yield "secrets", map(_secret, template.security_context.secrets)
    yield "service account", [template.security_context.run_as.k8s_service_account]
    yield "pod template", [metadata.pod_template_name]
    yield "labels", [f"{name}={value}" for name, value in sorted(metadata.metadata.labels.items())]
    yield "annotations", [f"{name}={value}" for name, value in sorted(metadata.metadata.annotations.items())]


def _duration(message: Any) -> str:
    return duration.show(message.seconds * duration.SECOND + message.nanos)


def _named_durations(message: Any, names: dict[str, str]) -> list[str]:
    return [f"{told} {_duration(getattr(message, name))}" for name, told in names.items() if message.HasField(name)]


def _retries(metadata: TaskMetadata) -> str:
    retries = metadata.retries
    parts = [str(retries.retries)]
    if retries.HasField("backoff"):
        factor = [f"factor {retries.backoff.factor:g}"] if retries.backoff.factor else []
        bounds = _named_durations(retries.backoff, {"base": "base", "cap": "cap"})
        parts.append("backoff " + " ".join([*bounds[:1], *factor, *bounds[1:]]))
    return ", ".join(parts)


def _timeout(metadata: TaskMetadata) -> str:
    own = _named_durations(metadata, {"timeout": "max_runtime"})
    bounds = {"queued_timeout": "max_queued_time", "deadline": "deadline"}
    return ", ".join([*own, *_named_durations(metadata.timeouts, bounds)])


def _cache(metadata: TaskMetadata) -> str:
    """Every deployment writes a discovery version: only `discoverable` turns the cache on."""
    if not metadata.discoverable:
        return "disable"
    version = metadata.discovery_version
    parts = [f"override, version {version}" if version else "auto"]
    parts += ["serialize"] if metadata.cache_serializable else []
    ignored = metadata.cache_ignore_input_vars
    parts += [f"ignores {' and '.join(ignored)}"] if ignored else []
    return ", ".join([*parts, *_named_durations(metadata, {"cache_max_age": "max age"})])


def _secret(secret: Any) -> str:
    name = Secret(key=secret.key, group=secret.group).name
    return f"{name} as {secret.env_var}" if secret.env_var else f"{name} as a file"


def _around(versions: Collection[str], triggers: Triggers) -> Iterator[_Part]:
    yield "triggers", map(_trigger, triggers.known)
    yield "other triggers", [str(triggers.others or "")]
    yield "versions", [f"{version} (derived)" if is_derived(version) else version for version in versions]


def _trigger(trigger: Trigger) -> str:
    runs = f", runs {trigger.version}" if trigger.version else ""
    return f"{trigger.name} ({'active' if trigger.active else 'inactive'}{runs})"
