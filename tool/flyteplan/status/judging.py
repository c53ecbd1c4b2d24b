"""One change and what is live -> the reasons why the task is not in step."""

from __future__ import annotations

from collections.abc import Iterator, Set

from flyteplan.model.deployment import Provenance
from flyteplan.model.derived import is_derived
from flyteplan.model.plan import OLDER_BASE, Change
from flyteplan.model.status import (
    CHANGED,
    EDITED,
    NEVER_APPLIED,
    NEWER_BASE,
    NO_MANIFEST,
    REDEPLOYED,
    STATES,
    Reason,
    TaskStatus,
)
from flyteplan.model.tags import Tags, tags_of
from flyteplan.model.task import Template

_TO_LOOK_AT = (EDITED, REDEPLOYED)


def judge(change: Change, live: Template | None, earlier: Template | None, provenance: Provenance) -> TaskStatus:
    """*change* is one as version. *earlier* is the newest derived version where live is a base, None without one."""
    if change.action != "update":
        return TaskStatus(change=change)
    if is_derived(change.live_version):
        found = list(_of_derived(change, tags_of(live.spec) if live else Tags(), provenance))
    else:
        found = [_of_base(change, earlier, provenance)]
    reasons = tuple(sorted(found, key=lambda reason: STATES.index(reason.state), reverse=True))
    return TaskStatus(change=change, reasons=reasons, next=_next(change, {reason.state for reason in reasons}))


def _next(change: Change, states: Set[str]) -> str:
    """A plan first, where apply would overwrite or take over what nobody has looked at, and where it would refuse."""
    refused = any(note.code == OLDER_BASE and note.attention for note in change.notes)
    command = "plan" if refused or not states.isdisjoint(_TO_LOOK_AT) else "apply"
    return f"flyteplan {command}{' --prune' if change.prune else ''}"


def _of_base(change: Change, earlier: Template | None, provenance: Provenance) -> Reason:
    live = change.live_version
    if earlier is not None and _overrides(tags_of(earlier.spec), provenance):
        return Reason(NEWER_BASE, f"{live} was deployed after {earlier.key.version}, whose overrides nobody sees now")
    return Reason(NEVER_APPLIED, f"{live} is live as its author deployed it")


def _overrides(tags: Tags, provenance: Provenance) -> bool:
    return tags.are_of(provenance) and tags.digest != tags.base_digest


def _of_derived(change: Change, tags: Tags, provenance: Provenance) -> Iterator[Reason]:
    live = change.live_version
    if not tags.are_of(provenance):
        yield Reason(EDITED, f"{live} is not ours: {_whose(tags, provenance)}")
        return
    if change.prune:
        yield Reason(
            NO_MANIFEST, f"{live} was applied for {tags.manifest or 'a manifest'}, and none asks for a version any more"
        )
    edited = change.live_digest != tags.digest
    if edited:
        yield Reason(EDITED, f"{live} does not have the spec that was applied under this name")
    moved = _base_moved(change, tags)
    if moved:
        yield moved
    elif not edited and not change.prune:
        yield Reason(CHANGED, f"{live} is as it was applied, and {_wanted(change)}")


def _wanted(change: Change) -> str:
    """Triggers were to be kept before, or somebody moved one since: no tag tells."""
    if change.submit.state == "live":
        return "of the triggers that are to start it, some start another version"
    return "the manifests want something else now"


def _whose(tags: Tags, provenance: Provenance) -> str:
    if not tags.digest:
        return "it has no tags of an apply"
    if tags.owner != provenance.owner:
        return f"its owner is {tags.owner}" if tags.owner else "it has no owner"
    return f"it was applied for target {tags.target}" if tags.target else "it was applied for no target"


def _base_moved(change: Change, tags: Tags) -> Reason | None:
    live, base = change.live_version, change.task.version
    if tags.base == base:
        if tags.base_digest == change.base_digest:
            return None
        return Reason(REDEPLOYED, f"{base} was deployed again with another spec since {live} was made from it")
    if change.selector.version or change.locked:
        return Reason(CHANGED, f"the base is to be {base}, and {live} was made from {tags.base}")
    return Reason(
        NEWER_BASE, f"{change.selector.auto_version} stands for {base} now, and {live} was made from {tags.base}"
    )
