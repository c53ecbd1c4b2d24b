"""Manifests + catalog -> the lock, and what a plan has of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flyteplan.errors import Problem, is_valid, ordered
from flyteplan.lock import check, moves, renew, superfluous
from flyteplan.model.config import Target
from flyteplan.model.lock import Lock, Move
from flyteplan.model.manifest import Manifest
from flyteplan.model.resolution import Resolution
from flyteplan.model.task import TaskName
from flyteplan.pipeline.choice import matches, unmatched
from flyteplan.pipeline.intents import intents
from flyteplan.ports import Catalog
from flyteplan.record import dataclass, replace
from flyteplan.resolve import group, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Relocked:
    """What the lock becomes and what moved in it; or none, with all that is wrong.

    `faults` are what does not hold in the lock as it was, `problems` what does not in the one that it becomes.
    """

    lock: Lock | None
    problems: tuple[Problem, ...]
    moves: tuple[Move, ...] = ()
    faults: tuple[Problem, ...] = ()


def locked(lock: Lock | None, target: Target) -> dict[TaskName, str]:
    return {task: stanza.version for task, stanza in lock.of(target.name).items()} if lock else {}


def loose(
    lock: Lock | None, target: Target, resolutions: Sequence[Resolution], *, strict: bool, each: bool = False
) -> Iterable[Problem]:
    """A target without any stanza is one that nobody locks. *each*: of every task by itself (see `told_together`)."""
    if strict:
        return [replace(one, severity="error") for one in check(lock or Lock(), target.name, resolutions, each=each)]
    return check(lock, target.name, resolutions, each=each) if lock and lock.of(target.name) else ()


def relock(
    manifests: Sequence[Manifest], target: Target, catalog: Catalog, *, lock: Lock, upgrade: Sequence[str], whole: bool
) -> Relocked:
    """Manifests + catalog -> the lock. Names that match an *upgrade* glob are resolved anew.

    *whole*: these are all manifests of the target, so stanzas that they do not need are superfluous.
    """
    groups, problems = group(manifests, target, catalog)
    composed, disagreements = intents(groups)
    lasting = [intent for intent in composed if intent.selector.auto_version != "current"]
    held = {task: version for task, version in locked(lock, target).items() if not matches(task.name, upgrade)}
    resolutions, unresolved = resolve(lasting, catalog, None, held)
    misspelt = unmatched("--upgrade", upgrade, (one.task for one in groups))
    found = ordered([*problems, *disagreements, *unresolved, *misspelt])
    if not is_valid(found):
        return Relocked(lock=None, problems=found)
    new = renew(lock, target.name, resolutions, upgrade=lambda name: matches(name, upgrade), drop=whole)
    return Relocked(
        lock=new,
        problems=ordered([*found, *check(new, target.name, resolutions), *catalog.problems()]),
        moves=moves(lock, new, target.name),
        faults=(*check(lock, target.name, resolutions), *superfluous(lock, target.name, new.of(target.name))),
    )
