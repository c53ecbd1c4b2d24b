"""Which manifests speak of which task: references as they are, selections by what the catalog lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from flyteplan.errors import Problem
from flyteplan.model.config import Target
from flyteplan.model.manifest import Manifest, Selection, TaskReference
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.resolution import Group
from flyteplan.model.task import Listing, Scope, TaskName
from flyteplan.ports import Catalog
from flyteplan.record import replace
from flyteplan.resolve.listings import Listings


def group(
    manifests: Sequence[Manifest], target: Target, catalog: Catalog, listings: Listings | None = None
) -> tuple[tuple[Group, ...], tuple[Problem, ...]]:
    """One group a task for what becomes its version, and one for each run of it, sorted; and what could not be placed.

    The catalog is asked for its listing of a scope only when a manifest selects in it. *listings* are the catalog's,
    where they are asked for more than once.
    """
    placed, problems = _placed(manifests, target, listings or Listings(catalog))
    runs = _runs(manifests)
    groups: dict[tuple[TaskName, str], list[Manifest]] = {}
    for manifest, task in placed:
        groups.setdefault((task, manifest.name if manifest.name in runs else ""), []).append(manifest)
    _spread_selections(groups)
    found = (Group(task=task, run=run, manifests=tuple(members)) for (task, run), members in groups.items())
    return tuple(sorted(found, key=lambda group: (group.task, group.run))), tuple(problems)


def referenced(manifests: Sequence[Manifest]) -> tuple[Group, ...]:
    """The groups of the tasks that manifests name, as far as they can be told without a catalog and a target."""
    runs = _runs(manifests)
    groups: dict[tuple[TaskName, str], list[Manifest]] = {}
    for manifest in manifests:
        reference = manifest.reference
        if isinstance(reference, TaskReference):
            task = TaskName(reference.project, reference.domain, reference.name)
            groups.setdefault((task, manifest.name if manifest.name in runs else ""), []).append(manifest)
    return tuple(Group(task=task, run=run, manifests=tuple(members)) for (task, run), members in groups.items())


def _runs(manifests: Iterable[Manifest]) -> set[str]:
    """The names of the manifests whose last layer to say so submits a run."""
    said = sorted((one for one in manifests if one.kind), key=lambda manifest: manifest.layer)
    kinds = {manifest.name: manifest.kind for manifest in said}
    return {name for name, kind in kinds.items() if kind == "run"}


def _spread_selections(groups: dict[tuple[TaskName, str], list[Manifest]]) -> None:
    """A selection takes part in the runs of the tasks that it selects as well."""
    for (task, run), members in groups.items():
        if run:
            members += [m for m in groups.get((task, ""), ()) if isinstance(m.reference, Selection)]


def _placed(
    manifests: Sequence[Manifest], target: Target, listings: Listings
) -> tuple[list[tuple[Manifest, TaskName]], list[Problem]]:
    placed: list[tuple[Manifest, TaskName]] = []
    problems: list[Problem] = []
    for manifest in manifests:
        scope = Scope(manifest.reference.project or target.project, manifest.reference.domain or target.domain)
        missing = [*_missing(manifest, scope), *_foreign_org(manifest, target)]
        problems += missing
        if not missing:
            tasks, unmatched = _tasks(manifest, scope, listings)
            placed += [(manifest, task) for task in tasks]
            problems += unmatched
    return placed, problems


def _missing(manifest: Manifest, scope: Scope) -> list[Problem]:
    words = [word for word, value in (("project", scope.project), ("domain", scope.domain)) if not value]
    if not words:
        return []
    message = f"no {' and no '.join(words)}: neither the manifest nor the target names one"
    hint = f"add {words[0]} to the target in flyteplan.yaml or to the manifest, or give --{words[0]}"
    return [Problem(code="FP1102", position=manifest.reference_at, message=message, hint=hint)]


def _foreign_org(manifest: Manifest, target: Target) -> list[Problem]:
    """One target is one org's: servers do not tell tasks of one name in two orgs apart."""
    org = manifest.reference.org if isinstance(manifest.reference, TaskReference) else ""
    if org in ("", target.org):
        return []
    message = f"the manifest is about org {org}, and the target about {target.org or 'none'}"
    hint = f"remove org from the manifest, or plan it for org {org} (a target's org, or --org)"
    return [Problem(code="FP1306", position=manifest.reference_at, message=message, hint=hint)]


def _tasks(manifest: Manifest, scope: Scope, listings: Listings) -> tuple[list[TaskName], list[Problem]]:
    reference = manifest.reference
    if isinstance(reference, TaskReference):
        return [TaskName(scope.project, scope.domain, reference.name)], []
    found = [row.task for row in listings.rows(scope) if _matches(reference, row)]
    if reference.entrypoint is not None:
        found = listings.entrypoints(found, wanted=reference.entrypoint)
    if found or reference.optional:
        return found, []
    return [], [_nothing(manifest, reference, listings, scope)]


def _matches(selection: Selection, row: Listing) -> bool:
    if selection.environment and selection.environment != row.environment:
        return False
    if selection.name and not _glob(selection.name, row):
        return False
    return not any(_glob(pattern, row) for pattern in selection.exclude)


def _glob(pattern: str, row: Listing) -> bool:
    """Against the whole name, or the name within its environment: `train_*` means `training.train_model` too."""
    short = row.task.name.removeprefix(f"{row.environment}.")
    return fnmatchcase(row.task.name, pattern) or fnmatchcase(short, pattern)


def _nothing(manifest: Manifest, selection: Selection, listings: Listings, scope: Scope) -> Problem:
    rows, broader = listings.rows(scope), replace(selection, exclude=())
    if selection.entrypoint is not None and any(_matches(selection, row) for row in rows):
        hint = f"{'none' if selection.entrypoint else 'each'} of the tasks that it would match is an entrypoint"
    elif selection.exclude and any(_matches(broader, row) for row in rows):
        hint = "exclude takes away all that it would match"
    elif selection.environment and all(row.environment != selection.environment for row in rows):
        known = {row.environment for row in rows if row.environment}
        hint = did_you_mean(selection.environment, known, "its environments are")
    else:
        hint = listings.tasks(scope).did_you_mean(selection.name or selection.environment, "its tasks are")
    return Problem(
        code="FP2003",
        position=manifest.reference_at,
        message=f"the selector matches no task of {scope.project}/{scope.domain}",
        hint=f"{hint}; optional: true allows it to match nothing",
    )
