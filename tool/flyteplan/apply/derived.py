"""A change -> the version that is sent: the desired spec, its new name, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from flyteplan.apply.present import made
from flyteplan.diff import stored
from flyteplan.model.deployment import Deployment, Provenance
from flyteplan.model.derived import TAG_PREFIX
from flyteplan.model.plan import Change
from flyteplan.model.tags import sensitive_tag

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec
    from flyteidl2.trigger.trigger_definition_pb2 import TriggerDetails


def deployment(
    change: Change, desired: TaskSpec, provenance: Provenance, triggers: Iterable[TriggerDetails] = ()
) -> Deployment:
    """Everything that manifests do not set is as in the base, what this program does not know included."""
    spec = type(desired)()
    spec.CopyFrom(stored(desired))
    template = spec.task_template
    if template.HasField("id"):
        template.id.version = change.submit.name
    for name in own_tags(template.metadata.tags):
        del template.metadata.tags[name]
    template.metadata.tags.update(origin(change, provenance, change.desired_digest))
    template.metadata.tags.update(sensitive_tag(change.secrecy.marked))
    return Deployment(key=made(change), spec=spec, triggers=tuple(triggers))


def own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if name.startswith(TAG_PREFIX)}


def origin(change: Change, provenance: Provenance, digest: str) -> dict[str, str]:
    """Where a version or a run comes from: its tags or annotations. *digest* is that of what is made."""
    found = {
        "owner": provenance.owner,
        "target": provenance.target,
        "manifest": ",".join(sorted({source.name for source in change.manifests})),
        "base": change.task.version,
        "base-digest": change.base_digest,
        "digest": digest,
        "revision": provenance.revision,
    }
    return {f"{TAG_PREFIX}{name}": value for name, value in found.items() if value}
