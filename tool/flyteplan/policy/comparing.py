"""The rules of a target in two states of a repository -> what became of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from flyteplan.model.guards import Guards
from flyteplan.model.policy import Policy, Rule, Waiver
from flyteplan.model.rulechange import EXCEPTION, LOOSENED, REWORDED, RULE, TIGHTENED, RuleChange
from flyteplan.policy.bearings import (
    Detail,
    came_or_went,
    changed,
    of_bearing,
    of_bounds,
    of_effect,
    of_match,
    of_namings,
    of_tasks,
)
from flyteplan.policy.guardchanges import guard_changes


def rule_changes(
    before: tuple[Sequence[Policy], Guards], after: tuple[Sequence[Policy], Guards]
) -> tuple[RuleChange, ...]:
    """What may let through more comes first, then rules, exceptions and guards by their names."""
    found = [
        *_rules(_by_name(before[0]), _by_name(after[0])),
        *_exceptions(_waivers(before[0]), _waivers(after[0])),
        *guard_changes(before[1], after[1]),
    ]
    return tuple(sorted(found, key=lambda one: not one.alerts))


def _by_name(policies: Iterable[Policy]) -> dict[str, Rule]:
    return {rule.name: rule for policy in policies for rule in policy.rules}


def _rules(before: Mapping[str, Rule], after: Mapping[str, Rule]) -> Iterator[RuleChange]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old and new:
            yield from changed(RULE, name, old.position, new.position, _details(old, new))
        elif one := old or new:
            places = (old.position if old else None, new.position if new else None)
            yield came_or_went(RULE, name, *places, (f"{one.effect}: {one.message}", *of_bearing(one)))


def _details(old: Rule, new: Rule) -> Iterator[Detail]:
    yield from of_effect(old, new)
    yield from of_match(old.match, new.match, holding=True)
    yield from of_bounds(old.bounds, new.bounds)
    yield from of_namings(old.namings, new.namings)
    if old.message != new.message:
        yield Detail(REWORDED, "other words for why")


def _waivers(policies: Iterable[Policy]) -> list[Waiver]:
    return [waiver for policy in policies for waiver in policy.waivers]


def _exceptions(before: list[Waiver], after: list[Waiver]) -> Iterator[RuleChange]:
    """They have no names: one of the same rule and tasks is the same, then the next of the same rule and owner."""
    pairs: list[tuple[Waiver, Waiver]] = []
    for key in (_whole, _same_tasks, _same_owner):
        pairs += _paired(before, after, key)
    for old, new in pairs:
        yield from changed(EXCEPTION, new.rule, old.position, new.position, _exception_details(old, new))
    yield from (came_or_went(EXCEPTION, one.rule, one.position, None, _waived(one)) for one in before)
    yield from (came_or_went(EXCEPTION, one.rule, None, one.position, _waived(one)) for one in after)


def _paired(before: list[Waiver], after: list[Waiver], key: Callable[[Waiver], object]) -> list[tuple[Waiver, Waiver]]:
    """Those that have one key on both sides, taken out of the lists."""
    pairs = []
    for old in list(before):
        new = next((one for one in after if key(one) == key(old)), None)
        if new is not None:
            pairs.append((old, new))
            before.remove(old)
            after.remove(new)
    return pairs


def _waived(waiver: Waiver) -> tuple[str, ...]:
    return (f"until {waiver.until}: {waiver.reason} ({waiver.owner})", *of_tasks(waiver.match))


def _exception_details(old: Waiver, new: Waiver) -> Iterator[Detail]:
    yield from of_match(old.match, new.match, holding=False)
    if old.until != new.until:
        yield Detail(LOOSENED if new.until > old.until else TIGHTENED, f"until {old.until} -> {new.until}")
    if (old.reason, old.owner) != (new.reason, new.owner):
        yield Detail(REWORDED, f"reason: {new.reason} ({new.owner})")


def _whole(one: Waiver) -> object:
    return (one.rule, one.match, one.reason, one.owner, one.until)


def _same_tasks(one: Waiver) -> object:
    return (one.rule, one.match)


def _same_owner(one: Waiver) -> object:
    return (one.rule, one.owner)
