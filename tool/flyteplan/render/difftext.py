"""A plan in the manner of diff."""

from __future__ import annotations

from collections.abc import Iterator

from flyteplan.model.plan import Change, Field, Plan
from flyteplan.render.fields import place, reason, shown_fields
from flyteplan.render.groups import LEFT_GIT, changing, full_name
from flyteplan.render.style import Line, Span
from flyteplan.render.values import pair


def difftext(plan: Plan) -> Iterator[Line]:
    """Every field that applying the plan changes: `-` live, `+` desired, `!` what nobody wrote."""
    for change in changing(plan):
        for field in shown_fields(change):
            yield from _hunk(field, change, plan)


def _hunk(field: Field, change: Change, plan: Plan) -> Iterator[Line]:
    source = f" {place(field.set_by)}" if field.set_by else f" {LEFT_GIT}" if change.prune else ""
    yield (Span(f"@@ {full_name(change, plan)}  {field.path} @@", "bold"), Span(source, "dim"))
    if field.collateral:
        yield (Span(f"! {reason(field, change)}", "attention"),)
    old, new = pair(field.live, field.desired)
    if field.live is not None:
        yield (Span(f"- {old}", "remove"),)
    if field.desired is not None:
        yield (Span(f"+ {new}", "add"),)
