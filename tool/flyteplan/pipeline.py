"""The order of the stages: load, validate, resolve, lock, override, diff and plan.

    manifest files -> documents -> manifests -> groups -> intents -> resolutions -> desired specs -> changes -> plan

Every stage returns its problems as data; the next one begins only when there are none that are errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial

from flyteplan.errors import InputError, Position, Problem, ordered
from flyteplan.load import load
from flyteplan.lock import check, moves, renew, superfluous
from flyteplan.model.config import Target
from flyteplan.model.document import Document
from flyteplan.model.lock import Lock, Move
from flyteplan.model.manifest import Manifest
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.plan import Change, Plan, differ
from flyteplan.model.resolution import Group, Intent, Resolution
from flyteplan.model.task import TaskName
from flyteplan.override import override
from flyteplan.plan import change
from flyteplan.ports import Catalog
from flyteplan.render.manifest import Deployed, Draft, Place, manifests
from flyteplan.resolve import compose, group, resolve
from flyteplan.validate import Validator, between, manifest

Found = tuple[int, str, "bytes | Problem"]
# The file of a manifest that is only tried.
_DRAFT = "<import>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifests:
    """All manifests of all layers, and all that is wrong with them."""

    manifests: tuple[Manifest, ...]
    problems: tuple[Problem, ...]
    files: int

    @property
    def valid(self) -> bool:
        return is_valid(self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The plan, with its warnings; or none, with all that is wrong."""

    plan: Plan | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relocked:
    """What the lock becomes and what moved in it; or none, with all that is wrong.

    `faults` are what does not hold in the lock as it was, `problems` what does not in the one that it becomes.
    """

    lock: Lock | None
    problems: tuple[Problem, ...]
    moves: tuple[Move, ...] = ()
    faults: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which tasks are wanted: any that a `select` glob matches (none given: all), and no `exclude` glob."""

    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def wants(self, name: str) -> bool:
        return (not self.select or _matches(name, self.select)) and not _matches(name, self.exclude)


def _matches(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


def is_valid(problems: Iterable[Problem]) -> bool:
    return all(problem.severity != "error" for problem in problems)


def validate(found: Iterable[Found], validator: Validator, stacks: Sequence[Sequence[int]]) -> Manifests:
    """Manifest files -> manifests. No catalog is opened.

    *stacks* are the targets: each has the numbers of its layers, in order. Rules among manifests hold in each of them.
    """
    manifests: list[Manifest] = []
    problems: list[Problem] = []
    files = 0
    for layer, path, content in found:
        files += 1
        for item in _documents(path, content):
            checked = manifest(item, layer, validator) if isinstance(item, Document) else None
            problems += checked.problems if checked else [item]  # type: ignore[list-item]
            manifests += [checked.manifest] if checked and checked.manifest else []
    for stack in stacks:
        problems += between([replace(one, layer=stack.index(one.layer)) for one in manifests if one.layer in stack])
    return Manifests(manifests=tuple(manifests), problems=ordered(problems), files=files)


def _documents(path: str, content: bytes | Problem) -> Iterator[Document | Problem]:
    if isinstance(content, Problem):
        yield content
        return
    nothing = True
    for item in load(content, path):
        nothing = False
        yield item
    if nothing:
        yield _empty(path, content)


def _empty(path: str, content: bytes) -> Problem:
    """An empty file is a file that was lost; one of comments may be meant."""
    severity = "warning" if content.strip() else "error"
    hint = "write a manifest into it, or remove it"
    message = "the file has no manifest"
    return Problem(code="FP1106", position=Position(path, 1, 1), message=message, hint=hint, severity=severity)


def plan(
    manifests: Sequence[Manifest],
    target: Target,
    catalog: Catalog,
    *,
    current: str | None,
    choice: Choice,
    lock: Lock | None = None,
    strict: bool = False,
) -> Planned:
    """Manifests + catalog -> the plan. *current* is the version of the deployment that flyteplan runs in.

    *strict*: what the lock says that does not hold, or does not say, is an error.
    """
    groups, problems = group(manifests, target, catalog)
    wanted = [one for one in groups if choice.wants(one.task.name)]
    intents, disagreements = _intents(wanted)
    resolutions, unresolved = resolve(intents, catalog, current, _locked(lock, target))
    loose = _loose(lock, target, resolutions, strict=strict)
    changes, impossible = _changes(resolutions, target, catalog)
    unmatched = _unmatched("--select", choice.select, groups)
    found = ordered([*problems, *disagreements, *unresolved, *loose, *impossible, *unmatched])
    if not is_valid(found):
        return Planned(plan=None, problems=found)
    return Planned(plan=_plan(changes, target, catalog), problems=ordered([*found, *catalog.problems()]))


def _locked(lock: Lock | None, target: Target) -> dict[TaskName, str]:
    return {task: stanza.version for task, stanza in lock.of(target.name).items()} if lock else {}


def _loose(lock: Lock | None, target: Target, resolutions: Sequence[Resolution], *, strict: bool) -> Iterable[Problem]:
    """A target without any stanza is one that nobody locks."""
    if strict:
        return [replace(one, severity="error") for one in check(lock or Lock(), target.name, resolutions)]
    return check(lock, target.name, resolutions) if lock and lock.of(target.name) else ()


def relock(
    manifests: Sequence[Manifest], target: Target, catalog: Catalog, *, lock: Lock, upgrade: Sequence[str], whole: bool
) -> Relocked:
    """Manifests + catalog -> the lock. Names that match an *upgrade* glob are resolved anew.

    *whole*: these are all manifests of the target, so stanzas that they do not need are superfluous.
    """
    groups, problems = group(manifests, target, catalog)
    intents, disagreements = _intents(groups)
    lasting = [intent for intent in intents if intent.selector.auto_version != "current"]
    held = {task: version for task, version in _locked(lock, target).items() if not _matches(task.name, upgrade)}
    resolutions, unresolved = resolve(lasting, catalog, None, held)
    found = ordered([*problems, *disagreements, *unresolved, *_unmatched("--upgrade", upgrade, groups)])
    if not is_valid(found):
        return Relocked(lock=None, problems=found)
    new = renew(lock, target.name, resolutions, upgrade=lambda name: _matches(name, upgrade), drop=whole)
    return Relocked(
        lock=new,
        problems=ordered([*found, *check(new, target.name, resolutions), *catalog.problems()]),
        moves=moves(lock, new, target.name),
        faults=(*check(lock, target.name, resolutions), *superfluous(lock, target.name, new.of(target.name))),
    )


def _unmatched(flag: str, globs: Iterable[str], groups: Iterable[Group]) -> Iterator[Problem]:
    """A glob of the command line that is misspelt would give an empty plan, which looks like a good one."""
    names = {one.task.name for one in groups}
    for glob in globs:
        if not any(fnmatchcase(name, glob) for name in names):
            hint = did_you_mean(glob, names, "they override")
            position, message = Position(f"{flag} '{glob}'"), "the manifests override no task of this name"
            yield Problem(code="FP2003", position=position, message=message, hint=hint, severity="warning")


def written(tasks: Sequence[Deployed], target: Target, catalog: Catalog, validator: Validator, modeline: str) -> str:
    """Deployed tasks -> their manifests. What a manifest can not say, or would change, is left out of it.

    Raises InputError for a task that no manifest can name.
    """
    without: dict[Place, str] = {}
    while True:
        draft = manifests(tasks, without, modeline)
        refused = _refused(draft, {one.task: one for one in tasks}, target, catalog, validator)
        if not refused:
            return draft.text
        without |= refused


def _refused(
    draft: Draft, tasks: Mapping[TaskName, Deployed], target: Target, catalog: Catalog, validator: Validator
) -> dict[Place, str]:
    """What is wrong in a draft, and what in it changes its task. Both only show when it is read and planned."""
    checked = validate([(0, _DRAFT, draft.text.encode())], validator, [[0]])
    made = plan(checked.manifests, target, catalog, current=None, choice=Choice()) if checked.valid else None
    wrong = [one for one in (made or checked).problems if one.severity == "error"]
    if any(one.position.line not in draft.places for one in wrong):
        raise InputError(wrong)
    found = {draft.places[one.position.line]: one.message for one in wrong}
    for one in made.plan.changes if made and made.plan else ():
        found |= dict.fromkeys(_changing(one, tasks[one.task.task], draft), "it can not be said without a change")
    return found


def _changing(change: Change, task: Deployed, draft: Draft) -> Iterable[Place]:
    """What makes *change* out of what should stay as it is; a guess where no field tells, for odd templates."""
    fields = [one for one in change.fields if differ(one.base if task.pinned else one.live, one.desired)]
    told = [draft.places[one.set_by.line] for one in fields if one.set_by]
    if told or not fields or task.present.key != task.base.key:
        return told
    names = list(dict.fromkeys(path[0] for whose, path in draft.places.values() if whose == task.task))
    guess = next((name for name in names if name in fields[0].path), names[0])
    return [(task.task, (guess,))]


def _intents(groups: Iterable[Group]) -> tuple[list[Intent], list[Problem]]:
    composed = [compose(one) for one in groups]
    problems = [problem for _, found in composed for problem in found]
    return [intent for intent, _ in composed if intent is not None], problems


def _changes(resolutions: Iterable[Resolution], target: Target, catalog: Catalog) -> tuple[list[Change], list[Problem]]:
    changes: list[Change] = []
    problems: list[Problem] = []
    for resolution in resolutions:
        made, found = _change(resolution, target, catalog)
        changes += [made] if made else []
        problems += found
    return changes, problems


def _change(resolution: Resolution, target: Target, catalog: Catalog) -> tuple[Change | None, Sequence[Problem]]:
    taken = partial(catalog.versions, resolution.intent.task)
    if resolution.base is None:
        return change(target.org, resolution, None, taken), ()
    desired = override(resolution.base, resolution.intent.settings, resolution.intent.strategy)
    if not is_valid(desired.problems):
        return None, desired.problems
    return change(target.org, resolution, desired, taken), desired.problems


def _plan(changes: Iterable[Change], target: Target, catalog: Catalog) -> Plan:
    return Plan(
        target=target.name,
        catalog=catalog.address,
        org=target.org,
        project=target.project,
        domain=target.domain,
        changes=tuple(sorted(changes, key=_order)),
    )


def _order(change: Change) -> tuple[TaskName, str, list[str], list[Position]]:
    """One task may have several runs, and a version beside them: those differ in their manifests."""
    manifests = change.manifests
    return change.task.task, change.submit.kind, [one.name for one in manifests], [one.position for one in manifests]
