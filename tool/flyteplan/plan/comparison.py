"""Two plans -> what the newer one does that the older one did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flyteplan.model.comparison import ADDED, CHANGED, PLANS, REMOVED, Comparison, Entry, Fact, Names, Row
from flyteplan.model.plan import Change, Field, Plan, differ
from flyteplan.model.rulechange import RuleChange
from flyteplan.plan.calls import call_rows

# By whom a change is known in both plans: its task, how it is submitted, and for runs the manifests.
_Key = tuple[str, str, tuple[str, ...]]
_SHOWN_DIGITS = 10


def comparison(
    before: Plan,
    after: Plan,
    *,
    kind: str = PLANS,
    base: str = "",
    label: str = "",
    names: Names | None = None,
    rules: tuple[RuleChange, ...] = (),
) -> Comparison:
    """*after* against *before*. Other words for the same settings are no difference."""
    old, new = _by_key(before), _by_key(after)
    pairs = [(old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys())]
    found = [entry for pair in pairs if (entry := _entry(*pair)) is not None]
    return Comparison(
        kind=kind,
        before=before,
        after=after,
        entries=tuple(found),
        same=len(pairs) - len(found),
        base=base,
        label=label,
        names=names or Names(),
        rules=rules,
    )


def _by_key(plan: Plan) -> dict[_Key, Change]:
    return {_key(change): change for change in plan.changes}


def _key(change: Change) -> _Key:
    names = tuple(sorted(source.name for source in change.manifests)) if change.submit.kind == "run" else ()
    return (f"{change.org}/{change.task.task}", change.submit.kind, names)


def _entry(old: Change | None, new: Change | None) -> Entry | None:
    if old is None or new is None:
        rows = (*call_rows(old, new), *_made(new)) if new else (*call_rows(old, new), *_undone(old))
        return Entry(kind=ADDED if new else REMOVED, before=old, after=new, rows=rows)
    facts, rows = tuple(_facts(old, new)), (*call_rows(old, new), *_changed(old, new))
    if not facts and not rows and _digests(old) != _digests(new):
        facts = (Fact(name="specs", was=_digest(old), now=_digest(new)),)
    if not facts and not rows and _attention(old) == _attention(new):
        return None
    return Entry(kind=CHANGED, before=old, after=new, facts=facts, rows=rows)


def _made(change: Change) -> Iterator[Row]:
    """What is done to live that was not done before: what somebody wrote first."""
    for field in sorted(change.fields, key=lambda field: field.collateral):
        if field.changes:
            yield Row(path=field.path, was=field.live, now=field.desired, set_by=field.set_by, after=field)


def _undone(change: Change | None) -> Iterator[Row]:
    """What is overridden no more."""
    for field in change.fields if change else ():
        if differ(field.base, field.desired):
            yield Row(path=field.path, was=field.desired, now=field.base, was_set_by=field.set_by, before=field)


def _facts(old: Change, new: Change) -> Iterator[Fact]:
    before, after = _told(old), _told(new)
    for name in after:
        if before[name] != after[name]:
            yield Fact(name=name, was=before[name], now=after[name])


def _told(change: Change) -> Mapping[str, str]:
    selector, submit = change.selector, change.submit
    return {
        "action": change.action,
        "selector": f"{selector.version} (pinned)" if selector.version else selector.auto_version,
        "base": change.task.version or "deferred",
        "live": change.live_version or "deferred",
        "manifest": "no manifest any more" if change.prune else "there",
        "strategy": change.strategy,
        **({"run": submit.name} if submit.kind == "run" else {}),
        "triggers": f"{submit.triggers} {len(change.triggers) + change.other_triggers}",
    }


def _changed(old: Change, new: Change) -> Iterator[Row]:
    before = {field.path: field for field in old.fields}
    after = {field.path: field for field in new.fields}
    for path in sorted(before.keys() | after.keys()):
        left, right = before.get(path), after.get(path)
        if _values(left) != _values(right):
            yield _row(path, left, right, old, new)


def _values(field: Field | None) -> Any:
    return None if field is None or not field.changes else (field.live, field.desired, field.collateral)


def _row(path: str, left: Field | None, right: Field | None, old: Change, new: Change) -> Row:
    """A side that does not have the field leaves it as it is in base and live, which are those of the other side."""
    known, wanted = True, [field.desired if field else None for field in (left, right)]
    if left is None or right is None:
        other = left or right
        assert other is not None, "one of the plans has it"
        alike = old.live_digest == new.live_digest
        known = alike or old.base_digest == new.base_digest
        missing = (other.live if alike else other.base) if known else None
        wanted = [missing if field is None else field.desired for field in (left, right)]
    return Row(
        path=path,
        was=wanted[0],
        now=wanted[1],
        was_set_by=left.set_by if left else None,
        set_by=right.set_by if right else None,
        before=left,
        after=right,
        known=known,
    )


def _attention(change: Change) -> list[tuple[str, str]]:
    return sorted((note.code, note.message) for note in change.notes if note.attention)


def _digests(change: Change) -> tuple[str, ...]:
    return (change.base_digest, change.live_digest, change.desired_digest)


def _digest(change: Change) -> str:
    """The first of their digits, in the order base, live, desired."""
    return " ".join(digest.removeprefix("sha256:")[:_SHOWN_DIGITS] for digest in _digests(change))
