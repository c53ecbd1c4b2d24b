"""Two and three templates -> the fields in which they differ, and the digests that tell them apart."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from flyteplan.diff.stored import stored
from flyteplan.diff.values import equal
from flyteplan.diff.walk import walk
from flyteplan.model.derived import TAG_PREFIX
from flyteplan.model.plan import Difference
from flyteplan.model.primary import primary_name

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec

_PATH = itemgetter(0)
__all__ = ["Side", "between", "differences", "digest", "side", "stored"]


class Side(NamedTuple):
    """One side of a comparison: a spec as a server stores it, and its digest."""

    spec: TaskSpec
    digest: str


def side(spec: TaskSpec) -> Side:
    """For what is asked for both: it is found out once what a server keeps of *spec*."""
    kept = stored(spec)
    return Side(kept, _digest(kept))


def digest(spec: TaskSpec) -> str:
    """sha256 of the deterministic serialization, unknown fields included.

    Without `task_template.id.version`, flyteplan's own tags, and what a server does not keep, so that a derived version
    has the digest of what it was derived to be.
    """
    return _digest(stored(spec))


def _digest(kept: TaskSpec) -> str:
    return "sha256:" + hashlib.sha256(_identity(kept).SerializeToString(deterministic=True)).hexdigest()


def _identity(kept: TaskSpec) -> TaskSpec:
    copy = type(kept)()
    copy.CopyFrom(kept)
    template = copy.task_template
    if template.HasField("id"):
        template.id.version = ""
    tags = template.metadata.tags
    if TAG_PREFIX in "".join(tags):
        for name in [name for name in tags if name.startswith(TAG_PREFIX)]:
            del tags[name]
    return copy


def differences(base: TaskSpec, live: TaskSpec, desired: TaskSpec) -> tuple[Difference, ...]:
    """Every field whose three values are not all equal, by path.

    Every difference of bytes but for the version's own (see `digest`) is covered by one: unknown fields, the order
    of a list and a message that is there but empty have fields of their own. What a server does not keep is none.
    """
    kept = stored(base)
    if base is live:
        return _named(_walked((kept, stored(desired))), (kept, desired))
    sides = (kept, stored(live), stored(desired))
    return _named(_walked(sides), sides)


def between(base: Side, live: Side, desired: Side) -> tuple[Difference, ...]:
    """As `differences`, where the digests tell which sides are the same: no more than two are walked over then."""
    if live.digest not in (base.digest, desired.digest):
        sides = (base.spec, live.spec, desired.spec)
        return _named(_walked(sides), sides)
    pair = (base.spec, desired.spec)
    found = _walked(pair) if base.digest != desired.digest else []
    if live.digest == desired.digest:
        found = [Difference(path, was, wanted, wanted) for path, was, _, wanted in found]
    return _named(found, pair)


def _walked(sides: Sequence[TaskSpec]) -> list[Difference]:
    return [] if equal(sides) else walk(sides)


def _named(found: list[Difference], sides: Sequence[TaskSpec]) -> tuple[Difference, ...]:
    """By path, and what is in a pod's primary container by the manifest's."""
    names = {primary_name(spec.task_template) for spec in sides}
    if len(names) == 1 and names != {""}:
        from flyteplan.diff.pod import in_manifest_words

        found = in_manifest_words(found, names.pop())
    return tuple(sorted(found, key=_PATH))
