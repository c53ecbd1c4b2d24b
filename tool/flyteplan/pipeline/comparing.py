"""Two states of a repository -> what one changes against the other, on one catalog.

Both are composed; only the tasks and runs whose composition differs are resolved and planned, so that nothing is read
of the others but the listings that selections need.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from flyteplan.errors import Problem, ordered
from flyteplan.model.comparison import Names
from flyteplan.model.config import Declared, Target
from flyteplan.model.lock import Lock
from flyteplan.model.manifest import Manifest, Selection
from flyteplan.model.plan import Plan
from flyteplan.model.policy import Policy
from flyteplan.model.resolution import Group, Intent, Key
from flyteplan.model.rulechange import RuleChange
from flyteplan.model.task import TaskName
from flyteplan.pipeline.choice import Choice
from flyteplan.pipeline.intents import intents
from flyteplan.pipeline.locking import locked
from flyteplan.pipeline.planning import Planned, plan
from flyteplan.policy import rule_changes, target_changes
from flyteplan.ports import Catalog, Watch, unwatched
from flyteplan.record import dataclass
from flyteplan.resolve import group


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One state of a repository: the valid manifests of a target as it is there, the lock, and the policies.

    `label` stands before the lines of a revision, "" for the checkout. `declared` is the target before any flag, None
    where there was none.
    """

    manifests: Sequence[Manifest]
    target: Target
    lock: Lock | None
    policies: tuple[Policy, ...] = ()
    label: str = ""
    declared: Declared | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What differs, planned as it was before and as it is after; the names of manifests that came and went, of which
    the renamed ones say the same; and what became of the rules. A plan is None where something is wrong on its side.
    """

    before: Plan | None
    after: Plan | None
    problems: tuple[Problem, ...]
    names: Names
    rules: tuple[RuleChange, ...]


def compare(
    before: Side, after: Side, catalog: Catalog, *, current: str | None, choice: Choice, watch: Watch = unwatched
) -> Compared:
    """*after* against *before*."""
    older, newer = _groups(before, catalog), _groups(after, catalog)
    same = _same(older, newer) if _asked_alike(before) == _asked_alike(after) else set()
    old, new = _composed(before, older, same, watch), _composed(after, newer, same, watch)
    differing = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    plans = [_planned(side, catalog, current, choice, differing) for side in (before, after)]
    return Compared(
        before=plans[0].plan,
        after=plans[1].plan,
        problems=ordered([*plans[0].problems, *plans[1].problems]),
        names=_names(before.manifests, after.manifests),
        rules=_ruled(before, after),
    )


def _ruled(before: Side, after: Side) -> tuple[RuleChange, ...]:
    rules = rule_changes(*((side.policies, side.target.guards) for side in (before, after)))
    found = [*target_changes(before.declared, after.declared), *rules]
    return tuple(sorted(found, key=lambda one: not one.alerts))


def _planned(side: Side, catalog: Catalog, current: str | None, choice: Choice, differing: Collection[Key]) -> Planned:
    return plan(side.manifests, side.target, catalog, current=current, choice=choice, lock=side.lock, only=differing)


def _asked_alike(side: Side) -> tuple[str, Mapping[TaskName, str]]:
    """What manifests are put together with."""
    return side.target.org, locked(side.lock, side.target)


def _groups(side: Side, catalog: Catalog) -> dict[Key, Group]:
    return {one.key: one for one in group(side.manifests, side.target, catalog)[0]}


def _same(older: Mapping[Key, Group], newer: Mapping[Key, Group]) -> set[Key]:
    """What stands in the same manifests, and is valid: of what selections come to, that is not known yet."""
    return {
        key
        for key, one in older.items()
        if key in newer and _are_same(one.manifests, newer[key].manifests) and not any(map(_selects, one.manifests))
    }


def _are_same(before: Sequence[Manifest], after: Sequence[Manifest]) -> bool:
    """One object each: to compare what is in them takes as long as to compose them."""
    return len(before) == len(after) and all(old is new for old, new in zip(before, after, strict=True))


def _selects(manifest: Manifest) -> bool:
    return isinstance(manifest.reference, Selection)


def _composed(side: Side, every: Mapping[Key, Group], same: Collection[Key], watch: Watch) -> Mapping[Key, Any]:
    """What is wanted of each task and run that is not the *same*, wherever it is written; of one that can not be
    composed, nothing that equals anything."""
    groups = [one for key, one in every.items() if key not in same]
    found, _ = intents(groups, watch)
    versions = locked(side.lock, side.target)
    wanted: dict[Key, Any] = dict.fromkeys((one.key for one in groups), object())
    return wanted | {one.group.key: _wanted(one, side, versions) for one in found}


def _wanted(intent: Intent, side: Side, versions: Mapping[TaskName, str]) -> Any:
    version = versions.get(intent.task, "") if intent.selector.auto_version == "latest" else ""
    settings = sorted((one.path, type(one.value).__name__, repr(one.value)) for one in intent.settings)
    names = sorted({one.name for one in intent.group.manifests}) if intent.kind == "run" else []
    # Policies may go by them.
    labels = sorted(sorted(one.labels) for one in intent.group.manifests if one.labels)
    return side.target.org, intent.kind, intent.strategy, intent.selector, settings, version, names, labels


def _names(before: Sequence[Manifest], after: Sequence[Manifest]) -> Names:
    """The names that came, those that went, and pairs of both whose manifests say the same."""
    there, here = {one.name for one in before}, {one.name for one in after}
    came, went = sorted(here - there), sorted(there - here)
    old, new = _contents(before, set(went)), _contents(after, set(came))
    renamed: list[tuple[str, str]] = []
    for name in went:
        same = next((one for one in came if new[one] == old[name] and one not in dict(renamed).values()), None)
        renamed += [(name, same)] if same else []
    moved = {name for pair in renamed for name in pair}
    return Names(
        added=tuple(one for one in came if one not in moved),
        removed=tuple(one for one in went if one not in moved),
        renamed=tuple(renamed),
    )


def _contents(manifests: Iterable[Manifest], names: Collection[str]) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for one in manifests:
        if one.name not in names:
            continue
        settings = sorted((setting.path, repr(setting.value)) for setting in one.settings)
        found.setdefault(one.name, []).append((one.layer, one.reference, one.strategy, one.priority, settings))
    return {name: sorted(parts, key=repr) for name, parts in found.items()}
