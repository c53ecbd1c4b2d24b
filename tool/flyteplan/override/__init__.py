"""Template + settings -> the desired spec.

The deployed message is copied with `CopyFrom` and only the copy is edited, so fields that this flyteidl2 does not
know survive. Two strategies share the edits: `merge` sets and clears value by value; `replace` clears a parameter as
`flyte.remote.TaskDetails.override` of SDK 2.12 does before it sets it, so that both give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flyteplan.model.resolution import Desired
from flyteplan.model.settings import WHOLE, Parts, Settings
from flyteplan.model.task import Template
from flyteplan.override import cache, environment, metadata, notes, pool, resources, security
from flyteplan.override.edit import Edit

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec

# In the order of the SDK's own edits: what stands in more than one place of a template depends on it.
EDITS: dict[str, Callable[[Edit, Parts], None]] = {
    "short_name": metadata.short_name,
    "secrets": security.secrets,
    "service_account": security.service_account,
    "image": environment.image,
    "env_vars": environment.env_vars,
    "resources": resources.resources,
    "produces_artifacts": metadata.produces_artifacts,
    "retries": metadata.retries,
    "timeout": metadata.timeout,
    "cache": cache.cache,
    "interruptible": metadata.interruptible,
    "labels": metadata.pod_labels,
    "annotations": metadata.pod_annotations,
    "pod_template_name": metadata.pod_template_name,
}
# Parameters of the SDK's override() that are no part of a template: they go with a call.
CALL = ("queue", "max_inline_io_bytes")


def override(template: Template, settings: Settings, strategy: str) -> Desired:
    """*template* with *settings* applied; `template.spec` stays as it is. *strategy* is merge or replace."""
    given = settings.parameters()
    edit = Edit(template.key.task.name, _copy(template.spec), settings, strategy == "replace")
    for name, apply in EDITS.items():
        if name in given:
            apply(edit, given[name])
    environment.apple_silicon(edit, template.spec, given)
    pool.follow(edit, template.spec)
    notes.remark(edit, given)
    return Desired(spec=edit.spec, call=_call(given), notes=tuple(edit.notes), problems=tuple(edit.problems))


def _call(given: dict[str, Parts]) -> tuple[tuple[str, Any], ...]:
    asked = [(name, given[name][WHOLE]) for name in CALL if name in given]
    return tuple([(name, value) for name, value in asked if value is not None]) if asked else ()


def _copy(spec: TaskSpec) -> TaskSpec:
    copy = type(spec)()
    copy.CopyFrom(spec)
    return copy
