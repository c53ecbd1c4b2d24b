"""One document into a policy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from flyteplan.errors import Problem, ordered
from flyteplan.model import device, duration, quantity
from flyteplan.model.document import Document, Locator, Pointer
from flyteplan.model.fieldnames import can_match, known, parameters
from flyteplan.model.moment import is_day
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.policy import DENY, EFFECTS, MODES, SUBJECTS, Amount, Bound, Match, Naming, Policy, Rule, Waiver
from flyteplan.record import dataclass
from flyteplan.validate.documents import elsewhere
from flyteplan.validate.draft import Draft, shown
from flyteplan.validate.prune import pruned
from flyteplan.validate.schema import Validator
from flyteplan.validate.wording import problems as worded

_DURATIONS = ("timeout.", "cache.")
_COUNTS = ("retries.count", "replicas", "resources.gpu")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPolicy:
    """A policy; or none, with all that is wrong with it."""

    policy: Policy | None = None
    problems: tuple[Problem, ...] = ()


def policy(document: Document, validator: Validator) -> CheckedPolicy:
    """Reads an `OverridePolicy`."""
    value: Any = document.value
    foreign = elsewhere(document, "OverridePolicy")
    if foreign:
        return CheckedPolicy(problems=(foreign,))
    faults = () if validator.is_valid(value) else validator.faults(value)
    draft = Draft(document.locator)
    reader = _Reader(draft, document.locator, {fault.pointer for fault in faults})
    found = reader.policy(pruned(value, faults) if faults else value)
    problems = [*worded(faults, document.locator, validator)]
    said = {problem.position for problem in problems}
    problems += [problem for problem in draft.problems if problem.position not in said]
    return CheckedPolicy(policy=None if problems else found, problems=ordered(problems))


class _Reader:
    """Reads documents that lost faulty parts too: then only what it tells the draft counts."""

    def __init__(self, draft: Draft, locator: Locator, faulty: Collection[Pointer]) -> None:
        self._draft, self._locator, self._faulty = draft, locator, faulty

    def _holds_nothing(self, pointer: Pointer, at: Pointer, what: str, hint: str) -> None:
        """What lost faulty parts may have held something."""
        if not any(fault[: len(pointer)] == pointer for fault in self._faulty):
            self._draft.wrong("FP1216", at, f"{shown(pointer)} {what}", hint)

    def policy(self, value: Mapping[str, Any]) -> Policy:
        spec = value.get("spec", {})
        name = value.get("metadata", {}).get("name", "")
        return Policy(
            name=name,
            position=self._locator.value(("metadata", "name")),
            rules=tuple(self._rule(name, *item) for item in _mappings(spec, "rules")),
            waivers=tuple(self._waiver(*item) for item in _mappings(spec, "exceptions")),
        )

    def _rule(self, policy: str, pointer: Pointer, value: Mapping[str, Any]) -> Rule:
        effect = next((effect for effect in EFFECTS if effect in value), DENY)
        rule = Rule(
            policy=policy,
            name=value.get("name", ""),
            effect=effect,
            message=value.get(effect, ""),
            match=_match(value.get("match", {})),
            bounds=tuple(self._bounds(value.get("limits", {}), (*pointer, "limits"))),
            namings=tuple(self._namings(value, pointer)),
            position=self._locator.key((*pointer, "name")),
        )
        if not any(part in value for part in ("limits", *SUBJECTS)) or value.get("limits") == {}:
            hint = f"add limits, {', '.join(SUBJECTS[:-1])} or {SUBJECTS[-1]}"
            self._holds_nothing(pointer, (*pointer, "name"), "holds nothing", hint)
        return rule

    def _bounds(self, limits: Mapping[str, Any], pointer: Pointer) -> Iterator[Bound]:
        for field, written in limits.items():
            place = (*pointer, field)
            least, most = (self._amount(field, written, (*place, side)) for side in ("min", "max"))
            if not written:
                self._holds_nothing(place, place, "holds nothing", "give min, max, or both")
            if least and most and least.value > most.value:
                self._draft.wrong("FP1203", place, f"{shown(place)}: min {least.text} is above max {most.text}")
            yield Bound(field=field, least=least, most=most, position=self._locator.key(place))

    def _amount(self, field: str, written: Mapping[str, Any], pointer: Pointer) -> Amount | None:
        value = written.get(str(pointer[-1]))
        if value is None:
            return None
        text, (code, wanted, read) = str(value), _kind(field)
        amount = read(text)
        if amount is None or amount < 0:
            self._draft.wrong(code, pointer, f"{shown(pointer)}: {text} is no {wanted}", f"write {_EXAMPLES[wanted]}")
            return None
        return Amount(amount, text)

    def _namings(self, rule: Mapping[str, Any], pointer: Pointer) -> Iterator[Naming]:
        for subject in SUBJECTS:
            part = rule.get(subject, {})
            if subject in rule and not part:
                place = (*pointer, subject)
                self._holds_nothing(place, place, "holds nothing", f"give {', '.join(MODES[:-1])} or {MODES[-1]}")
            for mode in (mode for mode in MODES if mode in part):
                place = (*pointer, subject, mode)
                globs = tuple(glob for glob in part[mode] if glob is not None)
                if check := _CHECKS.get(subject):
                    self._check_names(part[mode], place, check)
                yield Naming(subject=subject, mode=mode, globs=globs, position=self._locator.key(place))

    def _check_names(self, globs: list[str | None], pointer: Pointer, check: _Check) -> None:
        """A name that nothing has would be a rule that never holds."""
        for number, glob in enumerate(globs):
            if glob is not None and not check.can_match(glob):
                message = f"no {check.what} is {glob}"
                self._draft.wrong("FP1214", (*pointer, number), message, check.meant(glob))

    def _waiver(self, pointer: Pointer, value: Mapping[str, Any]) -> Waiver:
        until, match = value.get("until", ""), value.get("match", {})
        if until and not is_day(until):
            place = (*pointer, "until")
            self._draft.wrong("FP1215", place, f"{shown(place)}: {until} is no day", "write a date such as 2026-12-31")
        if "match" in value and not match:
            place = (*pointer, "match")
            hint = 'say which tasks; "*" under tasks is all of them'
            self._holds_nothing(place, place, "names no tasks", hint)
        return Waiver(
            rule=value.get("rule", ""),
            match=_match(match),
            reason=value.get("reason", ""),
            owner=value.get("owner", ""),
            until=until,
            position=self._locator.key((*pointer, "rule")),
        )


def _meant_field(glob: str) -> str:
    """By the whole name, or by the parameter alone: `env_var.LOG_LEVEL` is one of env_vars."""
    return did_you_mean(glob, known()) or did_you_mean(glob.partition(".")[0], parameters(), "the fields are of")


def _meant_device(glob: str) -> str:
    """Manifests may name a device that Flyte does not know, with its class."""
    return f"{did_you_mean(glob, device.known(), limit=1)} for a device of your own, write *{glob}".lstrip()


class _Check(NamedTuple):
    """What the names of one subject are, which globs can match one, and what another one may have meant."""

    what: str
    can_match: Callable[[str], bool]
    meant: Callable[[str], str]


_CHECKS = {
    "fields": _Check("field that manifests set", can_match, _meant_field),
    "devices": _Check("device that Flyte knows", device.can_name, _meant_device),
}


def _mappings(spec: Mapping[str, Any], key: str) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
    """What is left of a list from which faulty items were pruned, each with its place."""
    for number, item in enumerate(spec.get(key, ())):
        if isinstance(item, dict):
            yield ("spec", key, number), item


def _match(written: Mapping[str, Any]) -> Match:
    lists = {
        key: tuple(glob for glob in written.get(key, ()) if glob is not None)
        for key in ("tasks", "exclude", "projects", "domains", "targets")
    }
    return Match(**lists, labels=tuple(sorted(written.get("labels", {}).items())))


def _count(text: str) -> int | None:
    return int(text) * 10**9 if text.isascii() and text.isdecimal() and len(text) <= 18 else None


_EXAMPLES = {"duration": "90s, 1h30m or 7d", "whole number": "3", "quantity": "2, 500m or 8Gi"}


def _kind(field: str) -> tuple[str, str, Callable[[str], int | None]]:
    """The code of what is wrong with a bound of *field*, what it should be, and what reads it."""
    if field.startswith(_DURATIONS):
        return "FP1207", "duration", duration.parse
    return ("FP1104", "whole number", _count) if field in _COUNTS else ("FP1201", "quantity", quantity.nano)
