"""What is applied: a plan that is made now, or one that was saved, and where it goes."""

from __future__ import annotations

import os
import shlex

from flyteplan import pipeline
from flyteplan.cli.clock import moment
from flyteplan.cli.options import names_a_catalog
from flyteplan.cli.output import show
from flyteplan.cli.planning import Asked, planned
from flyteplan.cli.progress import watch
from flyteplan.cli.rulebook import read_rulebook
from flyteplan.cli.sources import open_controller, placed
from flyteplan.errors import UsageError
from flyteplan.files.paths import shown
from flyteplan.model.config import Target
from flyteplan.model.filenames import DATABASE_SUFFIX, SNAPSHOT_SUFFIX
from flyteplan.model.plan import Change, Plan
from flyteplan.ports import Catalog, Controller
from flyteplan.record import dataclass, replace
from flyteplan.render.style import Span
from flyteplan.workspace import Workspace, open_workspace
from flyteplan.workspace.planning import Stage, checked_manifests
from flyteplan.workspace.savedplan import is_neither, is_saved_plan, not_plans, read_plan, same_target, with_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """`changes` are those that count: of a plan made now, what it changes; of a saved one, all that it stands on.

    `catalog` is what they were read from.
    """

    workspace: Workspace
    plan: Plan
    changes: tuple[Change, ...]
    controller: Controller
    catalog: Catalog
    saved: bool


def ready(asked: Asked) -> Ready:
    """Raises InputError, StaleError or UsageError with all that keeps it from being applied."""
    workspace = open_workspace()
    if any(map(is_saved_plan, asked.paths)):
        return _saved(asked, workspace)
    if any(map(is_neither, asked.paths)):
        raise not_plans(filter(is_neither, asked.paths))
    target = placed(workspace.target(asked.target), asked.catalog, asked.flags)
    controller = open_controller(target, asked.catalog, workspace)
    manifests = checked_manifests(asked.paths, target, workspace, watch())
    stage = Stage(workspace=workspace, checked=manifests, target=target, catalog=controller.now())
    plan = planned(stage, asked)
    changing = tuple(one for one in plan.changes if one.is_tried)
    return Ready(
        workspace=workspace, plan=plan, changes=changing, controller=controller, catalog=stage.catalog, saved=False
    )


def _saved(asked: Asked, workspace: Workspace) -> Ready:
    if len(asked.paths) > 1:
        raise UsageError("a saved plan is applied alone, without other paths")
    if asked.select or asked.exclude or asked.current_version or asked.locked or asked.again or asked.prune:
        flags = "--select, --exclude, --current-version, --locked, --again or --prune"
        raise UsageError(f"a saved plan is applied as it is, without {flags}")
    (path,) = asked.paths
    plan = read_plan(path, to_apply=True)
    target = placed(workspace.target(asked.target or plan.target or None), asked.catalog, asked.flags)
    same_target(plan, target, path)
    controller = _controller_of(plan, target, asked, workspace)
    catalog = controller.now()
    _tell_place(plan, catalog.address)
    plan = with_values(plan, target.salt, workspace)
    changes = pipeline.restored(plan, catalog)
    now = moment(None)
    rulebook = read_rulebook(workspace, target, asked.policy_from, now)
    plan = pipeline.judge(replace(plan, judgement=None), changes, rulebook, now)
    return Ready(workspace=workspace, plan=plan, changes=changes, controller=controller, catalog=catalog, saved=True)


def _controller_of(plan: Plan, target: Target, asked: Asked, workspace: Workspace) -> Controller:
    """Where nothing can be submitted, the plan may know a place where it can: a saved plan brings no flags along."""
    try:
        return open_controller(target, asked.catalog, workspace)
    except UsageError:
        own = (target.endpoint, shown(os.path.join(workspace.root, target.catalog), workspace.root))
        if names_a_catalog(asked.catalog) or plan.catalog in own or plan.catalog.endswith(SNAPSHOT_SUFFIX):
            raise
        message = f"the plan was made with {plan.catalog}, which is not the catalog of target {target.name}"
        raise UsageError(f"{message} (apply it there: give {_flag(plan.catalog, workspace.root)})") from None


def _flag(catalog: str, root: str) -> str:
    """That says *catalog*, as a plan made in *root* has it."""
    path = catalog if os.path.isabs(catalog) else os.path.relpath(os.path.join(root, catalog))
    is_file = catalog.endswith(DATABASE_SUFFIX) or os.path.exists(path)
    return f"--catalog {shlex.quote(path)}" if is_file else f"--endpoint {shlex.quote(catalog)}"


def _tell_place(plan: Plan, address: str) -> None:
    """One place may be written in many ways, so that it is no error; another place looks as if all had moved."""
    if plan.catalog != address:
        told = f"The plan was made with {plan.catalog}, and is applied to {address}."
        show([(Span(told, "attention"),)], err=True)
