"""Layers: what is set by several manifests of one task comes to one value a path."""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from flyteplan.errors import Problem
from flyteplan.model import quantity
from flyteplan.model.manifest import Manifest, Selection
from flyteplan.model.readable import readable
from flyteplan.model.resolution import Group, Intent
from flyteplan.model.secrecy import MARKS, Secrecy, secrecy
from flyteplan.model.sensitive import HIDDEN, holds_stand_in
from flyteplan.model.settings import Path, Selector, Setting, Settings
from flyteplan.record import replace

_SELECTOR: Path = ("selector",)
_AS: Path = ("submit", "as")
_RESOURCES: Path = ("overrides", "resources")
_DEVICE: Path = ("overrides", "resources", "gpu", "device")
_PARTITION: Path = ("overrides", "resources", "gpu", "partition")
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
        alone = Settings(tuple(_settings_for(group, group.manifests[0])))
        if alone.are_settled:
            return alone, []
    table = _Table(group)
    for manifest in sorted(group.manifests, key=lambda manifest: (manifest.rank, manifest.name)):
        for setting in _settings_for(group, manifest):
            table.put(setting, manifest)
    return Settings(tuple([entry.setting for entry in table.entries.values()])), table.problems


def _settings_for(group: Group, manifest: Manifest) -> Sequence[Setting]:
    """A run takes nothing of how the versions of its task are submitted."""
    if not group.run or group.run == manifest.name:
        return manifest.settings
    return [item for item in manifest.settings if item.path not in _VERSION_ONLY]


def _secrecy(group: Group) -> Secrecy:
    """Of all that is marked by any of its manifests: nothing is compared with what a plan says."""
    settings = [setting for manifest in group.manifests for setting in manifest.settings]
    return secrecy(group.task, settings, salt="", base_digest="")


class _Entry(NamedTuple):
    setting: Setting
    manifest: Manifest


class _Table:
    """One entry a path. Settings are put in from the lowest rank to the highest."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self.entries: dict[Path, _Entry] = {}
        self._clearing = False
        self.problems: list[Problem] = []

    def put(self, setting: Setting, manifest: Manifest) -> None:
        beaten = self._beaten(setting, manifest)
        for entry in beaten:
            self._check(entry, setting, manifest)
            del self.entries[entry.setting.path]
        self._check_clearing(setting, manifest)
        if beaten:
            lost = tuple([item for entry in beaten for item in (*entry.setting.lost, _alone(entry.setting))])
            setting = replace(setting, lost=lost)
        self._clearing |= setting.clears
        self.entries[setting.path] = _Entry(setting, manifest)

    def _beaten(self, setting: Setting, manifest: Manifest) -> list[_Entry]:
        if setting.clears:
            depth = len(setting.path)
            return [entry for path, entry in self.entries.items() if path[:depth] == setting.path]
        beaten = [self.entries[setting.path]] if setting.path in self.entries else []
        return beaten + self._stale_partition(setting, manifest) if setting.path == _DEVICE else beaten

    def _stale_partition(self, setting: Setting, manifest: Manifest) -> list[_Entry]:
        """A partition is one of its device's: another device does not keep it."""
        device, partition = self.entries.get(_DEVICE), self.entries.get(_PARTITION)
        if partition is None or partition.manifest is manifest:
            return []
        same = device is not None and device.setting.value == setting.value
        return [] if same else [partition]

    def _check(self, entry: _Entry, setting: Setting, manifest: Manifest) -> None:
        same_rank = entry.manifest is not manifest and entry.manifest.rank == manifest.rank
        if same_rank and not _agree(entry.setting, setting):
            self.problems.append(_disagreement(entry.setting, setting, _secrecy(self._group)))

    def _check_clearing(self, setting: Setting, manifest: Manifest) -> None:
        """What another manifest clears at the same rank can not be set: neither comes first."""
        if not self._clearing:
            return
        for end in range(1, len(setting.path)):
            above = self.entries.get(setting.path[:end])
            if above is not None and above.setting.clears:
                self._check(above, setting, manifest)


def _alone(setting: Setting) -> Setting:
    return replace(setting, lost=()) if setting.lost else setting


def _agree(one: Setting, other: Setting) -> bool:
    """Two that clear agree wherever one stands above the other; amounts agree by value."""
    if one.clears and other.clears:
        return True
    return one.path == other.path and _equal(one.value, other.value, amounts=one.path[:2] == _RESOURCES)


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
    queue = settings.get("overrides", "queue")
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
