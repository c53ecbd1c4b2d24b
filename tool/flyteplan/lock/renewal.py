"""What the lock becomes: what is locked stays, unless it is to be upgraded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flyteplan.diff import digest
from flyteplan.errors import Position
from flyteplan.lock.holding import lockable
from flyteplan.model.filenames import LOCK
from flyteplan.model.lock import Lock, Locked, Move, Stanza
from flyteplan.model.resolution import Resolution
from flyteplan.model.task import TaskName


class _Found:
    """What one task resolved to: by `latest`, and by versions that are pinned, in the order of importance."""

    __slots__ = ("latest", "pinned")

    def __init__(self) -> None:
        self.latest: tuple[str, str] | None = None
        self.pinned: dict[str, str] = {}

    def stanza(self) -> Stanza:
        version, own = self.latest or next(iter(self.pinned.items()))
        return _stanza(version, {**self.pinned, version: own})

    def following(self, old: Stanza, *, drop: bool) -> Stanza:
        """*old*, with the versions that are pinned now, and (*drop*) without those that are not."""
        digests = {**self.pinned, **old.digests}
        version = old.version if self.latest or not drop else next(iter(self.pinned))
        unwanted = set(old.digests) - {version, *self.pinned} if drop else set()
        return _stanza(version, {name: own for name, own in digests.items() if name not in unwanted}, old)


def _stanza(version: str, digests: Mapping[str, str], old: Stanza | None = None) -> Stanza:
    also = tuple(sorted((name, own) for name, own in digests.items() if name != version))
    position = old.position if old else Position(LOCK)
    return Stanza(version=version, digest=digests[version], also=also, position=position)


def renew(
    lock: Lock, target: str, resolutions: Iterable[Resolution], *, upgrade: Callable[[str], bool], drop: bool
) -> Lock:
    """*lock* with a stanza for each task of *target* that was resolved; those of other targets are not touched.

    A stanza that is there stays, but for versions that manifests pin now, and for names that *upgrade* wants anew.
    *drop*: what was not resolved goes, whole stanzas and single versions.
    """
    old = lock.of(target)
    kept = {key: stanza for key, stanza in lock.stanzas.items() if not drop or key.target != target}
    fresh = {
        Locked(target, task): found.stanza()
        if upgrade(task.name) or task not in old
        else found.following(old[task], drop=drop)
        for task, found in _by_task(resolutions).items()
    }
    return Lock({**kept, **fresh})


def _by_task(resolutions: Iterable[Resolution]) -> dict[TaskName, _Found]:
    found: dict[TaskName, _Found] = {}
    for resolution, base in sorted(lockable(resolutions), key=lambda pair: _importance(pair[0])):
        one = found.setdefault(base.key.task, _Found())
        entry = (base.key.version, digest(base.spec))
        if resolution.intent.selector.version:
            one.pinned[entry[0]] = entry[1]
        else:
            one.latest = entry
    return found


def _importance(resolution: Resolution) -> tuple[bool, str]:
    """What becomes a version first, then runs by the versions that they pin."""
    return resolution.intent.kind != "version", resolution.intent.selector.version


def moves(old: Lock, new: Lock, target: str) -> tuple[Move, ...]:
    """What is not the same in two locks of *target*, by task."""
    before, after = old.of(target), new.of(target)
    tasks = sorted(before.keys() | after.keys())
    found = (Move(task=task, before=before.get(task), after=after.get(task)) for task in tasks)
    return tuple(move for move in found if move.before != move.after)
