"""Whether a change is done already, or the ground that its plan stood on has moved."""

from __future__ import annotations

from collections.abc import Iterator

from flyteplan.apply.present import Present, made
from flyteplan.model.derived import is_derived
from flyteplan.model.plan import Change
from flyteplan.model.task import Template, Trigger, Triggers


def is_done(change: Change, present: Present) -> bool:
    """Whether the live version already is as desired, whoever made it so; or the run is there that was planned."""
    if change.submit.kind == "run":
        run = present.runs.get(change.run)
        return run is not None and run.digest == change.submit.digest
    live = present.live(change)
    if change.submit.kind != "version" or live is None or present.digest(live) != change.desired_digest:
        return False
    return not lagging(change, present)


def lagging(change: Change, present: Present) -> tuple[Trigger, ...]:
    """The triggers that are to be moved and start another version than the live one."""
    newest = present.newest.get(change.task.task)
    if change.submit.triggers != "retarget" or newest is None:
        return ()
    return present.triggers.get(change.task.task, Triggers()).behind(newest.live)


def moved(change: Change, present: Present) -> str:
    """The first thing that is not as the plan saw it, "" when all is."""
    return "" if change.deferred or is_done(change, present) else next(_moves(change, present), "")


def _moves(change: Change, present: Present) -> Iterator[str]:
    base, live, version = present.templates.get(change.task), present.live(change), change.task.version
    if base is None:
        yield f"the base {version} is gone"
    elif present.digest(base) != change.base_digest:
        yield f"the base {version} was deployed again with another spec"
    if live is not None:
        yield from _live_moves(change, live, present)
    if change.submit.kind == "version":
        yield from _own_moves(change, present)
    else:
        yield from _base_moves(change, present)
    if change.action == "run" and change.run in present.runs:
        yield f"there already is a run {change.submit.name}, started for something else"


def _live_moves(change: Change, live: Template, present: Present) -> Iterator[str]:
    """A run does not mind a new derived version, which the same plan may have made; a pinned one minds no new one."""
    version = live.key.version
    if change.submit.kind != "version" and (is_derived(version) or change.selector.version):
        return
    if version != change.live_version:
        yield f"the newest version is {version}, and was {change.live_version}"
    elif present.digest(live) != change.live_digest:
        yield f"the live version {version} was deployed again with another spec"


def _base_moves(change: Change, present: Present) -> Iterator[str]:
    """A newer base may hide behind a derived version of it, which nobody minds who makes none."""
    newest = present.newest.get(change.task.task)
    if newest is None or change.locked or change.selector.auto_version != "latest":
        return
    if newest.base != change.task.version:
        yield f"the newest base is {newest.base}, and was {change.task.version}"


def _own_moves(change: Change, present: Present) -> Iterator[str]:
    """Of what is as desired already, the triggers that are to be moved along may have gone back.

    Where nobody asked for triggers, none have.
    """
    if change.submit.state == "new" and present.has(made(change)):
        yield f"there already is a version {change.submit.name}"
    triggers = present.triggers.get(change.task.task)
    if triggers is not None and _triggers(triggers) != _planned_triggers(change):
        yield "its triggers have changed"


def _planned_triggers(change: Change) -> object:
    return _triggers(Triggers(known=change.triggers, others=change.other_triggers))


def _triggers(triggers: Triggers) -> object:
    """A trigger that starts another version has another revision."""
    return sorted((one.name, one.active, one.revision) for one in triggers.known), triggers.others
