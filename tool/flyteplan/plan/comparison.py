"""Two plans -> what the newer one wants that the older one did not, whatever is live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flyteplan.errors import Position
from flyteplan.model.comparison import ADDED, CHANGED, PLANS, REMOVED, Comparison, Entry, Fact, Names, Row
from flyteplan.model.effects import effects
from flyteplan.model.itemname import ORDER
from flyteplan.model.plan import KEPT, OLDER_BASE, Change, Field, Loser, Note, Plan, Source, differ
from flyteplan.model.rulechange import RuleChange
from flyteplan.plan.calls import call_rows
from flyteplan.plan.deferred import override_rows
from flyteplan.plan.fields import Credits
from flyteplan.record import replace

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
    others: tuple[str, ...] = (),
    live: bool = False,
) -> Comparison:
    """*after* against *before*. Other words for the same settings are no difference.

    *live*: what is live is told too, which a plan that was made earlier no longer fits.
    """
    old, new = _by_key(before), _by_key(after)
    pairs = [(old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys())]
    found = [entry for pair in pairs if (entry := _entry(*pair, live=live)) is not None]
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
        others=others,
    )


def _by_key(plan: Plan) -> dict[_Key, Change]:
    return {_key(change): change for change in plan.changes}


def _key(change: Change) -> _Key:
    return (f"{change.org}/{change.task.task}", change.submit.kind, change.run_by)


def _entry(old: Change | None, new: Change | None, *, live: bool) -> Entry | None:
    if old is None or new is None:
        rows = (*call_rows(old, new), *(made(new) if new else _undone(old)))
        return Entry(kind=ADDED if new else REMOVED, before=old, after=new, rows=rows, step=new and first_step(new))
    facts, fields = tuple(_facts(old, new, live=live)), tuple(_Pair(old, new).rows())
    # Of two that are deferred there are no fields.
    wanted = override_rows(old, new) if old.deferred and new.deferred else fields
    rows = (*call_rows(old, new), *wanted, *(_live_rows(old, new) if live else ()))
    if not facts and not rows and _digests(old, live=live) != _digests(new, live=live):
        facts = (Fact(name="specs", was=_shown(old, live=live), now=_shown(new, live=live)),)
    step, settled = _step(old, new, fields), _unsaid(old, new)
    if not (facts or rows or settled or any(note.attention for note in step.notes)):
        return None
    return Entry(kind=CHANGED, before=old, after=new, facts=facts, rows=rows, step=step, settled=settled)


def _facts(old: Change, new: Change, *, live: bool) -> Iterator[Fact]:
    before, after = ({**_told(change), **(_standing(change) if live else {})} for change in (old, new))
    for name in after:
        if before[name] != after[name]:
            at = (old.strategy_at, new.strategy_at) if name == "strategy" else (None, None)
            yield Fact(name=name, was=before[name], now=after[name], was_set_by=at[0], set_by=at[1])


def _told(change: Change) -> Mapping[str, str]:
    """Nothing of what is live: an apply changes that, and not what is wanted."""
    selector, submit = change.selector, change.submit
    return {
        "selector": f"{selector.version} (pinned)" if selector.version else selector.auto_version,
        "base": change.task.version or "deferred",
        "manifest": "no manifest any more" if change.prune else "there",
        "strategy": change.strategy,
        **({"run": submit.name} if submit.kind == "run" else {}),
        "triggers": submit.triggers,
        "older base": "allowed" if submit.allow_older_base else "refused",
        "labels": "; ".join(sorted({_labels(source) for source in change.manifests})),
    }


def _labels(source: Source) -> str:
    """Of a manifest: policies may go by them."""
    return ", ".join(f"{name}={value}" for name, value in sorted(source.labels)) or "none"


def _standing(change: Change) -> Mapping[str, str]:
    count = len(change.triggers) + change.other_triggers
    return {
        "action": change.action,
        "live": change.live_version or "deferred",
        "triggers": f"{change.submit.triggers} {count}",
    }


def _live_rows(old: Change, new: Change) -> Iterator[Row]:
    """What the plans both tell of what is live."""
    before = {field.path: field.live for field in old.fields}
    for field in new.fields:
        if field.path in before and differ(before[field.path], field.live):
            yield Row(path=f"live {field.path}", was=before[field.path], now=field.live)


class _Pair:
    """What two changes of one task want of its fields."""

    def __init__(self, old: Change, new: Change) -> None:
        self._old, self._new = old, new
        self._before = {field.path: field for field in old.fields}
        self._after = {field.path: field for field in new.fields}
        self._was_by, self._now_by = Credits(old), Credits(new)

    def rows(self) -> Iterator[Row]:
        for path in sorted(filter(_is_told, self._before.keys() | self._after.keys())):
            left, right = self._before.get(path), self._after.get(path)
            known = self._known(left, right)
            was, now = self._wanted(left, right), self._wanted(right, left)
            if not known or differ(was, now):
                yield self._row(path, was, now, known=known)

    def _known(self, left: Field | None, right: Field | None) -> bool:
        return (left is not None and right is not None) or self._one_base or self._one_live

    @property
    def _one_base(self) -> bool:
        return self._old.base_digest == self._new.base_digest

    @property
    def _one_live(self) -> bool:
        return self._old.live_digest == self._new.live_digest

    def _wanted(self, own: Field | None, other: Field | None) -> Any:
        """A side that does not have the field leaves it as it is in base and live, which may be those of the other."""
        if own is not None:
            return own.desired
        assert other is not None, "one of the plans has it"
        return other.base if self._one_base else other.live if self._one_live else None

    def _row(self, path: str, was: Any, now: Any, *, known: bool) -> Row:
        right = self._after.get(path)
        was_set_by, _ = _credit(path, self._before.get(path), self._was_by, was)
        set_by, overridden = _credit(path, right, self._now_by, now)
        return Row(
            path=path,
            was=was,
            now=now,
            was_set_by=was_set_by,
            set_by=set_by,
            overridden=overridden,
            collateral=right is not None and right.collateral,
            effects=effects(path, was, now, cached=self._old.cached) if known else right.effects if right else (),
            known=known,
        )


def _credit(path: str, own: Field | None, by: Credits, value: Any) -> tuple[Position | None, tuple[Loser, ...]]:
    """A plan has no field where what a manifest wants is what base and live are: its settings tell where that is."""
    return (own.set_by, own.overridden) if own else by.of(path, gone=value is None)


def _step(old: Change, new: Change, rows: Sequence[Row]) -> Change:
    """What the newer plan says of fields of which the older one does not tell is said of what is live."""
    told = {field.path: field for field in new.fields if field.changes}
    found = [row.field if row.known else told.get(row.path) for row in rows]
    differs = old.desired_digest != new.desired_digest
    return _submitted(new, [field for field in found if field], _unsaid(new, old), differs=differs)


def first_step(change: Change) -> Change:
    """From the base, which is what was wanted before there was a manifest."""
    fields = [row.field for row in made(change)]
    return _submitted(change, fields, change.notes, differs=change.base_digest != change.desired_digest)


def _submitted(change: Change, fields: Iterable[Field], notes: Iterable[Note], *, differs: bool) -> Change:
    action = change.action
    if change.submit.kind == "version" and not change.prune:
        action = "update" if differs else "unchanged"
    elif change.submit.kind == "run":
        action = "run"
    noted = [replace(note, attention=True) if note.code == OLDER_BASE else note for note in notes]
    kept = tuple(note for note in noted if note.code != KEPT)
    return replace(change, action=action, fields=tuple(fields), notes=kept)


def _unsaid(change: Change, by: Change) -> tuple[Note, ...]:
    """The notes of *change* that can hurt and are not said *by* the other; of triggers the step itself tells."""
    known = {(note.code, note.message) for note in by.notes}
    found = (note for note in change.notes if note.code != KEPT and (note.attention or note.code == OLDER_BASE))
    return tuple(note for note in found if (note.code, note.message) not in known)


def _digests(change: Change, *, live: bool) -> tuple[str, ...]:
    return (change.base_digest, change.live_digest, change.desired_digest) if live else (change.desired_digest,)


def _shown(change: Change, *, live: bool) -> str:
    return " ".join(digest.removeprefix("sha256:")[:_SHOWN_DIGITS] for digest in _digests(change, live=live))


def made(change: Change) -> Iterator[Row]:
    """What its manifests make of the base, what somebody wrote first; of a task without any, of what is live."""
    cached = _base_cached(change)
    for field in sorted(change.fields, key=lambda field: field.collateral):
        was = field.live if change.prune else field.base
        if _is_told(field.path) and differ(was, field.desired):
            yield Row(
                path=field.path,
                was=was,
                now=field.desired,
                set_by=field.set_by,
                overridden=field.overridden,
                collateral=field.collateral,
                effects=effects(field.path, was, field.desired, cached=cached),
            )


def _is_told(path: str) -> bool:
    """Whether a plan tells an order depends on what is live; one that alone is another is told by the digests."""
    return not path.endswith(ORDER)


def _base_cached(change: Change) -> bool:
    """The field tells it where it differs from what is wanted."""
    told = [field.base for field in change.fields if field.path == "cache.behavior"]
    return bool(told[0] == "override") if told else change.cached


def _undone(change: Change | None) -> Iterator[Row]:
    """What is overridden no more."""
    for field in change.fields if change else ():
        if _is_told(field.path) and differ(field.base, field.desired):
            yield Row(path=field.path, was=field.desired, now=field.base, was_set_by=field.set_by)
