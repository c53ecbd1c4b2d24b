"""What a plan that is made now does otherwise than a saved one that does not hold any more."""

from __future__ import annotations

from contextlib import suppress

from flyteplan.cli.output import show
from flyteplan.cli.planning import Asked, planned, prepare
from flyteplan.errors import FlyteplanError
from flyteplan.model.plan import Plan
from flyteplan.plan.comparison import comparison
from flyteplan.record import replace
from flyteplan.render.compared import differences
from flyteplan.render.style import Span


def show_moved(saved: Plan, asked: Asked) -> None:
    """Of the layers of the target, on standard error. Nothing where no plan can be made: it was not asked for."""
    with suppress(FlyteplanError):
        stage = prepare((), asked.target or saved.target or None, asked.catalog, asked.flags)
        now = planned(stage, replace(asked, paths=()), tell=lambda _: None)
        known = {change.task.task for change in saved.changes}
        same = replace(now, changes=tuple(change for change in now.changes if change.task.task in known))
        title = (Span("A plan made now differs from the saved one:", "bold"),)
        show([title, *differences(comparison(saved, same, live=True)), ()], err=True)
