"""Version selectors + catalog -> exact versions, asked for in two questions for all tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from flyteplan.errors import Problem
from flyteplan.model.derived import TAG_PREFIX, is_derived
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.resolution import Intent, Resolution
from flyteplan.model.task import Newest, TaskName, TaskVersion, Template, Triggers
from flyteplan.ports import Catalog
from flyteplan.resolve.listings import Listings

_AUTO = ("latest", "current")
_NO_BASE = "the current version of {} is a derived one that does not say its base"
_NO_TRIGGERS = Triggers()
BASE_TAG = f"{TAG_PREFIX}base"


def resolve(
    intents: Sequence[Intent],
    catalog: Catalog,
    current: str | None,
    locked: Mapping[TaskName, str],
    listings: Listings | None = None,
) -> tuple[tuple[Resolution, ...], tuple[Problem, ...]]:
    """Base and live of every intent, in order; and the problems of those that have none.

    *current* is the version of the deployment that flyteplan runs in, None outside of one. *locked* says what `latest`
    stands for, task by task; where it says nothing, or a version that is gone, it is the newest base. *listings* are
    the catalog's, where they are asked for more than once.
    """
    listings = listings or Listings(catalog)
    newest = catalog.newest({intent.task for intent in intents})
    bases: dict[int, TaskVersion | None] = {}
    problems: list[Problem] = []
    for number, intent in enumerate(intents):
        version, problem = _version(intent, newest.get(intent.task), listings, current, locked)
        problems += [problem] if problem else []
        if problem is None:
            bases[number] = TaskVersion(intent.task, version) if version else None
    templates = catalog.templates(_keys(bases.values(), newest))
    templates, bases = _of_derived(bases, templates, catalog)
    templates, bases = _of_gone(intents, bases, templates, newest, catalog)
    triggers = catalog.triggers({intent.task for intent in intents if intent.kind == "version"})
    resolutions = [
        _resolution(intents[number], key, newest, templates, locked, triggers=triggers)
        for number, key in bases.items()
        if key is None or key in templates
    ]
    unknown = {number: key for number, key in bases.items() if key is not None and key not in templates}
    return tuple(resolutions), (*problems, *_unknown_versions(intents, unknown, catalog))


def _keys(bases: Iterable[TaskVersion | None], newest: Mapping[TaskName, Newest]) -> set[TaskVersion]:
    keys = {key for key in bases if key is not None}
    return keys | {TaskVersion(key.task, newest[key.task].live) for key in keys}


def _version(
    intent: Intent,
    newest: Newest | None,
    listings: Listings,
    current: str | None,
    locked: Mapping[TaskName, str],
) -> tuple[str, Problem | None]:
    """The version that is meant; "" when it can be known in a task only, and nothing is submitted."""
    if newest is None:
        return "", _unknown_task(intent, listings)
    if intent.selector.version:
        return intent.selector.version, None
    if intent.selector.auto_version == "latest":
        version = locked.get(intent.task) or newest.base
        return (version, None) if version else ("", _only_derived(intent))
    if current is None and intent.kind != "none":
        return "", _no_current(intent)
    return current or "", None


def base_of(derived: Template) -> TaskVersion:
    """What a derived version was made from, as its tags tell; without a version where they do not."""
    return TaskVersion(derived.key.task, derived.spec.task_template.metadata.tags.get(BASE_TAG, ""))


def _of_derived(
    bases: dict[int, TaskVersion | None], templates: Mapping[TaskVersion, Template], catalog: Catalog
) -> tuple[Mapping[TaskVersion, Template], dict[int, TaskVersion | None]]:
    """A current version that flyteplan derived stands for the base that its tags name."""
    stands_for = {
        key: base_of(templates[key])
        for key in bases.values()
        if key is not None and is_derived(key.version) and key in templates
    }
    if not stands_for:
        return templates, bases
    more = catalog.templates(set(stands_for.values()))
    return {**templates, **more}, {number: stands_for.get(key, key) if key else None for number, key in bases.items()}


def _of_gone(
    intents: Sequence[Intent],
    bases: dict[int, TaskVersion | None],
    templates: Mapping[TaskVersion, Template],
    newest: Mapping[TaskName, Newest],
    catalog: Catalog,
) -> tuple[Mapping[TaskVersion, Template], dict[int, TaskVersion | None]]:
    """A locked version that is gone gives way to the newest base. Whoever checks the lock tells of it."""
    instead = {
        number: TaskVersion(key.task, newest[key.task].base or key.version)
        for number, key in bases.items()
        if key is not None and key not in templates and intents[number].selector.auto_version == "latest"
    }
    if not instead:
        return templates, bases
    return {**templates, **catalog.templates(set(instead.values()))}, {**bases, **instead}


def _resolution(
    intent: Intent,
    key: TaskVersion | None,
    newest: Mapping[TaskName, Newest],
    templates: Mapping[TaskVersion, Template],
    locked: Mapping[TaskName, str],
    *,
    triggers: Mapping[TaskName, Triggers],
) -> Resolution:
    told = triggers.get(intent.task, _NO_TRIGGERS)
    if key is None:
        return Resolution(intent=intent, base=None, live=None, triggers=told)
    live = templates.get(TaskVersion(key.task, newest[key.task].live), templates[key])
    return Resolution(
        intent=intent,
        base=templates[key],
        live=live,
        newest_base=newest[key.task].base or "",
        triggers=told,
        locked=intent.selector.auto_version == "latest" and locked.get(key.task) == key.version,
    )


def _unknown_task(intent: Intent, listings: Listings) -> Problem:
    place = f"{intent.task.project}/{intent.task.domain}"
    hint = listings.tasks(intent.task.scope).did_you_mean(intent.task.name, f"the tasks of {place} are")
    if not listings.rows(intent.task.scope):
        hint = f"the catalog has no task in {place} at all; check project and domain"
    message = f"{place} has no task {intent.task.name}"
    return Problem(code="FP2001", position=intent.named_at, message=message, hint=hint)


def _unknown_versions(
    intents: Sequence[Intent], unknown: Mapping[int, TaskVersion], catalog: Catalog
) -> Iterator[Problem]:
    known = catalog.versions({intents[number].task for number in unknown}) if unknown else {}
    for number, key in unknown.items():
        yield _unknown_version(intents[number], key.version, known[intents[number].task])


def _unknown_version(intent: Intent, version: str, versions: Iterable[str]) -> Problem:
    known = [known for known in versions if not is_derived(known)]
    return Problem(
        code="FP2002",
        position=intent.selector_at,
        message=f"{intent.task.name} has no version {version}" if version else _NO_BASE.format(intent.task.name),
        hint=f"write auto_version: {version}" if version in _AUTO else did_you_mean(version, known, "its versions are"),
    )


def _only_derived(intent: Intent) -> Problem:
    message = f"every version of {intent.task.name} is one that flyteplan derived: none can be the latest base"
    return Problem(
        code="FP2002", position=intent.selector_at, message=message, hint="deploy the task from its code again"
    )


def _no_current(intent: Intent) -> Problem:
    return Problem(
        code="FP2004",
        position=intent.selector_at,
        message="auto_version: current is known in a running task only",
        hint="give --current-version, use latest or a pinned version, or set submit.as: none",
    )
