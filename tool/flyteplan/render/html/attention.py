"""What of a plan can hurt, for the top of the page: each thing once, with the tasks that it is about."""

from __future__ import annotations

from collections.abc import Iterator

from flyteplan.model.plan import Change, Field, Plan
from flyteplan.render.fields import entry_of, reason, shown_fields
from flyteplan.render.groups import full_name
from flyteplan.render.html.cards import alerts, anchor
from flyteplan.render.html.view import Alert, Warned
from flyteplan.render.values import UNSET

_GPU_LOST = "gpu-lost"
_COLLATERAL = "collateral"
_GPU = "resources.requests.gpu"
_NO_GPU = (None, 0, "0")
_NAMED = 4


def warned(plan: Plan) -> tuple[Warned, ...]:
    """Lost GPUs first, else in the order of the plan."""
    found: dict[Alert, dict[tuple[str, str], None]] = {}
    for change in plan.changes:
        for alert in (*_of_fields(change), *alerts(change)):
            found.setdefault(alert, {})[anchor(change, plan), full_name(change, plan)] = None
    ordered = sorted(found, key=lambda alert: alert.code != _GPU_LOST)
    return tuple(Warned(alert=alert, tasks=tuple(found[alert])) for alert in ordered)


def _of_fields(change: Change) -> Iterator[Alert]:
    causes: dict[str, list[Field]] = {}
    for field in shown_fields(change):
        if _loses_gpu(field):
            cause = f", because {reason(field, change)}" if field.collateral else ""
            yield Alert(code=_GPU_LOST, text=f"its GPU is removed (it has {field.live}){cause}")
        elif field.collateral:
            causes.setdefault(reason(field, change), []).append(field)
    for cause, fields in causes.items():
        yield Alert(code=_COLLATERAL, text=f"{_told(fields, change)}; because {cause}")


def _loses_gpu(field: Field) -> bool:
    return field.path == _GPU and field.live not in _NO_GPU and field.desired in _NO_GPU


def _told(fields: list[Field], change: Change) -> str:
    """`also removed: resources.limits.cpu, resources.limits.memory; also changed: env_vars.(order)`."""
    entries = [entry_of(field, change) for field in fields]
    removed = [entry.label.removeprefix("also ") for entry in entries if entry.new == UNSET]
    others = [entry.label.removeprefix("also ") for entry in entries if entry.new != UNSET]
    told = {"removed": removed, "changed": others}
    return "; ".join(f"also {fate}: {_list(names)}" for fate, names in told.items() if names)


def _list(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
