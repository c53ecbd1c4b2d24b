"""The guards of a target in two states of a repository -> what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flyteplan.model.guards import FREEZE, MAX_CHANGED, MAX_CHANGED_PERCENT, PROTECTED, Freeze, Guards, Most
from flyteplan.model.moment import first_minute, last_minute
from flyteplan.model.policy import Match
from flyteplan.model.rulechange import GUARD, LOOSENED, REWORDED, TIGHTENED, RuleChange
from flyteplan.policy.bearings import Detail, came_or_went, changed, of_match


def guard_changes(before: Guards, after: Guards) -> Iterator[RuleChange]:
    for name in (MAX_CHANGED, MAX_CHANGED_PERCENT):
        yield from _most(name, getattr(before, name), getattr(after, name))
    globs = [{one.glob: one.position for one in guards.protected} for guards in (before, after)]
    for glob in sorted(globs[0].keys() ^ globs[1].keys()):
        yield came_or_went(GUARD, f"{PROTECTED}:{glob}", globs[0].get(glob), globs[1].get(glob), ())
    yield from _freezes(before.freezes, after.freezes)


def _most(name: str, old: Most | None, new: Most | None) -> Iterator[RuleChange]:
    if old is None or new is None:
        for one in filter(None, (old, new)):
            places = (old.position if old else None, new.position if new else None)
            yield came_or_went(GUARD, name, *places, (f"{one.value:g}",))
    elif old.value != new.value:
        bearing = LOOSENED if new.value > old.value else TIGHTENED
        details = [Detail(bearing, f"{old.value:g} -> {new.value:g}")]
        yield from changed(GUARD, name, old.position, new.position, details)


def _freezes(old: Iterable[Freeze], new: Iterable[Freeze]) -> Iterator[RuleChange]:
    before, after = ({one.name: one for one in freezes} for freezes in (old, new))
    for name in sorted(before.keys() | after.keys()):
        left, right = before.get(name), after.get(name)
        if left is None or right is None:
            (only,) = filter(None, (left, right))
            places = (left.position if left else None, right.position if right else None)
            yield came_or_went(GUARD, f"{FREEZE}:{name}", *places, (f"{only.start} to {only.end}: {only.reason}",))
        else:
            yield from changed(GUARD, f"{FREEZE}:{name}", left.position, right.position, _freeze_details(left, right))


def _freeze_details(old: Freeze, new: Freeze) -> Iterator[Detail]:
    """A day begins with its first minute and ends with its last: written as those, it is no other time."""
    was, now = first_minute(old.start), first_minute(new.start)
    if was != now:
        yield Detail(LOOSENED if now > was else TIGHTENED, f"from {old.start} -> {new.start}")
    was, now = last_minute(old.end), last_minute(new.end)
    if was != now:
        yield Detail(TIGHTENED if now > was else LOOSENED, f"until {old.end} -> {new.end}")
    matches = [Match(tasks=one.tasks, exclude=one.exclude) for one in (old, new)]
    yield from of_match(matches[0], matches[1], holding=True)
    if old.reason != new.reason:
        yield Detail(REWORDED, "other words for why")
