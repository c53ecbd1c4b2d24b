"""Two and three templates -> the fields in which they differ, and the digests that tell them apart."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from flyteplan.diff.pod import in_manifest_words
from flyteplan.diff.stored import stored
from flyteplan.diff.walk import walk
from flyteplan.model.derived import TAG_PREFIX
from flyteplan.model.plan import Difference
from flyteplan.model.primary import primary_name

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec

__all__ = ["differences", "digest", "stored"]


def differences(base: TaskSpec, live: TaskSpec, desired: TaskSpec) -> tuple[Difference, ...]:
    """Every field whose three values are not all equal, by path.

    Every difference of bytes but for the version's own (see `digest`) is covered by one: unknown fields, the order
    of a list and a message that is there but empty have fields of their own. What a server does not keep is none.
    """
    sides = tuple(map(stored, (base, desired) if base is live else (base, live, desired)))
    found = walk(sides)
    names = {primary_name(spec.task_template) for spec in sides}
    if len(names) == 1 and names != {""}:
        found = in_manifest_words(found, names.pop())
    return tuple(sorted(found, key=lambda difference: difference.path))


def digest(spec: TaskSpec) -> str:
    """sha256 of the deterministic serialization, unknown fields included.

    Without `task_template.id.version`, flyteplan's own tags, and what a server does not keep, so that a derived version
    has the digest of what it was derived to be.
    """
    return "sha256:" + hashlib.sha256(_identity(spec).SerializeToString(deterministic=True)).hexdigest()


def _identity(spec: TaskSpec) -> TaskSpec:
    copy = type(spec)()
    copy.CopyFrom(stored(spec))
    template = copy.task_template
    if template.HasField("id"):
        template.id.version = ""
    for name in [name for name in template.metadata.tags if name.startswith(TAG_PREFIX)]:
        del template.metadata.tags[name]
    return copy
