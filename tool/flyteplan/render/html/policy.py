"""What policies and guards say, for the top of the page."""

from __future__ import annotations

from flyteplan.model.plan import Plan
from flyteplan.model.task import TaskName
from flyteplan.render import judged
from flyteplan.render.groups import task_name
from flyteplan.render.html.cards import anchor
from flyteplan.render.html.rows import linked
from flyteplan.render.html.view import Link, Verdict, nowhere


def verdicts(plan: Plan, link: Link) -> tuple[Verdict, ...]:
    anchors: dict[TaskName, str] = {}
    for change in plan.changes:
        anchors.setdefault(change.task.task, anchor(change, plan))
    return tuple(_verdict(one, plan, anchors, link) for one in judged.verdicts(plan.judgement))


def _verdict(one: judged.Verdict, plan: Plan, anchors: dict[TaskName, str], link: Link) -> Verdict:
    """Rules of another revision have no link, as their lines may be others here."""
    follow = nowhere if plan.judgement and plan.judgement.revision else link
    places = [(one.cause, link), (one.rule_at, follow)]
    return Verdict(
        outcome=one.outcome,
        name=one.name,
        message=one.message,
        tasks=tuple((anchors.get(task, ""), task_name(task, plan)) for task in one.tasks),
        places=tuple(linked(position, to) for position, to in places if position and position.path),
    )
