"""Manifests + catalog -> the plan, stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from flyteplan.errors import Problem, is_valid, ordered
from flyteplan.model.config import Target
from flyteplan.model.deployment import Provenance
from flyteplan.model.lock import Lock
from flyteplan.model.manifest import Manifest
from flyteplan.model.plan import Change, Plan
from flyteplan.model.resolution import Group, Key, Resolution
from flyteplan.model.task import Scope, TaskName
from flyteplan.pipeline.changes import Started, changes, same_runs, started
from flyteplan.pipeline.choice import Choice, unmatched
from flyteplan.pipeline.intents import intents
from flyteplan.ports import Catalog, Spread, alone
from flyteplan.resolve import group, resolve, scopes, without_manifest

# What is made of the plan of some tasks, where that is all that is wanted of it.
Tell = Callable[[Plan], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The plan, with its warnings; or none, with all that is wrong.

    `told`: where somebody tells the plan part by part, what each part came to; the plan itself has no changes then.
    """

    plan: Plan | None
    problems: tuple[Problem, ...]
    told: tuple[Any, ...] = ()


def plan(
    manifests: Sequence[Manifest],
    target: Target,
    catalog: Catalog,
    *,
    current: str | None,
    choice: Choice,
    lock: Lock | None = None,
    strict: bool = False,
    again: bool = False,
    prune: Provenance | None = None,
    only: Collection[Key] | None = None,
    tell: Tell | None = None,
    spread: Spread = alone,
) -> Planned:
    """Manifests + catalog -> the plan. *current* is the version of the deployment that flyteplan runs in.

    *strict*: what the lock says that does not hold, or does not say, is an error. *again*: runs that there are
    already are started once more. *prune*: whose tasks go back to their bases when *manifests*, which are all of the
    target's then, do not speak of them any more; None: nobody's. *only* these tasks and runs, if given.
    *tell* is given the plan of some of the tasks after the other, by as many processes as *spread* has.
    """
    groups, problems = group(manifests, target, catalog)
    wanted = [one for one in groups if choice.wants(one.task.name) and (only is None or one.key in only)]
    stages = _Stages(
        target=target,
        catalog=catalog,
        current=current,
        choice=choice,
        lock=lock,
        strict=strict,
        again=again,
        prune=prune,
        scopes=scopes(manifests, target),
        tell=tell or attrgetter("changes"),
    )
    parts = (alone if prune or lock or strict else spread)(stages.part, wanted, _task)
    misspelt = unmatched("--select", choice.select, {*(one.task for one in groups), *_all(parts, "gone")})
    found = ordered([*problems, *_all(parts, "problems"), *same_runs(_all(parts, "started")), *misspelt])
    if not is_valid(found):
        return Planned(plan=None, problems=found)
    left_out = len({one.task for one in groups} - {one.task for one in wanted})
    made = stages.plan((), left_out)
    every = ordered([*found, *catalog.problems(), *_all(parts, "warnings")])
    if tell:
        return Planned(plan=made, problems=every, told=tuple(part.told for part in parts))
    return Planned(plan=replace(made, changes=_sorted(_all(parts, "told"))), problems=every)


def _task(group: Group) -> str:
    """All that becomes of a task is decided in one place."""
    return str(group.task)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What some of the tasks come to. `gone` are those among them that no manifest speaks of any more.

    `warnings` are what the catalog found on the way, and no reason to have no plan.
    """

    told: Any
    gone: tuple[TaskName, ...]
    started: tuple[Started, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stages:
    """From groups to what is told of their changes."""

    target: Target
    catalog: Catalog
    current: str | None
    choice: Choice
    lock: Lock | None
    strict: bool
    again: bool
    prune: Provenance | None
    scopes: tuple[Scope, ...]
    tell: Tell

    def part(self, groups: Iterable[Group]) -> _Part:
        composed, disagreements = intents(groups)
        # Before the versions are resolved: an endpoint that has listed a scope knows what is live there.
        gone, baseless = self._without_manifest(composed)
        resolutions, unresolved = resolve(composed, self.catalog, self.current, _locked(self.lock, self.target))
        made, impossible = changes([*resolutions, *gone], self.target, self.catalog, again=self.again)
        stale = _loose(self.lock, self.target, resolutions, strict=self.strict)
        problems = (*disagreements, *baseless, *unresolved, *stale, *impossible)
        return _Part(
            told=self.tell(self.plan(_sorted(made))) if is_valid(problems) else (),
            gone=tuple(one.intent.task for one in gone),
            started=tuple(started(made)),
            problems=problems,
            warnings=tuple(self.catalog.problems()),
        )

    def plan(self, changes: tuple[Change, ...], left_out: int = 0) -> Plan:
        return Plan(
            target=self.target.name,
            catalog=self.catalog.address,
            org=self.target.org,
            project=self.target.project,
            domain=self.target.domain,
            changes=changes,
            left_out=left_out,
        )

    def _without_manifest(self, composed: Sequence[Any]) -> tuple[tuple[Resolution, ...], tuple[Problem, ...]]:
        if self.prune is None:
            return (), ()
        return without_manifest(self.scopes, composed, self.catalog, self.prune, self.choice.wants)


def _all(parts: Iterable[_Part], name: str) -> list[Any]:
    return [one for part in parts for one in getattr(part, name)]


def _sorted(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=attrgetter("order")))


def _locked(lock: Lock | None, target: Target) -> Mapping[TaskName, str]:
    if lock is None:
        return {}
    from flyteplan.pipeline.locking import locked

    return locked(lock, target)


def _loose(lock: Lock | None, target: Target, resolutions: Sequence[Resolution], *, strict: bool) -> Iterable[Problem]:
    if lock is None and not strict:
        return ()
    from flyteplan.pipeline.locking import loose

    return loose(lock, target, resolutions, strict=strict)
