"""The tags by which a derived version tells where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flyteplan.model.deployment import Provenance
from flyteplan.model.derived import TAG_PREFIX, is_derived
from flyteplan.model.task import Template
from flyteplan.record import dataclass

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec


_SENSITIVE = f"{TAG_PREFIX}sensitive"
_NONE = frozenset[str]()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What `apply` wrote into `metadata.tags`, "" where it wrote nothing.

    `manifest` has the names of the manifests that took part, with commas between.
    `base_digest` and `digest` are those of the base, and of the spec that was sent, as they were then.
    """

    owner: str = ""
    target: str = ""
    manifest: str = ""
    base: str = ""
    base_digest: str = ""
    digest: str = ""

    def are_of(self, provenance: Provenance) -> bool:
        """Whether this owner and this target made the version; one without a digest was made by nobody known."""
        return bool(self.digest) and (self.owner, self.target) == (provenance.owner, provenance.target)


def sensitive_tag(names: Iterable[str]) -> dict[str, str]:
    """What a version tells of the variables and inputs that are sensitive in it: their names, with commas between."""
    told = ",".join(sorted(names))
    return {_SENSITIVE: told} if told else {}


def sensitive_names(*templates: Template) -> frozenset[str]:
    """What was marked as sensitive when flyteplan made *templates*, those among them that it did make."""
    found = _NONE
    for one in templates:
        if is_derived(one.key.version):
            told = one.spec.task_template.metadata.tags.get(_SENSITIVE, "")
            found = found.union(told.split(",") if told else ())
    return found


def tags_of(spec: TaskSpec) -> Tags:
    tags = spec.task_template.metadata.tags

    def told(name: str) -> str:
        return tags.get(f"{TAG_PREFIX}{name}", "")

    return Tags(
        owner=told("owner"),
        target=told("target"),
        manifest=told("manifest"),
        base=told("base"),
        base_digest=told("base-digest"),
        digest=told("digest"),
    )
