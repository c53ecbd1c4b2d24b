"""From the flags of a command to a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flyteplan import pipeline
from flyteplan.cli.clock import moment
from flyteplan.cli.output import show_problems
from flyteplan.cli.progress import watch
from flyteplan.cli.rulebook import read_rulebook
from flyteplan.cli.sources import is_near, open_catalog, placed
from flyteplan.errors import Problem, UsageError
from flyteplan.model.config import Target
from flyteplan.model.deployment import Provenance
from flyteplan.model.plan import Plan
from flyteplan.ports import Reading
from flyteplan.record import dataclass
from flyteplan.shard import spread
from flyteplan.workspace import open_workspace, planning
from flyteplan.workspace.current import current_version
from flyteplan.workspace.lockfile import read_lock
from flyteplan.workspace.planning import Stage, checked_manifests

if TYPE_CHECKING:
    from flyteplan.model.part import Share

# Who hears of warnings.
Tell = Callable[[Iterable[Problem]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The flags that decide what is planned, and against what."""

    paths: tuple[str, ...]
    target: str | None
    catalog: str | None
    org: str | None
    project: str | None
    domain: str | None
    select: tuple[str, ...]
    exclude: tuple[str, ...]
    current_version: str | None
    locked: bool
    again: bool = False
    prune: bool = False
    policy_from: str | None = None
    as_of: str | None = None

    @property
    def flags(self) -> dict[str, str | None]:
        return {"org": self.org, "project": self.project, "domain": self.domain}


def prepare(
    paths: tuple[str, ...],
    target: str | None,
    catalog: str | None,
    flags: Mapping[str, str | None],
    over: Callable[[Target], Reading] = lambda _: spread,
) -> Stage:
    """Raises InputError with all that is wrong in the manifests. *over* is how those of a target are read."""
    workspace = open_workspace()
    place = placed(workspace.target(target), catalog, flags)
    checked = checked_manifests(paths, place, workspace, watch(), over(place))
    source = open_catalog(place, catalog, workspace)
    return Stage(workspace=workspace, checked=checked, target=place, catalog=source, near=is_near(place, catalog))


def make_plan(asked: Asked, tell: Tell = show_problems) -> Plan:
    """The plan; its warnings are told. Raises InputError with all that is wrong when there is none."""
    return planned(prepare(asked.paths, asked.target, asked.catalog, asked.flags), asked, tell)


def planned(stage: Stage, asked: Asked, tell: Tell = show_problems) -> Plan:
    """As `make_plan`, of what is prepared already."""
    now = moment(asked.as_of)
    rulebook = read_rulebook(stage.workspace, stage.target, asked.policy_from, now)
    plan, _ = _planned(stage, asked, tell, None)
    return pipeline.judge(plan, plan.changes, rulebook, now)


def told_in_parts(asked: Asked, part: pipeline.Tell, tell: Tell = show_problems) -> tuple[Plan, tuple[Any, ...]]:
    """The plan, without changes in it, and what *part* makes of its parts, which no policy has judged yet."""
    stage = prepare(asked.paths, asked.target, asked.catalog, asked.flags)
    now = moment(asked.as_of)
    rulebook = read_rulebook(stage.workspace, stage.target, asked.policy_from, now)

    def judged_part(plan: Plan) -> tuple[pipeline.Heard, Any]:
        return pipeline.heard(plan.target, plan.changes, rulebook, now), part(plan)

    plan, parts = _planned(stage, asked, tell, judged_part)
    return pipeline.judged(plan, [heard for heard, _ in parts], rulebook, now), tuple([made for _, made in parts])


def _planned(stage: Stage, asked: Asked, tell: Tell, part: pipeline.Tell | None) -> tuple[Plan, tuple[Any, ...]]:
    made = made_of(stage, asked, part=part)
    plan, problems = planning.settled(stage, made)
    tell(problems)
    return plan, made.told


def made_of(
    stage: Stage, asked: Asked, *, share: Share | None = None, part: pipeline.Tell | None = None
) -> pipeline.Planned:
    """What the flags ask for, of all tasks or of those of a *share*. *part*: see `pipeline.plan`."""
    return planning.made_of(
        stage,
        choice=pipeline.Choice(select=asked.select, exclude=asked.exclude),
        current=asked.current_version,
        locked=asked.locked,
        again=asked.again,
        prune=_pruning(stage, asked) if asked.prune else None,
        share=share,
        tell=part,
        watch=watch(),
    )


def problems_of_plan(stage: Stage, current: str | None) -> tuple[Problem, ...]:
    """What is wrong with the plan of all tasks, where somebody asks for that alone."""
    made = pipeline.plan(
        stage.checked.manifests,
        stage.target,
        stage.catalog,
        current=current_version(current),
        choice=pipeline.Choice(),
        lock=read_lock(stage.workspace),
        watch=watch(),
    )
    return made.problems


def provenance(stage: Stage) -> Provenance | None:
    """Whose versions are ours, by their tags; None where flyteplan.yaml names no owner."""
    name = stage.workspace.config.owner
    return Provenance(owner=name, target=stage.target.name) if name else None


def _pruning(stage: Stage, asked: Asked) -> Provenance:
    """Raises UsageError where pruning would undo what it should not."""
    if asked.paths:
        raise UsageError(
            "--prune takes no PATHS: the tasks of all other manifests would look as if theirs were gone "
            "(leave them out; --select and --exclude choose tasks)"
        )
    found = provenance(stage)
    if found is None:
        raise UsageError(
            "--prune goes by the owner of flyteplan.yaml, and there is none "
            "(add `owner: ...`; what is applied from then on carries it)"
        )
    return found
