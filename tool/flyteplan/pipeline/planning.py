"""Manifests + catalog -> the plan, stage by stage."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flyteplan.errors import Position, Problem, is_valid, ordered
from flyteplan.model.config import Target
from flyteplan.model.deployment import Provenance
from flyteplan.model.lock import Lock
from flyteplan.model.manifest import Manifest
from flyteplan.model.part import Share, Started
from flyteplan.model.plan import Change, Plan
from flyteplan.model.resolution import Key, Resolution
from flyteplan.model.task import TaskName
from flyteplan.pipeline.changes import changes
from flyteplan.pipeline.choice import Choice, unmatched
from flyteplan.pipeline.intents import intents
from flyteplan.pipeline.runnames import same_runs, started
from flyteplan.ports import Catalog, Watch, unwatched
from flyteplan.resolve import group, resolve, scopes, without_manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The plan, with its warnings; or none, with all that is wrong. `runs` are those it has, or would have had."""

    plan: Plan | None
    problems: tuple[Problem, ...]
    runs: tuple[Started, ...] = ()


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
    watch: Watch = unwatched,
) -> Planned:
    """Manifests + catalog -> the plan. *current* is the version of the deployment that flyteplan runs in.

    *strict*: what the lock says that does not hold, or does not say, is an error. *again*: runs that there are
    already are started once more. *prune*: whose tasks go back to their bases when *manifests*, which are all of the
    target's then, do not speak of them any more; None: nobody's. *only* these tasks and runs, if given. Of a *share*
    nothing is said that only all of them together can tell (see `joining`).
    """
    groups, problems = group(manifests, target, catalog)
    wanted = [one for one in groups if choice.wants(one.task.name) and (only is None or one.key in only)]
    composed, disagreements = intents(wanted, watch)
    # Before the versions are resolved: an endpoint that has listed a scope knows what is live there.
    where = scopes(manifests, target)
    gone, baseless = without_manifest(where, composed, catalog, prune, choice.wants) if prune else ((), ())
    known = {*(one.task for one in groups), *(one.intent.task for one in gone)}
    if share:
        composed = [one for one in composed if share.has(one.task)]
        gone = tuple(one for one in gone if share.has(one.intent.task))
    resolutions, unresolved = resolve(composed, catalog, current, _locked(lock, target))
    made, impossible = changes([*resolutions, *gone], target, catalog, again=again, watch=watch)
    runs = started(made)
    stale = _loose(lock, target, resolutions, strict=strict, each=share is not None)
    clashes = () if share else same_runs(runs)
    misspelt = unmatched("--select", choice.select, known)
    found = ordered([*problems, *disagreements, *baseless, *unresolved, *stale, *impossible, *clashes, *misspelt])
    if not is_valid(found):
        return Planned(plan=None, problems=found, runs=runs)
    left_out = len({one.task for one in groups} - {one.task for one in wanted})
    return Planned(
        plan=_plan(made, target, catalog, left_out), problems=ordered([*found, *catalog.problems()]), runs=runs
    )


def _locked(lock: Lock | None, target: Target) -> Mapping[TaskName, str]:
    if lock is None:
        return {}
    from flyteplan.pipeline.locking import locked

    return locked(lock, target)


def _loose(
    lock: Lock | None, target: Target, resolutions: Sequence[Resolution], *, strict: bool, each: bool
) -> Iterable[Problem]:
    if lock is None and not strict:
        return ()
    from flyteplan.pipeline.locking import loose

    return loose(lock, target, resolutions, strict=strict, each=each)


def _plan(changes: Iterable[Change], target: Target, catalog: Catalog, left_out: int) -> Plan:
    return Plan(
        target=target.name,
        catalog=catalog.address,
        org=target.org,
        project=target.project,
        domain=target.domain,
        changes=tuple(sorted(changes, key=_order)),
        left_out=left_out,
    )


def _order(change: Change) -> tuple[TaskName, str, list[str], list[Position]]:
    """One task may have several runs, and a version beside them: those differ in their manifests."""
    manifests = change.manifests
    return change.task.task, change.submit.kind, [one.name for one in manifests], [one.position for one in manifests]
