"""Two plans side by side: what the one wants that the other does not."""

from __future__ import annotations

from typing import Any

from flyteplan.errors import Position
from flyteplan.model.plan import Change, Field, Loser, Note, Plan
from flyteplan.model.rulechange import RuleChange
from flyteplan.model.task import TaskName
from flyteplan.record import dataclass, field

# What the two plans are: of two revisions of a repository, two that were saved, or those of two targets.
REVISIONS, PLANS, TARGETS = "revisions", "plans", "targets"
# Not known: what the one wants is known in a task only, so that nothing can be compared.
ADDED, REMOVED, CHANGED, UNKNOWN = KINDS = ("added", "removed", "changed", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What a plan says of a task as a whole, in words: its base, its strategy, what becomes of its triggers."""

    name: str
    was: str
    now: str
    was_set_by: Position | None = None
    set_by: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field, or one value of a call, that is wanted otherwise. None: the spec lacks it.

    `overridden`, `collateral` and `effects` are those of going from the one to the other, whatever is live. Not
    `known`: one side leaves the field as it is, and what that is can not be told.
    """

    path: str
    was: Any
    now: Any
    was_set_by: Position | None = None
    set_by: Position | None = None
    overridden: tuple[Loser, ...] = ()
    collateral: bool = False
    effects: tuple[str, ...] = ()
    known: bool = True

    @property
    def field(self) -> Field:
        """As if the older side were live."""
        return Field(
            path=self.path,
            base=self.was,
            live=self.was,
            desired=self.now,
            set_by=self.set_by,
            overridden=self.overridden,
            collateral=self.collateral,
            effects=self.effects,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One task, or one run of it, that differs; `before` or `after` is None where a plan does not have it.

    The rows of what is added lead from the base to what is wanted, those of what is removed back to it. `step` is the
    newer plan's change as it would be if what the older one wants were live: what can hurt is told of it, so that it is
    the same before an apply and after. `settled` are notes that the newer plan does not have any more.
    """

    kind: str
    before: Change | None
    after: Change | None
    facts: tuple[Fact, ...] = ()
    rows: tuple[Row, ...] = ()
    step: Change | None = None
    settled: tuple[Note, ...] = ()

    @property
    def change(self) -> Change:
        """That of the newer plan, where it has one."""
        found = self.after or self.before
        assert found is not None, "one of the plans has it"
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Of manifests that came and went. `renamed` are pairs of the old name and the new one."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return self != Names()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All that differs, sorted by task; `same` counts what both plans have and want alike
    (of revisions only what was read).

    `base` is the revision that the older side is of, as the user wrote it, and `label` what stands before its lines,
    so that nobody looks for them in the checkout. `rules` are what became of the policies and guards, `others` the
    names of the targets that are not compared.
    """

    kind: str
    before: Plan
    after: Plan
    entries: tuple[Entry, ...]
    same: int = 0
    base: str = ""
    label: str = ""
    names: Names = field(default=Names())
    rules: tuple[RuleChange, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def tasks(self) -> int:
        """How many tasks differ."""
        return len({(entry.change.org, entry.change.task.task) for entry in self.entries})

    @property
    def differs(self) -> bool:
        return bool(self.entries or self.names or self.rules)

    def plan_of(self, entry: Entry) -> Plan:
        return self.before if entry.after is None else self.after

    def home(self, change: Change) -> Plan:
        """The plan that *change* is shown of."""
        gone = any(entry.change is change for entry in self.entries if entry.after is None)
        return self.before if gone else self.after

    def count(self, kind: str) -> int:
        return sum(entry.kind == kind for entry in self.entries)

    def has(self, task: TaskName) -> bool:
        return any(entry.change.task.task == task for entry in self.entries)
