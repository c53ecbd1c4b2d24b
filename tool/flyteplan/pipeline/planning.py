"""Manifests + catalog -> the plan, stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from flyteplan.errors import Problem, is_valid, ordered
from flyteplan.model.config import Target
from flyteplan.model.manifest import Manifest
from flyteplan.model.plan import Change, Plan
from flyteplan.model.resolution import Group, Intent, Key, Resolution
from flyteplan.model.task import TaskName
from flyteplan.pipeline.changes import changes
from flyteplan.pipeline.choice import Choice, unmatched
from flyteplan.pipeline.intents import intents
from flyteplan.ports import Catalog, Spread, Watch, alone, unwatched
from flyteplan.record import dataclass, replace
from flyteplan.resolve import Listings, group, resolve

if TYPE_CHECKING:
    from flyteplan.model.deployment import Provenance
    from flyteplan.model.lock import Lock
    from flyteplan.model.part import Share, Started

# What is made of the plan of some tasks, where that is all that is wanted of it.
Tell = Callable[[Plan], Any]
_One = TypeVar("_One")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The plan, with its warnings; or none, with all that is wrong. `runs` are those it has, or would have had.

    `told`: where somebody tells the plan part by part, what each part came to; the plan itself has no changes then.
    """

    plan: Plan | None
    problems: tuple[Problem, ...]
    runs: tuple[Started, ...] = ()
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
    share: Share | None = None,
    tell: Tell | None = None,
    spread: Spread = alone,
    watch: Watch = unwatched,
) -> Planned:
    """Manifests + catalog -> the plan. *current* is the version of the deployment that flyteplan runs in.

    *strict*: what the lock says that does not hold, or does not say, is an error. *again*: runs that there are
    already are started once more. *prune*: whose tasks go back to their bases when *manifests*, which are all of the
    target's then, do not speak of them any more; None: nobody's. *only* these tasks and runs, if given. Of a *share*
    nothing is said that only all of them together can tell (see `joining`).
    *tell* is given the plan of some of the tasks after the other, by as many processes as *spread* has.
    """
    listings = Listings(catalog)
    groups, problems = group(manifests, target, catalog, listings)
    wanted = [one for one in groups if choice.wants(one.task.name) and (only is None or one.key in only)]
    stages = _Stages(
        target=target,
        catalog=catalog,
        listings=listings,
        current=current,
        choice=choice,
        lock=lock,
        strict=strict,
        again=again,
        prune=prune,
        manifests=manifests,
        share=share,
        tell=tell or attrgetter("changes"),
        in_parts=spread is not alone,
        watch=watch,
    )
    waiting = partial(watch, "Planning", total=len(wanted))
    parts = alone(stages.part, wanted, _task) if prune else spread(stages.part, wanted, _task, waiting)
    known = {one.task for one in groups}
    made = stages.planned(parts, problems, known, len(known - {one.task for one in wanted}))
    return made if tell else _whole(made)


def _task(group: Group) -> str:
    """All that becomes of a task is decided in one place."""
    return str(group.task)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What some of the tasks come to. `gone` are those that no manifest speaks of any more.

    `warnings` are what the catalog found on the way, and no reason to have no plan.
    """

    told: Any
    gone: tuple[TaskName, ...]
    runs: tuple[Started, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stages:
    """From groups to what is told of their changes. `in_parts`: the groups may be some of all."""

    target: Target
    catalog: Catalog
    listings: Listings
    current: str | None
    choice: Choice
    lock: Lock | None
    strict: bool
    again: bool
    prune: Provenance | None
    manifests: Sequence[Manifest]
    share: Share | None
    tell: Tell
    in_parts: bool
    watch: Watch

    def part(self, groups: Iterable[Group]) -> _Part:
        composed, disagreements = intents(groups, unwatched if self.in_parts else self.watch)
        # Before the versions are resolved: an endpoint that has listed a scope knows what is live there.
        gone, baseless = self._without_manifest(composed)
        mine = self._mine(composed, attrgetter("task"))
        locked = _locked(self.lock, self.target)
        resolutions, unresolved = resolve(mine, self.catalog, self.current, locked, self.listings)
        going = self._mine(gone, attrgetter("intent.task"))
        made, impossible = changes(
            [*resolutions, *going], self.target, self.catalog, again=self.again, watch=self.watch
        )
        problems = (*disagreements, *baseless, *unresolved, *self._loose(resolutions), *impossible)
        return _Part(
            told=self.tell(self.plan(_sorted(made))) if is_valid(problems) else (),
            gone=tuple(one.intent.task for one in gone),
            runs=_started(made),
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

    def planned(
        self, parts: Sequence[_Part], problems: Iterable[Problem], known: set[TaskName], left_out: int
    ) -> Planned:
        """What *parts* come to. *known* are all tasks that manifests speak of, chosen or not."""
        runs = tuple(_all(parts, "runs"))
        clashes = _clashes(runs) if runs and not self.share else ()
        misspelt = unmatched("--select", self.choice.select, {*known, *_all(parts, "gone")})
        said = _all(parts, "problems") if self.share else said_together(_all(parts, "problems"))
        found = ordered([*problems, *said, *clashes, *misspelt])
        if not is_valid(found):
            return Planned(plan=None, problems=found, runs=runs)
        every = ordered([*found, *self.catalog.problems(), *_all(parts, "warnings")])
        told = tuple(part.told for part in parts)
        return Planned(plan=self.plan((), left_out), problems=every, runs=runs, told=told)

    def _without_manifest(self, composed: Sequence[Intent]) -> tuple[tuple[Resolution, ...], tuple[Problem, ...]]:
        if self.prune is None:
            return (), ()
        from flyteplan.resolve.managed import scopes, without_manifest

        return without_manifest(
            scopes(self.manifests, self.target), composed, self.catalog, self.prune, self.choice.wants
        )

    def _mine(self, items: Sequence[_One], task: Callable[[_One], TaskName]) -> Sequence[_One]:
        share = self.share
        return [one for one in items if share.has(task(one))] if share else items

    def _loose(self, resolutions: Sequence[Resolution]) -> Iterable[Problem]:
        """Each stanza that is missing by itself, where others may be missing in another part."""
        if self.lock is None and not self.strict:
            return ()
        from flyteplan.pipeline.locking import loose

        each = self.share is not None or self.in_parts
        return loose(self.lock, self.target, resolutions, strict=self.strict, each=each)


def _started(changes: Sequence[Change]) -> tuple[Started, ...]:
    if all(one.submit.kind != "run" for one in changes):
        return ()
    from flyteplan.pipeline.runnames import started

    return started(changes)


def _clashes(runs: Sequence[Started]) -> Iterable[Problem]:
    from flyteplan.pipeline.runnames import same_runs

    return same_runs(runs)


def _whole(made: Planned) -> Planned:
    """With what was told, the changes of the parts, in the plan."""
    if made.plan is None:
        return made
    changes = _sorted(change for told in made.told for change in told)
    return replace(made, plan=replace(made.plan, changes=changes), told=())


def _all(parts: Iterable[_Part], name: str) -> list[Any]:
    return [one for part in parts for one in getattr(part, name)]


def said_together(problems: Sequence[Problem]) -> Sequence[Problem]:
    """*problems* of parts as they are said of the whole."""
    if not problems:
        return problems
    from flyteplan.lock import told_together

    return told_together(problems)


def _sorted(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=attrgetter("order")))


def _locked(lock: Lock | None, target: Target) -> Mapping[TaskName, str]:
    if lock is None:
        return {}
    from flyteplan.pipeline.locking import locked

    return locked(lock, target)
