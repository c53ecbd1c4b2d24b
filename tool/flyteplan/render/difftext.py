"""A plan in the manner of diff, and what changed between two plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flyteplan.model.plan import Change, Field, Plan
from flyteplan.model.task import TaskName
from flyteplan.render.fields import place, reason, shown_fields
from flyteplan.render.groups import LEFT_GIT, changing, full_name
from flyteplan.render.style import Line, Span
from flyteplan.render.table import aligned
from flyteplan.render.values import pair, shown

SAME = "The plans are the same."
_INDENT = 4
# By whom a change is known in both plans: its task, how it is submitted, and for runs the manifests.
_Key = tuple[str, str, tuple[str, ...]]


def difftext(plan: Plan) -> list[Line]:
    """Every field that applying the plan changes: `-` live, `+` desired, `!` what nobody wrote."""
    return [line for change in changing(plan) for field in shown_fields(change) for line in _hunk(field, change, plan)]


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


def compare(old: Plan, new: Plan) -> list[Line]:
    """What *new* does that *old* did not: tasks, actions, versions, fields."""
    before, after = _by_key(old), _by_key(new)
    blocks = [_scopes(old, new)]
    blocks += [_compared(before.get(key), after.get(key), old, new) for key in sorted(before.keys() | after.keys())]
    lines = [line for block in blocks for line in block]
    return lines or [(Span(SAME),)]


def differing(old: Plan, new: Plan) -> set[TaskName]:
    """The tasks of which `compare` tells something: other words for the same settings are no difference."""
    before, after = _by_key(old), _by_key(new)
    pairs = [(before.get(key), after.get(key)) for key in before.keys() | after.keys()]
    return {one.task.task for pair in pairs if _compared(*pair, old, new) for one in pair if one}


def _by_key(plan: Plan) -> dict[_Key, Change]:
    return {_key(change): change for change in plan.changes}


def _key(change: Change) -> _Key:
    names = tuple(sorted(source.name for source in change.manifests)) if change.submit.kind == "run" else ()
    return (f"{change.org}/{change.task.task}", change.submit.kind, names)


def _scopes(old: Plan, new: Plan) -> list[Line]:
    sides = [
        f"{plan.target} {'/'.join(filter(None, (plan.org, plan.project, plan.domain)))}".strip() for plan in (old, new)
    ]
    return [(Span("~ ", "change"), Span(f"target  {sides[0]} -> {sides[1]}"))] if sides[0] != sides[1] else []


def _compared(old: Change | None, new: Change | None, old_plan: Plan, new_plan: Plan) -> list[Line]:
    if new is None:
        assert old is not None
        return [_only(old, old_plan, Span("- ", "remove"), "no longer in the plan, was")]
    if old is None:
        return [_only(new, new_plan, Span("+ ", "add"), "new in the plan,")]
    rows = [*_facts(old, new), *_field_rows(old, new)]
    if not rows and _digests(old) != _digests(new):
        rows = [_row("specs", *(_digest(change) for change in (old, new)))]
    if not rows:
        return []
    title = (Span("~ ", "change"), Span(full_name(new, new_plan), "bold"), *_kind(new))
    return [title, *aligned(rows, gaps=(_INDENT, 2, 1, 2, 1))]


def _only(change: Change, plan: Plan, sign: Span, what: str) -> Line:
    action = change.action if change.action == "unchanged" else f"to {change.action}"
    return (sign, Span(full_name(change, plan), "bold"), *_kind(change), Span(f"  {what} {action}"))


def _kind(change: Change) -> tuple[Span, ...]:
    """Tells the changes of one task apart."""
    if change.submit.kind != "run":
        return ()
    return (Span(f"  run of {', '.join(sorted(source.name for source in change.manifests))}", "dim"),)


def _facts(old: Change, new: Change) -> list[list[Span]]:
    before, after = _told(old), _told(new)
    return [_row(name, before[name], after[name]) for name in after if before[name] != after[name]]


def _told(change: Change) -> Mapping[str, str]:
    selector, submit = change.selector, change.submit
    return {
        "action": change.action,
        "selector": f"{selector.version} (pinned)" if selector.version else selector.auto_version,
        "base": change.task.version or "deferred",
        "live": change.live_version or "deferred",
        "manifest": LEFT_GIT if change.prune else "there",
        "strategy": change.strategy,
        **({"run": submit.name} if submit.kind == "run" else {}),
        "triggers": f"{submit.triggers} {len(change.triggers) + change.other_triggers}",
        "call": shown(dict(submit.call)),
        "attention": shown(sorted(note.message for note in change.notes if note.attention)),
    }


def _field_rows(old: Change, new: Change) -> list[list[Span]]:
    before = {field.path: field for field in old.fields}
    after = {field.path: field for field in new.fields}
    rows = []
    for path in sorted(before.keys() | after.keys()):
        left, right = before.get(path), after.get(path)
        if _values(left) != _values(right):
            was, now = _change_of(left), _change_of(right)
            rows.append(_row(path, was, now if now != was else f"{now}, to another value"))
    return rows


def _values(field: Field | None) -> Any:
    return None if field is None or not field.changes else (field.live, field.desired, field.collateral)


def _change_of(field: Field | None) -> str:
    """What one plan does to one field."""
    if field is None or not field.changes:
        return "unchanged"
    return " -> ".join(pair(field.live, field.desired)) + (" (collateral)" if field.collateral else "")


def _row(name: str, old: str, new: str) -> list[Span]:
    return [Span(name), Span("was", "dim"), Span(old, "remove"), Span("now", "dim"), Span(new, "add")]


def _digests(change: Change) -> tuple[str, ...]:
    return (change.base_digest, change.live_digest, change.desired_digest)


def _digest(change: Change) -> str:
    return shown([digest.removeprefix("sha256:")[:10] for digest in _digests(change)])
