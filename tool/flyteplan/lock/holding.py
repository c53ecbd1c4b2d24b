"""Whether what was resolved is what the lock says."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping

from flyteplan.diff import digest
from flyteplan.errors import Position, Problem
from flyteplan.model.listed import listed
from flyteplan.model.lock import Lock, Stanza
from flyteplan.model.resolution import Resolution
from flyteplan.model.task import TaskName, Template
from flyteplan.record import replace

_SHOWN = 3
_NO_STANZA = " no stanza in flyteplan.lock"
_ALONE = f" has{_NO_STANZA}"


def check(lock: Lock, target: str, resolutions: Iterable[Resolution], *, each: bool = False) -> tuple[Problem, ...]:
    """A warning for all that does not hold: missing stanzas, versions that are gone, specs that changed.

    `current` is not looked at: what it stands for is known in a task only. *each* missing stanza by itself, for
    whoever sees a part of the tasks; `told_together` then says what is said of all.
    """
    stanzas = lock.of(target)
    problems: list[Problem] = []
    missing: dict[Position, set[str]] = {}
    for resolution, base in lockable(resolutions):
        stanza = stanzas.get(base.key.task)
        if stanza is None:
            missing.setdefault(resolution.intent.selector_at, set()).add(base.key.task.name)
        else:
            problems += _faults(stanza, resolution, base)
    groups = [(place, {name}) for place, names in missing.items() for name in names] if each else missing.items()
    return (*problems, *(_missing(position, names) for position, names in groups))


def told_together(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """*problems* of parts, with one for each selector in the place of those of *each* missing stanza."""
    others: list[Problem] = []
    missing: dict[tuple[Position, str], set[str]] = {}
    for one in problems:
        if one.code == "FP2101" and one.message.endswith(_ALONE):
            missing.setdefault((one.position, one.severity), set()).add(one.message.removesuffix(_ALONE))
        else:
            others.append(one)
    joined = (replace(_missing(place, names), severity=severity) for (place, severity), names in missing.items())
    return (*others, *joined)


def lockable(resolutions: Iterable[Resolution]) -> Iterator[tuple[Resolution, Template]]:
    """The resolutions that a stanza can speak of, each with its base."""
    for resolution in resolutions:
        if resolution.base is not None and resolution.intent.selector.auto_version != "current":
            yield resolution, resolution.base


def _faults(stanza: Stanza, resolution: Resolution, base: Template) -> Iterator[Problem]:
    version, name, selector = base.key.version, base.key.task.name, resolution.intent.selector
    if selector.auto_version and version != stanza.version:
        hint = f"deploy it again, or take {version}: flyteplan lock --upgrade {shlex.quote(name)}"
        message = f"{name}: {stanza.version}, which is locked, is gone"
        yield _warning("FP2102", stanza.position, message, hint)
    elif version not in stanza.digests:
        message = f"{name} pins {version}, the lock has {stanza.version}"
        yield _warning("FP2101", resolution.intent.selector_at, message, "run flyteplan lock")
    elif stanza.digests[version] != digest(base.spec):
        hint = f"find out who deployed it again; flyteplan lock --upgrade {shlex.quote(name)} accepts it"
        message = f"{name}: the spec of {version} is not the one that was locked"
        yield _warning("FP2103", stanza.position, message, hint)


def _missing(position: Position, tasks: set[str]) -> Problem:
    names = sorted(tasks)
    verb = "has" if len(names) == 1 else "have"
    message = f"{listed(names, _SHOWN)} {verb}{_NO_STANZA}"
    return _warning("FP2101", position, message, "run flyteplan lock")


def superfluous(lock: Lock, target: str, needed: Mapping[TaskName, Stanza]) -> tuple[Problem, ...]:
    """A warning for every stanza of *target*, and every version in one, that is not *needed*."""
    return tuple(
        _warning("FP2104", stanza.position, f"{name} is locked, and no manifest needs it", "run flyteplan lock")
        for task, stanza in lock.of(target).items()
        for name in _not_needed(task, stanza, needed.get(task))
    )


def _not_needed(task: TaskName, stanza: Stanza, needed: Stanza | None) -> Iterator[str]:
    if needed is None:
        yield task.name
    else:
        yield from (f"{task.name} {version}" for version in stanza.digests if version not in needed.digests)


def _warning(code: str, position: Position, message: str, hint: str) -> Problem:
    return Problem(code=code, position=position, message=message, hint=hint, severity="warning")
