"""What was applied: as the ledger of a workspace has it, and as the tags of derived versions tell."""

from __future__ import annotations

from flyteplan.model.task import TaskName, TaskVersion
from flyteplan.record import dataclass

# Of the lines of a ledger.
FORMAT_VERSION = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """What was known when an apply began. `plan` is the plan's digest, `changes` how many it was to submit."""

    target: str
    catalog: str
    org: str
    project: str
    domain: str
    plan: str
    owner: str
    revision: str
    changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change that was tried, at `time` (RFC 3339, UTC, milliseconds).

    `kind` is version or run, `name` the derived version or the run's name. `ledger` names the file that tells it, ""
    when only the tags of the version do. `there`: whether the catalog has the version, None where that is not known.
    """

    time: str
    target: str
    task: TaskName
    kind: str
    name: str
    base: str
    outcome: str
    owner: str
    revision: str
    manifests: tuple[str, ...] = ()
    digest: str = ""
    message: str = ""
    catalog: str = ""
    ledger: str = ""
    there: bool | None = None

    @property
    def made(self) -> TaskVersion:
        """The key of the version, where the entry is of one."""
        return TaskVersion(self.task, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The file of one apply, read back. `ended`: it has its last line; else it was cut off, or goes on."""

    name: str
    time: str
    apply: Apply
    entries: tuple[Entry, ...]
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The newest entries first. `older` and `elsewhere` count what is left out: beyond the limit, of other targets."""

    entries: tuple[Entry, ...]
    unfinished: tuple[Ledger, ...] = ()
    older: int = 0
    elsewhere: int = 0
