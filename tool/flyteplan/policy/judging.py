"""Rules against changes, exceptions against what the rules found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from flyteplan.errors import Position
from flyteplan.model.decision import EXCUSED, Decision
from flyteplan.model.moment import has_ended
from flyteplan.model.plan import Change
from flyteplan.model.policy import ALLOWED, FORBIDDEN, REQUIRED, Match, Naming, Policy, Rule, Waiver, matches
from flyteplan.policy.bounds import Found, outside
from flyteplan.policy.facts import FIELDS, Facts, Touched, facts
from flyteplan.record import replace

_NOUNS = {
    "fields": "field",
    "images": "image",
    "env_vars": "environment variable",
    "service_accounts": "service account",
    "devices": "device",
}
_PLACES = {
    "fields": "{}",
    "images": "image",
    "env_vars": "env_vars.{}",
    "service_accounts": "service_account",
    "devices": "resources.gpu",
}


def decisions(policies: Sequence[Policy], target: str, changes: Iterable[Change], now: str) -> tuple[Decision, ...]:
    """Every rule that a change breaks, as they are found: `in_order` is for those of all changes together.

    What stays as it is live is not judged: nothing is done to it.
    """
    rules = [rule for policy in policies for rule in policy.rules]
    waivers = [one for policy in policies for one in policy.waivers if not has_ended(one.until, now)]
    found: list[Decision] = []
    for change in changes:
        held = [rule for rule in rules if _takes(rule.match, target, change)]
        if held and change.action != "unchanged":
            own = [one for one in waivers if _takes(one.match, target, change)]
            known = facts(change)
            found += [_excused(decision, own) for rule in held for decision in _broken(rule, known)]
    return tuple(found)


def in_order(found: Iterable[Decision]) -> tuple[Decision, ...]:
    """Each once, by task; the decisions on one task stand together, in the order in which they were found."""
    return tuple(sorted(dict.fromkeys(found), key=_order))


def at(decision: Decision, now: str) -> Decision:
    """*decision* as it is at *now*, later than it was made: an exception that has ended excuses nothing."""
    if decision.waiver is None or not has_ended(decision.waiver.until, now):
        return decision
    return replace(decision, effect=decision.unexcused, waiver=None)


def _takes(match: Match, target: str, change: Change) -> bool:
    return match.takes(target, change.task.task, [dict(source.labels) for source in change.manifests])


def _order(decision: Decision) -> tuple[object, ...]:
    return decision.task, decision.set_by, decision.rule, decision.rule_at, decision.field


def _excused(decision: Decision, waivers: Iterable[Waiver]) -> Decision:
    """Of several exceptions the one that lasts longest."""
    found = [waiver for waiver in waivers if waiver.rule == decision.rule]
    if not found:
        return decision
    return replace(decision, effect=EXCUSED, waiver=max(found, key=lambda one: (one.until, one.position)))


def _broken(rule: Rule, known: Facts) -> Iterator[Decision]:
    for bound in rule.bounds:
        yield from (_decision(rule, bound.position, known, one) for one in outside(bound, known))
    for naming in rule.namings:
        yield from (_decision(rule, naming.position, known, one) for one in _misnamed(naming, known))


def _decision(rule: Rule, rule_at: Position, known: Facts, found: Found) -> Decision:
    field, message, place = found
    return Decision(
        effect=rule.effect,
        unexcused=rule.effect,
        policy=rule.policy,
        rule=rule.name,
        rule_at=rule_at,
        task=known.change.task.task,
        field=field,
        message=message,
        reason=rule.message,
        set_by=place,
    )


def _misnamed(naming: Naming, known: Facts) -> Iterator[Found]:
    if naming.mode == REQUIRED:
        yield from _missing(naming, known)
        return
    seen: set[Position] = set()
    for touched in known.named[naming.subject]:
        message = _forbidden(naming, touched) if naming.mode == FORBIDDEN else _not_allowed(naming, touched)
        if message and touched.position not in seen:
            seen.add(touched.position)  # `gpu: "A100:2"` is one line of YAML and two fields
            yield touched.field, message, touched.position


def _missing(naming: Naming, known: Facts) -> Iterator[Found]:
    """Nothing can be said of a template that is not known."""
    had = known.had(naming.subject)
    for glob in naming.globs if known.whole else ():
        if not any(matches(name, (glob,)) for name in had):
            field = glob if naming.subject == FIELDS else naming.subject
            message = f"{_NOUNS[naming.subject]} {glob} is required, and missing{_mend(naming.subject, glob)}"
            yield field, message, known.place(field)


def _mend(subject: str, glob: str) -> str:
    """Where it goes in a manifest: `labels.team` reads as if it were one of the manifest's own labels."""
    if glob.startswith("submit."):
        return ""
    own = re.sub(r"^resources\.(requests|limits)\.", "resources.", glob)
    return f" (add overrides.{_PLACES[subject].format(own)})"


def _forbidden(naming: Naming, touched: Touched) -> str:
    found = _first(naming.globs, touched.names)
    if found is None:
        return ""
    by = "" if found in touched.shown.split() else f" by {found}"
    return f"{touched.shown} is forbidden{by}"


def _not_allowed(naming: Naming, touched: Touched) -> str:
    """`allowed` fields are overrides, the queue of a run among them; how they are submitted is another matter."""
    submit = naming.subject == FIELDS and "submit" in touched.names and "queue" not in touched.names
    if submit or _first(naming.globs, touched.names) is not None:
        return ""
    assert naming.mode == ALLOWED
    return f"{touched.shown} is not allowed, only {', '.join(naming.globs)}"


@lru_cache(maxsize=1 << 14)
def _first(globs: tuple[str, ...], names: frozenset[str]) -> str | None:
    """The first of *globs* that one of *names* matches. Every rule looks at each field of each task, and these have
    the same names everywhere.
    """
    return next((glob for glob in globs if any(matches(name, (glob,)) for name in names)), None)
