"""Layers: what is set by several manifests of one task comes to one value a path."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from flyteplan.errors import Problem
from flyteplan.model import quantity
from flyteplan.model.manifest import Manifest, Selection
from flyteplan.model.readable import readable
from flyteplan.model.resolution import Group, Intent
from flyteplan.model.secrecy import MARKS, Secrecy, secrecy
from flyteplan.model.sensitive import HIDDEN, holds_stand_in
from flyteplan.model.settings import QUEUE, RUN_QUEUE, Path, Selector, Setting, Settings

_SELECTOR: Path = ("selector",)
_AS: Path = ("submit", "as")
_RESOURCES: Path = ("overrides", "resources")
_DEVICE: Path = ("overrides", "resources", "gpu", "device")
_PARTITION: Path = ("overrides", "resources", "gpu", "partition")
_OTHER_WORD = {QUEUE: RUN_QUEUE, RUN_QUEUE: QUEUE}
# What beats more than what stands at its own path.
_AKIN = frozenset({_DEVICE, *_OTHER_WORD})
_POSITION = attrgetter("position")
_VERSION_ONLY = frozenset({_AS, ("submit", "triggers"), ("submit", "allow_older_base")})


def compose(group: Group) -> tuple[Intent | None, tuple[Problem, ...]]:
    """One intent of all manifests of *group*, or the problems why there is none.

    A later layer wins, then the more specific reference, then the higher priority. At one rank the same path set to
    two values is a problem that names both places.
    """
    settings, disagreements = _settled(group)
    strategy, problems = _strategy(group)
    selector, missing = _selector(group, settings)
    kind = "run" if group.run else settings.value(*_AS, default="version")
    problems = [*disagreements, *problems, *missing, *_misplaced(settings, kind)]
    if problems:
        return None, tuple(problems)
    return Intent(group=group, kind=kind, strategy=strategy, selector=selector, settings=settings), ()


def _settled(group: Group) -> tuple[Settings, list[Problem]]:
    """One setting a path, of all that the manifests of *group* set, and where they do not agree."""
    if len(group.manifests) == 1:
        alone = Settings(_settings_for(group, group.manifests[0]))
        if alone.are_settled:
            return alone, []
    table = _Table(group)
    for manifest in sorted(group.manifests, key=lambda manifest: (manifest.rank, manifest.name)):
        table.put_all(_settings_for(group, manifest), manifest)
    return Settings(tuple(table.settled())), table.problems


def _settings_for(group: Group, manifest: Manifest) -> tuple[Setting, ...]:
    """A run takes nothing of how the versions of its task are submitted."""
    # In one piece, for they may be made whenever they are asked for.
    settings = tuple(manifest.settings[:])
    if not group.run or group.run == manifest.name:
        return settings
    return tuple([item for item in settings if item.path not in _VERSION_ONLY])


class _Owner(NamedTuple):
    manifest: Manifest
    rank: tuple[int, int, int]


class _Table:
    """One setting a path, and whose it is. They are put in from the lowest rank to the highest.

    What thousands of manifests say of one task goes through here once: what loses is put to what has lost before it,
    and what stands below a path is looked up.
    """

    def __init__(self, group: Group) -> None:
        self._group = group
        self._settings: dict[Path, Setting] = {}
        self._owners: dict[Path, _Owner] = {}
        self._lost: dict[Path, list[Setting]] = {}
        # From the first clearing setting on: the paths at and below each path, in the order of the settings.
        self._below: dict[Path, dict[Path, None]] | None = None
        self.problems: list[Problem] = []

    @cached_property
    def _secrecy(self) -> Secrecy:
        """Of all that is marked by any of its manifests: nothing is compared with what a plan says."""
        settings = [setting for manifest in self._group.manifests for setting in manifest.settings]
        return secrecy(self._group.task, settings, salt="", base_digest="")

    def settled(self) -> Iterator[Setting]:
        """Each with those that lost to it."""
        for path, setting in self._settings.items():
            lost = self._lost.get(path)
            yield setting.over(tuple(lost)) if lost else setting

    def put_all(self, settings: Iterable[Setting], manifest: Manifest) -> None:
        """Those of one manifest. Most of them are about their own path only, and take a third of the time of others."""
        owner, there, owners = _Owner(manifest, manifest.rank), self._settings, self._owners
        for setting in settings:
            path = setting.path
            if setting.value is None or path in _AKIN or self._below is not None:
                self._put(setting, owner)
            else:
                if path in there:
                    self._beat(setting, owner, (path,))
                there[path], owners[path] = setting, owner

    def _put(self, setting: Setting, owner: _Owner) -> None:
        path = setting.path
        if setting.clears and self._below is None:
            self._below = {}
            for there in self._settings:
                self._enter(there)
        self._beat(setting, owner, self._beaten(setting, owner))
        if self._below is not None:
            self._check_clearing(setting, owner)
        self._enter(path)
        self._settings[path], self._owners[path] = setting, owner

    def _beat(self, setting: Setting, owner: _Owner, beaten: Iterable[Path]) -> None:
        """What stands at the paths *beaten* goes, with all that lost to it, to what loses to *setting*."""
        lost: list[Setting] = []
        for path in beaten:
            self._check(path, setting, owner)
            before = self._lost.pop(path, [])
            before.append(self._settings.pop(path))
            lost = _joined(lost, before)
            self._leave(path)
        if lost:
            self._lost[setting.path] = lost

    def _beaten(self, setting: Setting, owner: _Owner) -> Sequence[Path]:
        path = setting.path
        others = self._akin(setting, owner) if path in _AKIN else ()
        if setting.clears and self._below is not None:
            return (*self._below.get(path, ()), *others)
        return (path, *others) if path in self._settings else others

    def _akin(self, setting: Setting, owner: _Owner) -> Sequence[Path]:
        if setting.path == _DEVICE:
            return self._stale_partition(setting, owner)
        other = _OTHER_WORD[setting.path]
        return (other,) if other in self._settings else ()

    def _stale_partition(self, setting: Setting, owner: _Owner) -> Sequence[Path]:
        """A partition is one of its device's: another device does not keep it."""
        device, partition = self._settings.get(_DEVICE), self._settings.get(_PARTITION)
        if partition is None or self._owners[_PARTITION].manifest is owner.manifest:
            return ()
        same = device is not None and device.value == setting.value
        return () if same else (_PARTITION,)

    def _check(self, path: Path, setting: Setting, owner: _Owner) -> None:
        other = self._owners[path]
        if other.rank != owner.rank or other.manifest is owner.manifest:
            return
        there = self._settings[path]
        if not _agree(there, setting):
            self.problems.append(_disagreement(there, setting, self._secrecy))

    def _enter(self, path: Path) -> None:
        if self._below is not None:
            for end in range(1, len(path) + 1):
                self._below.setdefault(path[:end], {})[path] = None

    def _leave(self, path: Path) -> None:
        if self._below is not None:
            for end in range(1, len(path) + 1):
                del self._below[path[:end]][path]

    def _check_clearing(self, setting: Setting, owner: _Owner) -> None:
        """What another manifest clears at the same rank can not be set: neither comes first."""
        for end in range(1, len(setting.path)):
            above = self._settings.get(setting.path[:end])
            if above is not None and above.clears:
                self._check(above.path, setting, owner)


