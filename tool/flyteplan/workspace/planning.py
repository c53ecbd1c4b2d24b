"""From a workspace to a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from flyteplan import pipeline
from flyteplan.errors import InputError, Problem, failure
from flyteplan.files.schema import read_schema
from flyteplan.model.config import Target
from flyteplan.model.plan import Plan
from flyteplan.model.resolution import Group
from flyteplan.model.task import TaskName
from flyteplan.ports import Catalog, Found, Reading, Spread, Waiting, Watch, alone, idle, unwatched
from flyteplan.record import dataclass
from flyteplan.shard import copies, spread
from flyteplan.validate import Validator
from flyteplan.workspace import MANIFEST_SCHEMA, Workspace, layers_of, manifest_files
from flyteplan.workspace.current import current_version
from flyteplan.workspace.lockfile import read_lock
from flyteplan.workspace.watching import counting, watched

if TYPE_CHECKING:
    from flyteplan.model.deployment import Provenance
    from flyteplan.model.part import Share

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a plan and a lock are made of: valid manifests, the target they go to, and its catalog.

    `near`: the catalog is files of this machine, which several processes may ask as well as one.
    """

    workspace: Workspace
    checked: pipeline.Manifests
    target: Target
    catalog: Catalog
    near: bool = False


def checked_manifests(
    paths: tuple[str, ...], target: Target, workspace: Workspace, watch: Watch = unwatched, reading: Reading = spread
) -> pipeline.Manifests:
    """The manifests of *paths*, without any those of the target. Raises InputError with all that is wrong in them."""
    layers = layers_of(paths) if paths else workspace.layers(target)
    order = tuple(range(len(layers)))
    files = manifest_files(layers, workspace)
    reading = _prepared(watched(reading, watch, counting(layers, workspace)))
    checked = pipeline.validate(files, Validator(read_schema(MANIFEST_SCHEMA)), (order,), spread=reading)
    if not checked.valid:
        raise InputError(checked.problems)
    return checked


def _prepared(reading: Reading) -> Reading:
    """As *reading*; where other processes read, this one meanwhile imports what all of them are going to plan with."""

    def read(
        work: Callable[[Iterable[Found]], _Part],
        found: Iterable[Found],
        name: Callable[[Found], str],
        waiting: Waiting = idle,
        /,
    ) -> Sequence[_Part]:
        return reading(work, found, name, partial(_importing, waiting))

    return read


def _importing(waiting: Waiting, moments: Iterable[None]) -> Iterable[None]:
    from flyteidl2.task import task_definition_pb2  # noqa: F401

    return waiting(moments)


def made_of(
    stage: Stage,
    *,
    choice: pipeline.Choice,
    current: str | None,
    locked: bool,
    again: bool = False,
    prune: Provenance | None = None,
    share: Share | None = None,
    tell: pipeline.Tell | None = None,
    watch: Watch = unwatched,
) -> pipeline.Planned:
    """The plan, or that of a *share* of the tasks; or none, with all that is wrong.

    *current* is the version of the running deployment where the user says it; *locked* holds to flyteplan.lock.
    *tell*: see `pipeline.plan`.
    """
    catalog, spread = _shared(stage) if tell else (stage.catalog, alone)
    return pipeline.plan(
        stage.checked.manifests,
        stage.target,
        catalog,
        current=current_version(current),
        choice=choice,
        lock=read_lock(stage.workspace, needed=locked),
        strict=locked,
        again=again,
        prune=prune,
        share=share,
        tell=tell,
        spread=spread,
        watch=watch,
    )


def _shared(stage: Stage) -> tuple[Catalog, Spread]:
    """The catalog, and who plans from it: copies of this process ask files themselves, and an endpoint through it."""
    if stage.near:
        return stage.catalog, copies
    from flyteplan.shard.relayed import Relayed

    relayed = Relayed(stage.catalog)
    return relayed, partial(relayed.copies, _tasks)


def _tasks(groups: Iterable[Group]) -> set[TaskName]:
    return {one.task for one in groups}


def settled(stage: Stage, made: pipeline.Planned) -> tuple[Plan, tuple[Problem, ...]]:
    """The plan and its warnings. Raises InputError with all that is wrong when there is none."""
    problems = (*stage.checked.problems, *made.problems)
    if made.plan is None:
        raise failure(problems)
    return made.plan, problems
