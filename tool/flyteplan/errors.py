"""What can be wrong, where, and how the process ends.

A `Problem` is data: stages return all of theirs and go on. An exception is for what cannot go on.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from flyteplan.record import dataclass


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    FAILED = 1
    CHANGES = 2
    REFUSED = 3
    STALE = 4
    PARTIAL = 5
    USAGE = 64
    INTERRUPTED = 130


class Position(NamedTuple):
    """A place in a file: `path` as shown to the user, `line` and `column` from 1 (0: the whole file, or line).

    A tuple, for there are hundreds of thousands: it is made, compared and sent to another process in C.
    """

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.path
        return f"{self.path}:{self.line}:{self.column}" if self.column else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: where, what, and what to do about it.

    `code` is stable (`FP` and four digits, see `CODES`); `severity` is `error` or `warning`.
    """

    code: str
    position: Position
    message: str
    hint: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.position}: {self.severity}[{self.code}]: {self.message}{hint}"

    @property
    def order(self) -> tuple[Position, str, str, str, str]:
        """All of it: two that differ in anything stand in one order, whatever the hash seed."""
        return (self.position, self.code, self.message, self.hint, self.severity)


class FlyteplanError(Exception):
    """Nothing more can be done; `str()` of it is a message for the user."""

    exit_code = Exit.FAILED


class UsageError(FlyteplanError):
    """The command line or the configuration asks for what makes no sense."""

    exit_code = Exit.USAGE


class CatalogError(FlyteplanError):
    """The catalog can not be read, or answers what can not be."""


class InputError(FlyteplanError):
    """The user's files are wrong; `problems` says all that is, sorted."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = ordered(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class StaleError(InputError):
    """What was locked or planned does not hold any more; `problems` says where."""

    exit_code = Exit.STALE


class RefusedError(InputError):
    """A guard refuses what was asked for; `problems` says where and why."""

    exit_code = Exit.REFUSED


def failure(problems: Iterable[Problem]) -> InputError:
    """What to raise for *problems*: stale when none of the errors speaks of anything but the lock."""
    problems = ordered(problems)
    stale = all(problem.code.startswith(LOCK_CODES) for problem in problems if problem.severity == "error")
    return StaleError(problems) if stale else InputError(problems)


def is_valid(problems: Iterable[Problem]) -> bool:
    """Whether none of them is an error."""
    return all(problem.severity != "error" for problem in problems)


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by place, each said once."""
    return tuple(sorted(set(problems), key=lambda problem: problem.order))


LOCK_CODES = "FP21"
CODES: dict[str, str] = {
    # reading
    "FP1001": "a file can not be read",
    "FP1002": "a file is not UTF-8",
    "FP1003": "YAML syntax",
    "FP1004": "a key stands twice in a mapping",
    "FP1005": "a key is not a string",
    "FP1006": "a merge key (<<), which YAML 1.2 does not have",
    "FP1007": "a number with leading zeros, too large, or not a number",
    "FP1008": "a tag outside the YAML 1.2 core schema",
    "FP1009": "aliases that expand to too much, or to themselves",
    "FP1010": "nesting that is too deep",
    "FP1011": "a file that is too large",
    # shape
    "FP1101": "an unknown key",
    "FP1102": "a required key is missing",
    "FP1103": "a value of the wrong type",
    "FP1104": "a value out of its range or its choices",
    "FP1105": "keys that exclude each other",
    "FP1106": "a document of an unknown kind",
    # rules a schema can not say
    "FP1201": "a quantity that Kubernetes does not know",
    "FP1202": "a quantity without a unit",
    "FP1203": "a request above its limit",
    "FP1204": "a name that can not be an environment variable",
    "FP1205": "an accelerator or a partition that Flyte does not know",
    "FP1206": "a backoff that can not work",
    "FP1207": "a duration that can not be read",
    "FP1208": "a secret that can not be mounted so",
    "FP1209": "a name that is too long or has the wrong form",
    "FP1210": "a cache setting that a deployed task can not have",
    "FP1211": "a setting that its strategy does not know",
    "FP1212": "a setting that this kind of submit does not know",
    "FP1213": "a pinned version that is a derived one",
    "FP1214": "a field that no manifest can set, or a device that there is not, in a policy",
    "FP1215": "a date that is none",
    "FP1216": "a rule that holds nothing, or an exception for nothing",
    # manifests among each other
    "FP1301": "two manifests of one layer with one name",
    "FP1302": "two manifests that disagree at one rank",
    "FP1303": "one name, two tasks",
    "FP1304": "manifests of one task with two strategies",
    "FP1305": "no version selector",
    "FP1306": "an org that is not the target's",
    "FP1307": "two runs with one name",
    # against the catalog
    "FP2001": "a task that the catalog does not have",
    "FP2002": "a version that the catalog does not have",
    "FP2003": "a selector that matches nothing",
    "FP2004": "a current version outside of a task",
    "FP2005": "a request above the limit that the template has",
    "FP2006": "an override that can not take effect on this task",
    "FP2007": "an input that the task does not have",
    "FP2008": "a snapshot that can not be read in full",
    # against the lock
    "FP2101": "a task or a version that flyteplan.lock does not have",
    "FP2102": "a locked version that is gone",
    "FP2103": "a locked version whose spec has changed",
    "FP2104": "a stanza of flyteplan.lock that no manifest needs",
    "FP2105": "a flyteplan.lock that can not be read",
    # the inputs of a run
    "FP2201": "a run with an input that the task does not have",
    "FP2202": "a run without an input that the task requires",
    "FP2203": "an input of the wrong type",
    "FP2204": "an input out of its range or its choices",
    "FP2205": "an input that a manifest can not give",
    # when a plan is applied
    "FP2301": "a plan that does not hold any more",
    "FP2302": "a base that is older than the newest one",
    "FP2303": "triggers that can not be moved to the new version",
    # when parts of a plan are joined
    "FP2304": "a part of a plan that does not go with the others, or is none",
    # the history
    "FP2401": "a history that can not be written",
    "FP2402": "a history that can not be read in full",
    # policies and guards
    "FP2501": "what a policy denies",
    "FP2502": "what a policy warns of",
    "FP2503": "an exception that has ended, or soon does",
    "FP2504": "an exception from a rule that is not there",
    "FP2505": "two policies, rules or freezes with one name",
    "FP2506": "a guard that an apply would pass",
    "FP2507": "a target that the revision of the policies does not have, or has elsewhere",
}