def _joined(one: list[Setting], other: list[Setting]) -> list[Setting]:
    """In their order, and in place: the first one has what all earlier manifests set."""
    if not one:
        return other
    one += other
    return one


def _agree(one: Setting, other: Setting) -> bool:
    """Two that clear agree wherever one stands above the other; amounts agree by value."""
    if one.clears and other.clears:
        return True
    alike = one.path == other.path or _OTHER_WORD.get(one.path) == other.path
    return alike and _equal(one.value, other.value, amounts=one.path[:2] == _RESOURCES)


def _equal(left: Any, right: Any, *, amounts: bool) -> bool:
    """1 is not true: an input may be either."""
    if amounts and isinstance(left, str) and isinstance(right, str):
        return quantity.same(left, right)
    return bool(left == right) and type(left) is type(right)


def _disagreement(first: Setting, second: Setting, secrecy: Secrecy) -> Problem:
    left, right = sorted((first, second), key=lambda setting: setting.position)
    path = max(left.path, right.path, key=len)
    name = ".".join(path[1:]) or "the version selector"
    name += ".sensitive" if path[0] == MARKS else ""
    here, there = _shown(right, secrecy), _shown(left, secrecy)
    return Problem(
        code="FP1302",
        position=right.position,
        message=f"{name} is set to {here} here and to {there} at {left.position}, at the same rank",
        hint="keep one, move one to a later layer, or give its manifest a higher spec.priority",
    )


def _shown(setting: Setting, secrecy: Secrecy) -> str:
    value = None if setting.clears else readable(secrecy.setting(setting))
    if holds_stand_in(value):
        return HIDDEN
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _misplaced(settings: Settings, kind: str) -> list[Problem]:
    """A queue is one of a run's."""
    queue = settings.get(*QUEUE)
    if queue is None or queue.clears or kind != "version":
        return []
    message = "queue is no part of a version: it acts when a run is submitted"
    hint = "add submit: {as: run}, or remove queue"
    return [Problem(code="FP1212", position=queue.position, message=message, hint=hint)]


def _strategy(group: Group) -> tuple[str, list[Problem]]:
    first, *rest = sorted(group.manifests, key=_POSITION)
    problems = [
        Problem(
            code="FP1304",
            position=manifest.strategy_at or manifest.position,
            message=f"{group.task.name} has strategy {_strategy_of(manifest)} here and {_strategy_of(first)} "
            f"at {first.strategy_at or first.position}",
            hint="all manifests of one task use one strategy",
        )
        for manifest in rest
        if _strategy_of(manifest) != _strategy_of(first)
    ]
    return _strategy_of(first), problems


def _strategy_of(manifest: Manifest) -> str:
    return manifest.strategy or "merge"


def _selector(group: Group, settings: Settings) -> tuple[Selector, list[Problem]]:
    selector = settings.value(*_SELECTOR)
    if selector is not None:
        return selector, []
    if any(isinstance(manifest.reference, Selection) for manifest in group.manifests):
        return Selector(auto_version="latest"), []
    first = min(group.manifests, key=lambda manifest: manifest.position)
    hint = "add version: ... or auto_version: latest to spec.task"
    message = f"no manifest says which version of {group.task.name} is meant"
    return Selector(), [Problem(code="FP1305", position=first.reference_at, message=message, hint=hint)]
