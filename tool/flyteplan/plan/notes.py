"""What a reviewer should know of one change beside its fields."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from flyteplan.model.plan import KEPT, OLDER_BASE, Note
from flyteplan.model.resolution import Resolution
from flyteplan.model.task import Template

if TYPE_CHECKING:
    from flyteplan.model.run import Naming, Run


def notes_of(resolution: Resolution, base: Template, naming: Naming | None, action: str) -> tuple[Note, ...]:
    """Of the base, the triggers and the run. *naming* is that of a run; *action* as in `model.plan.Change`."""
    notes = _Notes(resolution, base)
    if naming and naming.found:
        return (*notes.found(naming, naming.found), *notes.newer_base())
    triggers = notes.triggers() if action == "update" else ()
    return (*triggers, *notes.older_base(goes_back=action == "update"), *notes.newer_base())


class _Notes:
    def __init__(self, resolution: Resolution, base: Template) -> None:
        self._resolution, self._intent, self._base = resolution, resolution.intent, base

    def found(self, naming: Naming, found: Run) -> tuple[Note, ...]:
        if found.digest == naming.digest:
            return _phase(found)
        message = (
            f"the run {found.name.name} was started for something else, and a name is one run's: this one does not "
            "start; give it another submit.run.name, or none"
        )
        return (Note(code="run-name-taken", message=message, attention=True),)

    def newer_base(self) -> tuple[Note, ...]:
        newest, name = self._resolution.newest_base, self._base.key.task.name
        if not self._resolution.locked or newest in ("", self._base.key.version):
            return ()
        message = f"{newest} was deployed since; flyteplan lock --upgrade {shlex.quote(name)} takes it"
        return (Note(code="newer-base", message=message),)

    def triggers(self) -> tuple[Note, ...]:
        if self._intent.prunes:
            return self._untold_triggers()
        count = self._resolution.triggers.count
        if self._intent.retargets and not count:
            return (Note(code="no-triggers", message="submit.triggers: retarget finds no triggers to move"),)
        if not count or self._intent.retargets:
            return ()
        what = "1 trigger goes" if count == 1 else f"{count} triggers go"
        message = f"{what} on running the version before this one; submit.triggers: retarget moves all"
        return (Note(code=KEPT, message=message, attention=True),)

    def _untold_triggers(self) -> tuple[Note, ...]:
        """Those that are known to start the version before are moved. Of others it may not be known what they start."""
        triggers = self._resolution.triggers
        if not triggers.others and all(trigger.revision for trigger in triggers.known):
            return ()
        message = (
            "the catalog does not tell which version its triggers start, so they stay as they are; where it is the "
            "version before this one, deploy the task from its code again"
        )
        return (Note(code="triggers-not-told", message=message, attention=True),)

    def older_base(self, *, goes_back: bool) -> tuple[Note, ...]:
        """Of what is live already nothing goes back any more, but a comparison of two plans tells that it did."""
        newest, base = self._resolution.newest_base, self._base.key.version
        if newest in ("", base) or self._intent.kind != "version":
            return ()
        allowed = self._intent.settings.value("submit", "allow_older_base")
        refused = "would go back, and apply refuses it without submit.allow_older_base: true"
        message = f"base {base} is older than {newest}: callers of latest {'go back to it' if allowed else refused}"
        return (Note(code=OLDER_BASE, message=message, attention=goes_back),)


def _phase(found: Run) -> tuple[Note, ...]:
    """What has ended badly is not started again by itself, and not by a plan that looks as if all were well."""
    if not found.has_ended or found.is_good:
        return ()
    return (Note(code="run-ended", message=f"it has ended: {found.phase}", attention=True),)
