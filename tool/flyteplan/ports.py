"""What the stages ask of the world. The edges answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

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
_Part = TypeVar("_Part")


class Spread(Protocol):
    """Who reads many files: one process, or several at once."""

    def __call__(self, work: Callable[[Iterable[Found]], _Part], found: Iterable[Found], /) -> Sequence[_Part]:
        """What *work* makes of *found*, in as many parts as it was given to, each file to one of them.

        *work* and its answers may be sent to other processes. What it raises is raised here.
        """


def alone(work: Callable[[Iterable[Found]], _Part], found: Iterable[Found], /) -> Sequence[_Part]:
    """The `Spread` of one process."""
    return [work(found)]


_Item = TypeVar("_Item")
# How many items there will be, where it takes some time to find out.
Total: TypeAlias = "Callable[[], int | None]"


class Watch(Protocol):
    """Who looks how far the work is."""

    def __call__(self, what: str, items: Iterable[_Item], /, total: int | Total | None = None) -> Iterable[_Item]:
        """*items* as they are, to be gone through once. *what* is done with them, in words ("Reading manifests")."""


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
