"""Deployed tasks -> manifests that say what they have: written, read and planned until planning changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flyteplan.errors import InputError
from flyteplan.model.config import Target
from flyteplan.model.plan import Change, differ
from flyteplan.model.task import TaskName
from flyteplan.pipeline.choice import Choice
from flyteplan.pipeline.planning import plan
from flyteplan.pipeline.reading import validate
from flyteplan.ports import Catalog
from flyteplan.render.manifest import Deployed, Draft, Place, manifests
from flyteplan.validate import Validator

# The file of a manifest that is only tried.
_DRAFT = "<import>"


def written(tasks: Sequence[Deployed], target: Target, catalog: Catalog, validator: Validator, modeline: str) -> str:
    """Deployed tasks -> their manifests. What a manifest can not say, or would change, is left out of it.

    Raises InputError for a task that no manifest can name.
    """
    without: dict[Place, str] = {}
    while True:
        draft = manifests(tasks, without, modeline)
        refused = _refused(draft, {one.task: one for one in tasks}, target, catalog, validator)
        if not refused:
            return draft.text
        without |= refused


def _refused(
    draft: Draft, tasks: Mapping[TaskName, Deployed], target: Target, catalog: Catalog, validator: Validator
) -> dict[Place, str]:
    """What is wrong in a draft, and what in it changes its task. Both only show when it is read and planned."""
    checked = validate([(0, _DRAFT, draft.text.encode())], validator, [[0]])
    made = plan(checked.manifests, target, catalog, current=None, choice=Choice()) if checked.valid else None
    wrong = [one for one in (made or checked).problems if one.severity == "error"]
    if any(one.position.line not in draft.places for one in wrong):
        raise InputError(wrong)
    found = {draft.places[one.position.line]: one.message for one in wrong}
    for one in made.plan.changes if made and made.plan else ():
        found |= dict.fromkeys(_changing(one, tasks[one.task.task], draft), "it can not be said without a change")
    return found


def _changing(change: Change, task: Deployed, draft: Draft) -> Iterable[Place]:
    """What makes *change* out of what should stay as it is; a guess where no field tells, for odd templates."""
    fields = [one for one in change.fields if differ(one.base if task.pinned else one.live, one.desired)]
    told = [draft.places[one.set_by.line] for one in fields if one.set_by]
    if told or not fields or task.present.key != task.base.key:
        return told
    names = list(dict.fromkeys(path[0] for whose, path in draft.places.values() if whose == task.task))
    guess = next((name for name in names if name in fields[0].path), names[0])
    return [(task.task, (guess,))]
