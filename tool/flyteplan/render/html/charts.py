"""What the versions of a plan ask for, live against desired."""

from __future__ import annotations

from collections.abc import Iterable

from flyteplan.model import quantity
from flyteplan.model.plan import Change, Plan, asked, totals
from flyteplan.render.groups import full_name
from flyteplan.render.html.cards import anchor
from flyteplan.render.html.view import Bar, Chart, Share
from flyteplan.render.magnitude import magnitude

_NAMES = {"cpu": "CPU", "memory": "Memory", "gpu": "GPU"}
_LARGEST = 3


def charts(plan: Plan) -> tuple[Chart, ...]:
    """One for each resource that anything asks for."""
    found = totals(asked(plan.changes))
    return tuple(_chart(name, *found[name], plan) for name in _NAMES if any(found.get(name, ())))


def _chart(name: str, live: int, desired: int, plan: Plan) -> Chart:
    longest = max(live, desired)
    return Chart(
        name=_NAMES[name],
        difference=_difference(name, live, desired),
        bars=(_bar("Live", live, longest, name), _bar("Desired", desired, longest, name)),
        largest=_largest(name, plan),
    )


def _bar(label: str, amount: int, longest: int, name: str) -> Bar:
    return Bar(label=label, amount=quantity.show(amount, binary=name == "memory"), width=_percent(amount, longest))


def _difference(name: str, live: int, desired: int) -> str:
    if live == desired:
        return "no change"
    texts = [quantity.exact(amount, binary=name == "memory") for amount in (live, desired)]
    return " ".join(filter(None, magnitude(f"resources.requests.{name}", *texts)))


def _largest(name: str, plan: Plan) -> tuple[Share, ...]:
    """The tasks that change a total the most, whichever way."""
    changing = [change for change in plan.changes if _by(name, change)]
    ordered = sorted(changing, key=lambda change: -abs(_by(name, change)))[:_LARGEST]
    most = max((abs(_by(name, change)) for change in ordered), default=0)
    return tuple(_share(name, change, most, plan) for change in ordered)


def _share(name: str, change: Change, most: int, plan: Plan) -> Share:
    by = _by(name, change)
    return Share(
        anchor=anchor(change, plan),
        name=full_name(change, plan),
        difference=f"{'+' if by > 0 else '-'}{quantity.show(abs(by), binary=name == 'memory')}",
        width=_percent(abs(by), most),
    )


def _by(name: str, change: Change) -> int:
    """By how much a version changes a total."""
    live, desired = change.requests.get(name, (0, 0))
    return desired - live if change.submit.kind == "version" else 0


def _percent(amount: int, of: int) -> str:
    return f"{100 * amount / of:.1f}" if of else "0"


def replicated(changes: Iterable[Change]) -> bool:
    return any(change.replicas > 1 for change in changes)
