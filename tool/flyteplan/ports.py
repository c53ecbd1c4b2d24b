"""What the stages ask of the world. The edges answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from flyteplan.record import dataclass, field_names

if TYPE_CHECKING:
    from flyteidl2.trigger.trigger_definition_pb2 import TriggerDetails

    from flyteplan.errors import Problem
    from flyteplan.model.deployment import Deployment, Retarget
    from flyteplan.model.run import Launch, Run, RunName
    from flyteplan.model.task import Listing, Newest, Scope, TaskName, TaskVersion, Template, Triggers


# A file's bytes, or why there are none.
Content: TypeAlias = "bytes | Problem"
# A manifest file: the number of its layer, the path it is shown by, and its content or what reads it.
Found: TypeAlias = "tuple[int, str, Content | Callable[[], Content]]"
_Item = TypeVar("_Item")
_Part = TypeVar("_Part")


# Is given a None for every moment that passes, and passes it on; whoever looks how far the work is looks then.
Waiting: TypeAlias = "Callable[[Iterable[None]], Iterable[None]]"


def idle(moments: Iterable[None]) -> Iterable[None]:
    """The `Waiting` of nobody who looks."""
    return moments


class Spread(Protocol):
    """Who does what is to be done for many things: one process, or several at once."""

    def __call__(
        self,
        work: Callable[[Iterable[_Item]], _Part],
        items: Iterable[_Item],
        name: Callable[[_Item], str],
        waiting: Waiting = idle,
        /,
    ) -> Sequence[_Part]:
        """What *work* makes of *items*, in as many parts as it was given to, each item to one of them.

        Items of one *name* go to the same part. *work* and its answers may be sent to other processes. What it raises
        is raised here. While only others work, what *waiting* gives is gone through.
        """


class Reading(Protocol):
    """A `Spread` of files."""

    def __call__(
        self,
        work: Callable[[Iterable[Found]], _Part],
        found: Iterable[Found],
        name: Callable[[Found], str],
        waiting: Waiting = idle,
        /,
    ) -> Sequence[_Part]: ...


def alone(
    work: Callable[[Iterable[_Item]], _Part],
    items: Iterable[_Item],
    name: Callable[[_Item], str],  # noqa: ARG001 (the port's signature)
    waiting: Waiting = idle,  # noqa: ARG001
    /,
) -> Sequence[_Part]:
    """The `Spread` of one process."""
    return [work(items)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What is going to be asked of a catalog: of which tasks their versions, what is live, the newest base, ..."""

    versions: Collection[TaskName] = ()
    live: Collection[TaskName] = ()
    bases: Collection[TaskName] = ()
    templates: Collection[TaskVersion] = ()
    triggers: Collection[TaskName] = ()
    runs: Collection[RunName] = ()

    def __or__(self, other: Ahead) -> Ahead:
        return Ahead(**{name: {*getattr(self, name), *getattr(other, name)} for name in field_names(Ahead)})


# How many items there will be, where it takes some time to find out.
Total: TypeAlias = "Callable[[], int | None]"


class Watch(Protocol):
    """Who looks how far the work is."""

    def __call__(self, what: str, items: Iterable[_Item], /, total: int | Total | None = None) -> Iterable[_Item]:
        """*items* as they are, to be gone through once. *what* is done with them, in words ("Reading manifests").

        One that is None is a moment that has passed, and nothing that was done.
        """


def unwatched(what: str, items: Iterable[_Item], /, total: int | Total | None = None) -> Iterable[_Item]:  # noqa: ARG001
    """The `Watch` of nobody."""
    return items


class Catalog(Protocol):
    """Where templates are read from: a snapshot file, the local catalog, or a Flyte endpoint.

    Every question is asked once for many tasks, so that an endpoint can answer it with few calls, and in an order
    that does not matter. An implementation decodes a template only when `templates` asks for it. All of them raise
    `CatalogError` when they can not answer; a name or a version that is not there is left out of the answer, and is
    no error here.
    """

    @property
    def address(self) -> str:
        """What a reader of the plan should know it by: a path or an endpoint, no credentials."""

    def listing(self, scope: Scope) -> Sequence[Listing]:
        """Every task of a scope, sorted by name. Asked when a manifest selects, and for what has no manifest."""

    def newest(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Newest]:
        """The newest version and the newest version that is not derived, by (first deployment, version)."""

    def live(self, tasks: Collection[TaskName]) -> Mapping[TaskName, str]:
        """The newest version, as `newest` has it, where nobody asks which of them is not derived."""

    def versions(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Sequence[str]]:
        """All versions of each task, newest first; none of one that is not there.

        Asked for few tasks: for suggestions, and for names that may be taken.
        """

    def templates(self, keys: Collection[TaskVersion]) -> Mapping[TaskVersion, Template]:
        """The deployed templates, each decoded at most once for a call."""

    def triggers(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Triggers]:
        """The triggers of the tasks that have any. They are a task's, whatever version they start."""

    def runs(self, names: Collection[RunName]) -> Mapping[RunName, Run]:
        """The runs of these names, as they are at this moment."""

    def newest_runs(self, scope: Scope) -> Iterator[Run]:
        """The runs of a scope, whoever started them, the newest first; read as far as they are taken."""

    def problems(self) -> Sequence[Problem]:
        """What was found on the way that a reader should know (fields this version can not hold), so far."""


class Controller(Protocol):
    """Where versions are deployed and runs are started: the local catalog or a Flyte endpoint.

    What `deploy`, `retarget` and `start` answer are the troubles of those that failed, in words. One that failed may be
    there all the same: whoever wants to know reads it back. They raise CatalogError when nothing more can be sent.
    """

    @property
    def executes(self) -> bool:
        """Whether somebody executes the runs that are started here."""

    def now(self) -> Catalog:
        """The catalog as it is at this moment: nothing that was read before is taken for it."""

    def ahead(self, questions: Ahead) -> Catalog:
        """As `now`, for whom these will be asked: an endpoint answers all of them in one round trip.

        They may be asked when they are, or not at all, and it may be asked for anything else. Versions are those of a
        moment before the rest. A template may be one that a catalog of this controller read some seconds ago, but none
        that was deployed here since; which versions there are is never older than this call.
        """

    def triggers(self, task: TaskName, names: Collection[str]) -> Sequence[TriggerDetails]:
        """All that is set of these triggers, in this order. Raises CatalogError, also when one is not there."""

    def deploy(self, deployments: Sequence[Deployment]) -> Mapping[TaskVersion, str]:
        """Makes the versions, all at once, or overwrites those of these names."""

    def retarget(self, moves: Sequence[Retarget]) -> Mapping[TaskVersion, str]:
        """Has the triggers start these versions; one that was changed since it was read stays as it is."""

    def start(self, launches: Sequence[Launch]) -> Mapping[RunName, str]:
        """Starts the runs, all at once; one whose name is taken is not started."""

    def abort(self, run: RunName, reason: str) -> None:
        """Ends a run, also one that has ended: whoever calls it looks first. Raises CatalogError."""
