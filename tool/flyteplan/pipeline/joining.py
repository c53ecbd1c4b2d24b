"""Parts of a plan -> the plan that one run would have made, and what is wrong with it as a whole.

Every part has read all manifests, and says alike what is to be said of them; of what is a matter of one task, only the
part of that task speaks. Here is decided what needs all of them: whether two runs have one name, what a selector has
in the lock, whether a guard is passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from flyteplan.errors import Position, Problem, is_valid, ordered
from flyteplan.model.decision import Judgement
from flyteplan.model.listed import cut
from flyteplan.model.part import Part, Share
from flyteplan.model.plan import Plan
from flyteplan.pipeline.planning import Planned, said_together
from flyteplan.pipeline.runnames import same_runs
from flyteplan.record import replace

# The words for what parts are made of, and what to do where it differs.
_WORDS = {
    "flyteplan": "version of flyteplan",
    "revision": "revision of the checkout",
    "target": "target",
    "catalog": "catalog",
    "manifests": "manifests (or the salt)",
    "policies": "policies and guards",
    "lock": "flyteplan.lock",
    "flags": "flags",
}
_NAMED = 4
_SHOWN = ("flyteplan", "revision", "catalog", "flags")
_ALIKE = "make all parts from one checkout, with the same flags"


def belonging(parts: Mapping[str, Part]) -> tuple[Problem, ...]:
    """Why *parts*, each with the path of its file, are not those of one plan; nothing when they are."""
    files = list(parts.items())
    path, first = files[0]
    strangers = [_stranger(other, part, path, first) for other, part in files[1:]]
    found = [one for one in strangers if one]
    return ordered(found) if found else ordered([*_twice(files), *_missing(first.share, files)])


def joined(parts: Sequence[Part]) -> Planned:
    """The plan of *parts*, which belong together; or none, with all that is wrong. `checked` of a part is left out."""
    ready = sorted(parts, key=lambda one: one.share.number)
    runs = chain.from_iterable(one.runs for one in ready)
    problems = [problem for one in ready for problem in one.problems]
    found = ordered([*said_together(problems), *same_runs(runs)])
    plans = [one.plan for one in ready if one.plan]
    if not is_valid(found) or len(plans) < len(ready):
        return Planned(plan=None, problems=found)
    changes = sorted(chain.from_iterable(plan.changes for plan in plans), key=lambda one: one.task.task)
    whole = replace(plans[0], changes=tuple(changes))
    return Planned(plan=replace(whole, judgement=_judged(whole, ready)), problems=found)


def _judged(whole: Plan, parts: Sequence[Part]) -> Judgement | None:
    """At the minute of the last part, for time has gone on: an exception may have ended. Guards look at the whole."""
    latest = max(parts, key=lambda one: one.now)
    if whole.judgement is None or latest.plan is None or latest.plan.judgement is None:
        return None
    from flyteplan.policy import at, breaches, guarded, in_order

    said = [one.plan.judgement for one in parts if one.plan and one.plan.judgement]
    return replace(
        latest.plan.judgement,
        decisions=in_order(at(decision, latest.now) for one in said for decision in one.decisions),
        breaches=breaches(latest.guards, guarded(whole.changes), whole.left_out, latest.now),
    )


def _stranger(path: str, part: Part, first_path: str, first: Part) -> Problem | None:
    if part.share.count != first.share.count:
        hint = f"the parts of one plan have one N in --shard I/N; {_ALIKE}"
        message = f"this is part {part.share}, and {first_path} is part {first.share}"
        return _problem(path, message, hint)
    here, there = dict(part.made_of), dict(first.made_of)
    names = [name for name in _WORDS if here.get(name) != there.get(name)]
    if not names and here == there:
        return None
    told = " and ".join(_WORDS[name] for name in names) or "version of flyteplan"
    shown = [f"{here.get(name) or 'none'} here, {there.get(name) or 'none'} there" for name in names if name in _SHOWN]
    more = f" ({'; '.join(shown)})" if shown else ""
    return _problem(path, f"this is a part of another plan than {first_path}: the {told} differ{more}", _ALIKE)


def _twice(files: Sequence[tuple[str, Part]]) -> Iterator[Problem]:
    counts = Counter(part.share for _, part in files)
    first: dict[Share, str] = {}
    for path, part in files:
        other = first.setdefault(part.share, path)
        if counts[part.share] > 1 and other != path:
            yield _problem(path, f"this is part {part.share}, and so is {other}", "leave one of the two out")


def _missing(share: Share, files: Sequence[tuple[str, Part]]) -> Iterator[Problem]:
    there = {part.share.number for _, part in files}
    absent = [str(number) for number in range(1, share.count + 1) if number not in there]
    if absent:
        verb = "is" if len(absent) == 1 else "are"
        message = f"{_listed(absent)} of {share.count} {verb} missing"
        hint = f"give its file too, or make it with flyteplan plan --shard {absent[0]}/{share.count} --out FILE"
        yield _problem("merge-plans", f"part {message}" if len(absent) == 1 else f"parts {message}", hint)


def _listed(names: Sequence[str]) -> str:
    first, left = cut(names, _NAMED)
    shown = [*first, *([f"{left} more"] if left else [])]
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def _problem(path: str, message: str, hint: str) -> Problem:
    return Problem(code="FP2304", position=Position(path), message=message, hint=hint)
