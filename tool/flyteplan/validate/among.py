"""Rules among manifests that need no catalog."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from flyteplan.errors import Problem, ordered
from flyteplan.model.manifest import Manifest, Selection, TaskReference
from flyteplan.model.settings import QUEUE, Setting

_Group = Sequence[Manifest]


def between(manifests: Sequence[Manifest]) -> tuple[Problem, ...]:
    """What is wrong with manifests together. Those that select are judged against the catalog, later."""
    by_name = _grouped((manifest.name, manifest) for manifest in manifests)
    by_task = _grouped(
        (manifest.reference.name, manifest) for manifest in manifests if isinstance(manifest.reference, TaskReference)
    )
    selecting = [manifest for manifest in manifests if isinstance(manifest.reference, Selection)]
    found: list[Problem] = []
    for group in by_name:
        found += _twice(group)
        found += _other_task(group)
    for group in by_task:
        found += _two_strategies(group)
        found += _no_selector(group, selecting)
    for group in by_name:
        found += _without_run(group)
    return ordered(found)


def _grouped(items: Iterable[tuple[Hashable, Manifest]]) -> list[_Group]:
    groups: dict[Hashable, list[Manifest]] = defaultdict(list)
    for key, manifest in items:
        groups[key].append(manifest)
    return list(groups.values())


def _twice(group: _Group) -> Iterator[Problem]:
    first: dict[int, Manifest] = {}
    for manifest in group:
        other = first.setdefault(manifest.layer, manifest)
        if other is not manifest:
            message = f"{manifest.name} is the name of another manifest in this layer"
            hint = f"rename one of them, or give their folders as layers; the other is {other.position}"
            yield Problem(code="FP1301", position=manifest.position, message=message, hint=hint)


def _other_task(group: _Group) -> Iterator[Problem]:
    first = group[0]
    for manifest in group[1:]:
        if manifest.layer != first.layer and not _may_be_same(first.reference, manifest.reference):
            message = f"{manifest.name} speaks of {_named(first.reference)} in another layer"
            hint = f"name the same task here as at {first.reference_at}, or rename this manifest"
            yield Problem(code="FP1303", position=manifest.reference_at, message=message, hint=hint)


def _may_be_same(left: TaskReference | Selection, right: TaskReference | Selection) -> bool:
    """An empty project or domain is the target's, and may be what the other one writes out."""
    if type(left) is not type(right) or left.name != right.name:
        return False
    if isinstance(left, Selection) and isinstance(right, Selection) and left.environment != right.environment:
        return False
    return _overlap(left, right)


def _overlap(left: TaskReference | Selection, right: TaskReference | Selection) -> bool:
    pairs = ((left.project, right.project), (left.domain, right.domain))
    return all(not one or not other or one == other for one, other in pairs)


def _named(reference: TaskReference | Selection) -> str:
    return f"task {reference.name}" if isinstance(reference, TaskReference) else "a selection"


def _two_strategies(group: _Group) -> Iterator[Problem]:
    """A manifest that names no strategy was read as a merge."""
    first_of: dict[str, Manifest] = {}
    for manifest in group:
        first_of.setdefault(_strategy(manifest), manifest)
    if len(first_of) < 2:
        return
    for manifest in group:
        first = first_of["merge" if _strategy(manifest) == "replace" else "replace"]
        if first is group[0] and _overlap(first.reference, manifest.reference):
            place = manifest.strategy_at or manifest.reference_at
            message = f"{_named(manifest.reference)} is overridden by merge and by replace"
            there = f"{first.name} has strategy: {_strategy(first)}, at {first.strategy_at or first.position}"
            hint = f"use one in all its manifests; {there}"
            yield Problem(code="FP1304", position=place, message=message, hint=hint)


def _strategy(manifest: Manifest) -> str:
    return manifest.strategy or "merge"


def _no_selector(group: _Group, selecting: Iterable[Manifest]) -> Iterator[Problem]:
    chosen = [manifest.reference for manifest in group if _sets(manifest, "selector")]
    if len(chosen) == len(group):
        return
    for reference, manifest in {manifest.reference: manifest for manifest in reversed(group)}.items():
        if any(_overlap(other, reference) for other in chosen):
            continue
        if not any(_may_match(other.reference, reference) for other in selecting):
            message = f"{_named(reference)} has neither version nor auto_version"
            place = manifest.reference_at
            yield Problem(code="FP1305", position=place, message=message, hint="add auto_version: latest, or a version")


def _may_match(selection: TaskReference | Selection, task: TaskReference | Selection) -> bool:
    """Which environment a task is of, and whether it is an entry point, only the catalog knows."""
    assert isinstance(selection, Selection)
    if selection.name and not any(fnmatchcase(name, selection.name) for name in _names(task.name)):
        return False
    return _overlap(selection, task) and not any(fnmatchcase(task.name, glob) for glob in selection.exclude)


def _names(name: str) -> Iterator[str]:
    """The whole name, and every one that it may have within its environment, whose own name may hold dots."""
    yield name
    while "." in name:
        name = name.partition(".")[2]
        yield name


def _without_run(group: _Group) -> Iterator[Problem]:
    """A base layer may hold what a later one starts as a run; when none does, it has no effect."""
    if isinstance(group[0].reference, Selection) or any(_sets(manifest, "submit", "as") for manifest in group):
        return
    for manifest in group:
        for setting in _of_runs(manifest):
            message = f"{'.'.join(setting.path[:2])} has no effect on a version"
            yield Problem(code="FP1212", position=setting.position, message=message, hint="add submit.as: run")


def _of_runs(manifest: Manifest) -> Iterator[Setting]:
    """The first setting of each field."""
    fields = {setting.path[:2]: setting for setting in reversed(manifest.settings) if not setting.clears}
    for field in (QUEUE, ("submit", "inputs"), ("submit", "run")):
        if field in fields:
            yield fields[field]


def _sets(manifest: Manifest, *path: str) -> bool:
    return any(setting.path == path for setting in manifest.settings)
