"""What a platform team holds overrides to: policies, their rules, and the exceptions from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from flyteplan.errors import Position
from flyteplan.model.task import TaskName
from flyteplan.record import dataclass

# What names a rule can speak of, by the key of a rule.
SUBJECTS = ("fields", "images", "env_vars", "service_accounts", "devices")
REQUIRED, FORBIDDEN, ALLOWED = MODES = ("required", "forbidden", "allowed")
DENY, WARN = EFFECTS = ("deny", "warn")


def matches(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which tasks. All that is given must match, of a list one glob; nothing given matches every task."""

    tasks: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    def takes(self, target: str, task: TaskName, labels: Iterable[Mapping[str, str]]) -> bool:
        """*labels* are those of each manifest of the task: one manifest must have all that are asked for."""
        pairs = (
            (task.name, self.tasks),
            (task.project, self.projects),
            (task.domain, self.domains),
            (target, self.targets),
        )
        if not all(not globs or matches(value, globs) for value, globs in pairs) or matches(task.name, self.exclude):
            return False
        return not self.labels or any(self._has_all(found) for found in labels)

    def _has_all(self, found: Mapping[str, str]) -> bool:
        return all(name in found and fnmatchcase(found[name], glob) for name, glob in self.labels)


class Amount(NamedTuple):
    """A bound: in billionths (quantities, counts) or nanoseconds (durations), and as it is written."""

    value: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The least and the most of a field, by its name in a plan; `resources.cpu` is both request and limit."""

    field: str
    least: Amount | None
    most: Amount | None
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Names that are required, forbidden or allowed: `subject` of SUBJECTS, `mode` of MODES."""

    subject: str
    mode: str
    globs: tuple[str, ...]
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is held of the tasks that match; `effect` is of EFFECTS."""

    policy: str
    name: str
    effect: str
    message: str
    match: Match
    bounds: tuple[Bound, ...]
    namings: tuple[Naming, ...]
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An exception: the tasks for which the rule is not held, through the day `until` (UTC)."""

    rule: str
    match: Match
    reason: str
    owner: str
    until: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One valid `OverridePolicy`."""

    name: str
    position: Position
    rules: tuple[Rule, ...] = ()
    waivers: tuple[Waiver, ...] = ()
