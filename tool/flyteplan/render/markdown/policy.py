"""What policies and guards say, for the top of a comment: with every task and line as long as there is room for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flyteplan.errors import Position
from flyteplan.model.plan import Plan
from flyteplan.render.groups import named, task_name
from flyteplan.render.judged import Verdict
from flyteplan.render.markdown.escape import code, prose
from flyteplan.render.markdown.page import Page
from flyteplan.render.markdown.rows import linked, located
from flyteplan.render.values import shortened
from flyteplan.render.wording import counted

_NAMES = 100
_RULE = 60
_MESSAGE = 400


def in_full(found: Iterable[Verdict], plan: Plan, page: Page, *, links: bool) -> Iterator[str]:
    """The line of the manifest, and that of the rule, which has a link where it was read in this revision."""
    return (_whole(one, plan, page, links=links) for one in found)


def _whole(one: Verdict, plan: Plan, page: Page, *, links: bool) -> str:
    follows = links and not (plan.judgement and plan.judgement.revision)
    cause = _place(one.cause, page, links=links)
    rule = ", ".join(filter(None, (_name(one), _place(one.rule_at, page, links=follows))))
    who = f" {_who(one, plan)}:" if one.tasks else ""
    return " ".join(filter(None, (f"- **{one.outcome}**:{who} {_message(one)}", cause, f"({rule})")))


def _who(one: Verdict, plan: Plan) -> str:
    names = [task_name(task, plan) for task in one.tasks]
    return code(names[0]) if len(names) == 1 else f"{len(names)} tasks ({code(' '.join(named(names, _NAMES)))})"


def _place(position: Position | None, page: Page, *, links: bool) -> str:
    if position is None or not position.path:
        return ""
    return linked(position, page) if links else located(position)


def _message(one: Verdict) -> str:
    return prose(shortened(one.message, _MESSAGE))


def _name(one: Verdict) -> str:
    return code(shortened(one.name, _RULE))


def by_message(found: Iterable[Verdict]) -> list[str]:
    return _merged((f"{_message(one)} ({_name(one)})", one) for one in found)


def by_rule(found: Sequence[Verdict]) -> list[str]:
    return _merged((_name(one), one) for one in found)


def _merged(pairs: Iterable[tuple[str, Verdict]]) -> list[str]:
    """Each once, with the number of its tasks."""
    tasks: dict[tuple[str, str], set[object]] = {}
    for words, one in pairs:
        tasks.setdefault((one.outcome, words), set()).update(one.tasks)
    return [f"- **{outcome}**{_in(len(found))}: {words}" for (outcome, words), found in tasks.items()]


def _in(tasks: int) -> str:
    return f" in {counted(tasks, 'task')}" if tasks else ""
