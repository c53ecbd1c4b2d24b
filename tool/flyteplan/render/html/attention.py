"""What of a plan can hurt, for the top of the page: each thing once, with the tasks that it is about."""

from __future__ import annotations

from flyteplan.model.plan import Plan
from flyteplan.render.attention import Told, told
from flyteplan.render.groups import full_name
from flyteplan.render.html.cards import anchor, worded
from flyteplan.render.html.rows import linked
from flyteplan.render.html.view import Link, Warned


def warned(plan: Plan, link: Link) -> tuple[Warned, ...]:
    return tuple(_warned(one, plan, link) for one in told(plan))


def _warned(one: Told, plan: Plan, link: Link) -> Warned:
    position = one.alert.position
    return Warned(
        alert=worded(one.alert),
        tasks=tuple(dict.fromkeys((anchor(change, plan), full_name(change, plan)) for change in one.changes)),
        source=linked(position, link) if position.path else None,
    )
