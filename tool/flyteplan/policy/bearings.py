"""Parts of two rules of one name -> what each difference lets through: more, less, or one can not tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from flyteplan.errors import Position
from flyteplan.model.policy import ALLOWED, DENY, Amount, Bound, Match, Naming, Rule
from flyteplan.model.rulechange import (
    ADDED,
    CHANGED,
    EXCEPTION,
    LOOSENED,
    REMOVED,
    TIGHTENED,
    UNCLEAR,
    RuleChange,
    together,
)

_LISTS = ("tasks", "projects", "domains", "targets")


class Detail(NamedTuple):
    """One difference, and its bearing."""

    bearing: str
    words: str


def changed(
    what: str, name: str, was_at: Position | None, at: Position | None, details: Iterable[Detail]
) -> Iterator[RuleChange]:
    """What both sides have, if anything differs in it."""
    if found := list(details):
        yield RuleChange(
            what=what,
            name=name,
            state=CHANGED,
            bearing=together({detail.bearing for detail in found}),
            was_at=was_at,
            at=at,
            details=tuple(detail.words for detail in found),
        )


def came_or_went(
    what: str, name: str, was_at: Position | None, at: Position | None, details: tuple[str, ...]
) -> RuleChange:
    """What only one side has. A rule and a guard hold something back, an exception lets it through."""
    holds = (at is not None) != (what == EXCEPTION)
    return RuleChange(
        what=what,
        name=name,
        state=REMOVED if at is None else ADDED,
        bearing=TIGHTENED if holds else LOOSENED,
        was_at=was_at,
        at=at,
        details=details,
    )


def of_effect(old: Rule, new: Rule) -> Iterator[Detail]:
    if old.effect != new.effect:
        yield Detail(LOOSENED if old.effect == DENY else TIGHTENED, f"{old.effect} -> {new.effect}")


def of_match(old: Match, new: Match, *, holding: bool) -> Iterator[Detail]:
    """Which tasks. *holding*: they are held to a rule; else they are let off it."""
    for name in _LISTS:
        yield from _range(name, getattr(old, name), getattr(new, name), holding=holding)
    excluded = _moved("match.exclude", set(old.exclude), set(new.exclude))
    yield from _borne(excluded, more=LOOSENED if holding else TIGHTENED)
    pairs = [{f"{key}={value}" for key, value in one.labels} for one in (old, new)]
    yield from _borne(_moved("match.labels", *pairs), more=LOOSENED if holding else TIGHTENED)


def of_tasks(match: Match) -> tuple[str, ...]:
    """In words, whom it is about."""
    lists = {name: getattr(match, name) for name in (*_LISTS, "exclude")}
    lists["labels"] = tuple(f"{key}={value}" for key, value in match.labels)
    return tuple(f"{name}: {', '.join(globs)}" for name, globs in lists.items() if globs)


def of_bearing(rule: Rule) -> tuple[str, ...]:
    """In words, all that a rule holds."""
    bounds = [f"{one.field}: {_bound(one)}" for one in rule.bounds]
    namings = [f"{one.subject}.{one.mode}: {', '.join(one.globs)}" for one in rule.namings]
    return (*bounds, *namings, *(f"match.{words}" for words in of_tasks(rule.match)))


def _bound(bound: Bound) -> str:
    parts = (("min", bound.least), ("max", bound.most))
    return ", ".join(f"{name} {amount.text}" for name, amount in parts if amount)


def _range(name: str, old: Collection[str], new: Collection[str], *, holding: bool) -> Iterator[Detail]:
    """An empty list is everything, so that the first name in it takes all others out."""
    if bool(old) != bool(new):
        wider = bool(old)
        words = f"match.{name}: {_listed(old)} -> {_listed(new)}"
        yield Detail(TIGHTENED if wider == holding else LOOSENED, words)
    else:
        yield from _borne(_moved(f"match.{name}", set(old), set(new)), more=TIGHTENED if holding else LOOSENED)


def _listed(globs: Iterable[str]) -> str:
    return ", ".join(globs) or "all"


class _Moved(NamedTuple):
    """The names that a list gained and lost."""

    label: str
    gained: list[str]
    lost: list[str]


def _moved(label: str, old: set[str], new: set[str]) -> _Moved:
    return _Moved(label, sorted(new - old), sorted(old - new))


def _borne(moved: _Moved, *, more: str) -> Iterator[Detail]:
    """*more* is what a name that comes does. One that comes where another goes may be either."""
    words = [f"{moved.label} gains {', '.join(moved.gained)}"] if moved.gained else []
    words += [f"{moved.label} loses {', '.join(moved.lost)}"] if moved.lost else []
    if words:
        less = LOOSENED if more == TIGHTENED else TIGHTENED
        bearing = UNCLEAR if len(words) > 1 else more if moved.gained else less
        yield Detail(bearing, ", ".join(words))


def of_bounds(old: Iterable[Bound], new: Iterable[Bound]) -> Iterator[Detail]:
    before, after = ({bound.field: bound for bound in bounds} for bounds in (old, new))
    for field in sorted(before.keys() | after.keys()):
        left, right = before.get(field), after.get(field)
        yield from _least(field, left.least if left else None, right.least if right else None)
        yield from _most(field, left.most if left else None, right.most if right else None)


def _least(field: str, old: Amount | None, new: Amount | None) -> Iterator[Detail]:
    """No bound is below all others."""
    before, after = (-1 if one is None else one.value for one in (old, new))
    if before != after:
        yield Detail(TIGHTENED if after > before else LOOSENED, f"{field}: min {_text(old)} -> {_text(new)}")


def _most(field: str, old: Amount | None, new: Amount | None) -> Iterator[Detail]:
    """No bound is above all others."""
    before, after = (float("inf") if one is None else one.value for one in (old, new))
    if before != after:
        yield Detail(TIGHTENED if after < before else LOOSENED, f"{field}: max {_text(old)} -> {_text(new)}")


def _text(amount: Amount | None) -> str:
    return amount.text if amount else "(none)"


def of_namings(old: Iterable[Naming], new: Iterable[Naming]) -> Iterator[Detail]:
    before, after = ({(one.subject, one.mode): one for one in namings} for namings in (old, new))
    for subject, mode in sorted(before.keys() | after.keys()):
        left, right = before.get((subject, mode)), after.get((subject, mode))
        yield from _naming(f"{subject}.{mode}", mode, left, right)


def _naming(label: str, mode: str, old: Naming | None, new: Naming | None) -> Iterator[Detail]:
    """A list of what is allowed forbids all else, and so holds back less the longer it is."""
    if mode == ALLOWED and (old is None or new is None):
        held = [_listed(one.globs) if one else "all" for one in (old, new)]
        yield Detail(LOOSENED if new is None else TIGHTENED, f"{label}: {held[0]} -> {held[1]}")
        return
    moved = _moved(label, set(old.globs if old else ()), set(new.globs if new else ()))
    yield from _borne(moved, more=LOOSENED if mode == ALLOWED else TIGHTENED)
