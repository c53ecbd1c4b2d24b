"""The plan: every change, with its field diff, the digests that bind it, and the desired spec."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from flyteplan.errors import Position
from flyteplan.model.effects import together
from flyteplan.model.secrecy import Secrecy
from flyteplan.model.sent import Sent
from flyteplan.model.settings import Selector, Setting
from flyteplan.model.task import TaskVersion, Trigger
from flyteplan.record import dataclass, field

if TYPE_CHECKING:
    from flyteidl2.task.common_pb2 import Inputs
    from flyteidl2.task.task_definition_pb2 import TaskSpec

    from flyteplan.model.decision import Judgement
    from flyteplan.model.run import RunName

FORMAT_VERSION = "1.0"
PRUNE = Position("--prune")
# The codes of notes that say what becomes of triggers, and that callers of latest go back.
KEPT, OLDER_BASE = "triggers-kept", "older-base"

# What goes with a call and is no part of a template, by name.
Call = tuple[tuple[str, Any], ...]
# What changes are sorted by: project, domain and name of the task, kind, and the names and places of manifests.
Order = tuple[str, str, str, str, list[str], list[Position]]


def differ(one: Any, other: Any) -> bool:
    """Whether two values of a field are not the same; 1 is neither True nor 1.0."""
    return type(one) is not type(other) or bool(one != other)


class Difference(NamedTuple):
    """One field whose values in base, live and desired are not all the same. None: the template lacks it.

    `values` are what JSON can hold; `path` is the manifest's path where manifests can set the field
    (`resources.requests.cpu`, `env_vars.LOG_LEVEL`), else the path in the TaskSpec.
    """

    path: str
    base: Any
    live: Any
    desired: Any


class Loser(NamedTuple):
    """A value that a later layer, a narrower reference or a higher priority beat."""

    position: Position
    value: Any


class Field(NamedTuple):
    """A difference, and who wants it so. `collateral`: it changes though nobody wrote it.

    In the place of a value that is sensitive there is its stand-in, in `overridden` too. `effects` are what the change
    from live to desired does (see `model.effects`), none where nothing changes, or only how an amount is spelled.
    """

    path: str
    base: Any
    live: Any
    desired: Any
    set_by: Position | None = None
    overridden: tuple[Loser, ...] = ()
    collateral: bool = False
    effects: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether applying the plan changes what is live."""
        return differ(self.live, self.desired)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Sent):
    """A manifest that takes part in a change. `labels` are what policies may go by.

    `selects`: it speaks of all tasks that match, so that other changes may be like this one.
    """

    name: str
    position: Position
    labels: tuple[tuple[str, str], ...] = ()
    selects: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Sent):
    """What a reviewer should know. `attention` marks what can hurt, and is never left out."""

    code: str
    message: str
    attention: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit(Sent):
    """What apply will do: `as` is version, run or none; `name` the derived version or the run's name.

    `state`: `new` (to be made), `live` (live already is desired), `exists` (the run is there), `taken` (a run of its
    name is there that was started for something else), `none`.
    `call` holds what goes with a run and is no part of a template, with stand-ins for what is sensitive; `digest` is
    that of all that a run is started for.
    """

    kind: str
    name: str = ""
    state: str = "none"
    triggers: str = "keep"
    allow_older_base: bool = False
    digest: str = ""
    call: Call = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Sent):
    """One task, and what becomes of it: `action` is update, unchanged, run, or resolve.

    `prune`: no manifest speaks of the task any more, and it goes back to its newest base.
    `task.version` is the resolved base. `unchanged` counts the fields a manifest could set that stay as they are.
    `deferred`: the version is known in a task only. `locked`: the lock said what `latest` stands for. `desired`, and
    the `inputs` and the `call` of a run are what is submitted, with every value in it; a saved plan has none of them,
    and they are made again from the catalog. `settings` have every value too, but for those of a saved plan.
    `requests` are (live, desired) by resource, in billionths and times the replicas there may be, `attempts` how often
    live and desired may be tried, the first time included; `replicas` are those of desired, `pools` the reuse pools of
    live and desired, "" without one. `cached`: results of desired are cached.
    `strategy_at` is the line of the strategy, where one is written.
    """

    org: str
    task: TaskVersion
    live_version: str
    selector: Selector
    strategy: str
    action: str
    manifests: tuple[Source, ...]
    fields: tuple[Field, ...]
    base_digest: str
    live_digest: str
    desired_digest: str
    submit: Submit
    settings: tuple[Setting, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    other_triggers: int = 0
    unchanged: int = 0
    deferred: bool = False
    locked: bool = False
    prune: bool = False
    notes: tuple[Note, ...] = ()
    requests: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    attempts: tuple[int, int] = (1, 1)
    replicas: int = 1
    pools: tuple[str, str] = ("", "")
    cached: bool = False
    strategy_at: Position | None = None
    desired: TaskSpec | None = None
    inputs: Inputs | None = None
    call: Call = ()
    secrecy: Secrecy = field(default=Secrecy(), repr=False)

    @property
    def submits(self) -> bool:
        """Whether applying it makes a version, a run, or a trigger point elsewhere."""
        return self.action in ("update", "run")

    @property
    def is_tried(self) -> bool:
        """Whether an apply has an event for it: also where its run has a name that is taken, which can only fail."""
        return self.submits or self.submit.state == "taken"

    @property
    def effects(self) -> tuple[str, ...]:
        """What submitting it does: those of all its fields, none when nothing is submitted."""
        return together(effect for field in self.fields for effect in field.effects) if self.submits else ()

    @property
    def order(self) -> Order:
        """Where it stands in a plan. One task may have several runs, and a version beside them."""
        task, manifests = self.task.task, self.manifests
        names, places = [one.name for one in manifests], [one.position for one in manifests]
        return task.project, task.domain, task.name, self.submit.kind, names, places

    @property
    def run_by(self) -> tuple[str, ...]:
        """The names of the manifests of a run, which tell it from the others of its task; none of a version."""
        return tuple(sorted(one.name for one in self.manifests)) if self.submit.kind == "run" else ()

    @property
    def run(self) -> RunName:
        """The name of the run that it is, where it is one."""
        from flyteplan.model.run import RunName

        task = self.task.task
        return RunName(task.project, task.domain, self.submit.name)

    @property
    def position(self) -> Position:
        """Where it is asked for: in its first manifest, or by the flag that asks for what has none."""
        return self.manifests[0].position if self.manifests else PRUNE


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A frozen, ordered, deterministic value: the same inputs give the same bytes.

    `left_out` is how many tasks the manifests are about that were not chosen. `judgement` is what policies and
    guards say of it, None where there are none.
    """

    target: str
    catalog: str
    org: str
    project: str
    domain: str
    changes: tuple[Change, ...]
    left_out: int = 0
    judgement: Judgement | None = None


class Asked(NamedTuple):
    """What one version asks for: `requests`, `attempts` and `pools` as in `Change`."""

    requests: Mapping[str, tuple[int, int]]
    attempts: tuple[int, int]
    pools: tuple[str, str]


def asked(changes: Iterable[Change]) -> list[Asked]:
    """What each version asks for; a run is none."""
    return [Asked(one.requests, one.attempts, one.pools) for one in changes if one.submit.kind == "version"]


def totals(versions: Iterable[Asked], *, retried: bool = False) -> dict[str, tuple[int, int]]:
    """What all versions ask for, (live, desired) by resource. Tasks that share a pool ask for it once.

    *retried*: in the worst case, when every attempt of every task fails but the last; a pool is there once for all.
    """
    found: dict[str, tuple[int, int]] = {}
    seen: set[tuple[int, str]] = set()
    for one in versions:
        first, second = _times(one, seen, retried=retried)
        for name, (live, desired) in one.requests.items():
            before, after = found.get(name, (0, 0))
            found[name] = (before + live * first, after + desired * second)
    return found


def _times(one: Asked, seen: set[tuple[int, str]], *, retried: bool) -> tuple[int, int]:
    """How often live and desired count. *seen* has the pools that did, by side, and gets those of *one*."""
    attempts = one.attempts if retried else (1, 1)
    if not any(one.pools):
        return attempts
    sides = [*enumerate(one.pools)]
    live, desired = [(side not in seen) if side[1] else times for side, times in zip(sides, attempts, strict=True)]
    seen.update(sides)
    return live, desired
