"""Ledgers + catalog -> what was applied."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timezone

from flyteplan.apply import own_tags
from flyteplan.model.config import Target
from flyteplan.model.derived import TAG_PREFIX, is_derived
from flyteplan.model.event import SUBMITTED
from flyteplan.model.history import Entry, History, Ledger
from flyteplan.model.newest import base_of
from flyteplan.model.task import Scope, TaskName, TaskVersion, Template
from flyteplan.pipeline.choice import Choice
from flyteplan.ports import Catalog
from flyteplan.record import dataclass, replace

_MILLISECOND, _SECOND = 10**6, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tasks a history is about: all of these names (none given: of any), as far as the choice has them."""

    names: tuple[str, ...]
    choice: Choice

    def has(self, task: TaskName) -> bool:
        return (not self.names or task.name in self.names) and self.choice.wants(task.name)


def history(
    ledgers: Sequence[Ledger], wanted: Wanted, *, target: Target | None, catalog: Catalog | None, limit: int
) -> History:
    """What the ledgers tell, of *target* alone where one is given; with a *catalog* also what its versions tell.

    A version that a ledger tells of is told once. *limit* 0: all.
    """
    entries = [one for ledger in ledgers for one in ledger.entries if wanted.has(one.task)]
    here = [one for one in entries if target is None or (one.target == target.name and _is_of(one, catalog))]
    unfinished = [one for one in ledgers if not one.ended and (target is None or one.apply.target == target.name)]
    told = _with_catalog(here, wanted, target, catalog) if target and catalog else here
    newest = sorted(told, key=lambda one: (one.time, one.task, one.name), reverse=True)
    shown = newest[:limit] if limit else newest
    return History(
        entries=tuple(shown),
        unfinished=tuple(unfinished),
        older=len(newest) - len(shown),
        elsewhere=len(entries) - len(here),
    )


def _is_of(entry: Entry, catalog: Catalog | None) -> bool:
    """What was applied to another place says nothing about this one, though the target has the same name."""
    return catalog is None or entry.catalog == catalog.address


def _with_catalog(entries: Sequence[Entry], wanted: Wanted, target: Target, catalog: Catalog) -> list[Entry]:
    versions = catalog.versions(_tasks(entries, wanted, target, catalog))
    keys = {TaskVersion(task, one) for task, all_of in versions.items() for one in all_of if is_derived(one)}
    checked = [_checked(one, keys, catalog) for one in entries]
    untold = keys - {one.made for one in entries if _is_made(one)}
    templates = catalog.templates(untold)
    return [*checked, *(_of_tags(template, versions, target, catalog) for template in templates.values())]


def _tasks(entries: Iterable[Entry], wanted: Wanted, target: Target, catalog: Catalog) -> Collection[TaskName]:
    scope = Scope(target.project, target.domain)
    if wanted.names:
        named: Iterable[TaskName] = (TaskName(scope.project, scope.domain, name) for name in wanted.names)
    else:
        named = (one.task for one in catalog.listing(scope))
    return {one for one in named if wanted.has(one)} | {one.task for one in entries}


def _is_made(entry: Entry) -> bool:
    return entry.kind == "version" and entry.outcome == SUBMITTED


def _checked(entry: Entry, keys: Collection[TaskVersion], catalog: Catalog) -> Entry:
    """Only the place that a version was submitted to can say that it is gone."""
    if not _is_made(entry):
        return entry
    there = entry.made in keys
    return replace(entry, there=there) if there or entry.catalog == catalog.address else entry


def _of_tags(template: Template, versions: Mapping[TaskName, Sequence[str]], target: Target, catalog: Catalog) -> Entry:
    key, found = template.key, own_tags(template.spec.task_template.metadata.tags)
    tags = {name.removeprefix(TAG_PREFIX): value for name, value in found.items()}
    bases = [one for one in versions[key.task] if not is_derived(one)]
    return Entry(
        time=_utc(template.deployed_at),
        target=target.name,
        task=key.task,
        kind="version",
        name=key.version,
        base=tags.get("base") or base_of(key.version, bases),
        outcome=SUBMITTED,
        owner=tags.get("owner", ""),
        revision=tags.get("revision", ""),
        manifests=tuple(filter(None, tags.get("manifest", "").split(","))),
        digest=tags.get("digest", ""),
        catalog=catalog.address,
        there=True,
    )


def _utc(nanoseconds: int) -> str:
    moment = datetime.fromtimestamp(nanoseconds // _MILLISECOND / _SECOND, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
