"""Whether a change is done already, or the ground that its plan stood on has moved."""

from __future__ import annotations

from collections.abc import Iterator

from flyteplan.apply.present import Present, made
from flyteplan.diff import digest
from flyteplan.model.plan import Change
from flyteplan.model.task import Template, Triggers, is_derived


def is_done(change: Change, present: Present) -> bool:
    """Whether the live version already is as desired, whoever made it so; or the run is there that was planned."""
    if change.submit.kind == "run":
        run = present.runs.get(change.run)
        return run is not None and run.digest == change.submit.digest
    live = present.live(change)
    return change.submit.kind == "version" and live is not None and digest(live.spec) == change.desired_digest


def moved(change: Change, present: Present) -> str:
    """The first thing that is not as the plan saw it, "" when all is."""
    return "" if change.deferred or is_done(change, present) else next(_moves(change, present), "")


def _moves(change: Change, present: Present) -> Iterator[str]:
    base, live, version = present.templates.get(change.task), present.live(change), change.task.version
    if base is None:
        yield f"the base {version} is gone"
    elif digest(base.spec) != change.base_digest:
        yield f"the base {version} was deployed again with another spec"
    if live is not None:
        yield from _live_moves(change, live)
    if change.action == "update":
        yield from _own_moves(change, present)
    if change.action == "run" and change.run in present.runs:
        yield f"there already is a run {change.submit.name}, started for something else"


def _live_moves(change: Change, live: Template) -> Iterator[str]:
    """A run does not mind a new derived version, which the same plan may have made; a pinned one minds no new one."""
    version = live.key.version
    if change.submit.kind != "version" and (is_derived(version) or change.selector.version):
        return
    if version != change.live_version:
        yield f"the newest version is {version}, and was {change.live_version}"
    elif digest(live.spec) != change.live_digest:
        yield f"the live version {version} was deployed again with another spec"


def _own_moves(change: Change, present: Present) -> Iterator[str]:
    if present.has(made(change)):
        yield f"there already is a version {change.submit.name}"
    if _triggers(present.triggers.get(change.task.task, Triggers())) != _planned_triggers(change):
        yield "its triggers have changed"


def _planned_triggers(change: Change) -> object:
    return _triggers(Triggers(known=change.triggers, others=change.other_triggers))


def _triggers(triggers: Triggers) -> object:
    return sorted(triggers.known, key=lambda one: one.name), triggers.others
