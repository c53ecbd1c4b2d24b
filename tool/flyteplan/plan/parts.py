"""A part of a plan as JSON and back.

Its changes are written as a saved plan has them, so that a plan of all parts takes them over as they are. What a saved
plan leaves out, and what is said of the whole needs, stands beside them: columns, problems, guards, names of runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from flyteplan.errors import Position, Problem
from flyteplan.model.decision import Decision, Judgement
from flyteplan.model.guards import Freeze, Guards, Most, Protected
from flyteplan.model.part import Part, Share, Started
from flyteplan.model.plan import FORMAT_VERSION, Change, Plan
from flyteplan.model.run import RunName
from flyteplan.model.task import TaskName
from flyteplan.plan.document import document
from flyteplan.plan.judged import judged
from flyteplan.plan.saved import read
from flyteplan.record import replace

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec

PartDocument = Mapping[str, Any]
_MOST = ("max_changed", "max_changed_percent")


def part_document(part: Part, desired: Callable[[TaskSpec], Any]) -> PartDocument:
    """Without its digest, which is one of the text that is written."""
    found: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "part": part.share.number,
        "parts": part.share.count,
        "made_of": dict(part.made_of),
        "now": part.now,
        "checked": list(map(_problem, part.checked)),
        "problems": list(map(_problem, part.problems)),
        "runs": [_started(one) for one in part.runs],
        "guards": _guards(part.guards),
    }
    return found | (_planned(part.plan, desired) if part.plan else {"changes": []})


def read_part(saved: PartDocument) -> Part:
    """The same value, but for the desired specs. Raises what comes of a document that is not one of ours."""
    return Part(
        share=Share(int(saved["part"]), int(saved["parts"])),
        made_of=tuple((str(name), str(value)) for name, value in saved["made_of"].items()),
        now=str(saved["now"]),
        checked=tuple(map(_read_problem, saved["checked"])),
        problems=tuple(map(_read_problem, saved["problems"])),
        runs=tuple(map(_read_started, saved["runs"])),
        guards=_read_guards(saved["guards"]),
        plan=_read_plan(saved) if "target" in saved else None,
    )


def _planned(plan: Plan, desired: Callable[[TaskSpec], Any]) -> dict[str, Any]:
    whole = document(plan, desired=desired, settings=True)
    found: dict[str, Any] = {"target": whole["target"], "left_out": plan.left_out}
    if plan.judgement is not None:
        said = {**judged(plan.judgement)["policy"], "problems": list(map(_problem, plan.judgement.problems))}
        found |= {"policy": said, "policy_columns": _columns(_said_at(plan.judgement.decisions))}
        found |= {"unexcused": [one.unexcused for one in plan.judgement.decisions]}
    found |= {"columns": [_columns(_places(change)) for change in plan.changes]}
    return {**found, "changes": whole["changes"]}


def _read_plan(saved: PartDocument) -> Plan:
    plan = read({**saved, "summary": {"left_out": saved["left_out"]}})
    pairs = zip(plan.changes, saved["columns"], strict=True)
    return replace(
        plan,
        changes=tuple(_with_columns(change, iter(columns)) for change, columns in pairs),
        judgement=plan.judgement and _exact(plan.judgement, saved),
    )


def _exact(judgement: Judgement, saved: PartDocument) -> Judgement:
    columns, pairs = iter(saved["policy_columns"]), zip(judgement.decisions, saved["unexcused"], strict=True)
    return replace(
        judgement,
        decisions=tuple(replace(_decision_with_columns(one, columns), unexcused=str(rule)) for one, rule in pairs),
        problems=tuple(map(_read_problem, saved["policy"]["problems"])),
    )


def _columns(positions: Iterable[Position]) -> list[int]:
    return [position.column for position in positions]


def _places(change: Change) -> Iterator[Position]:
    """All that a renderer may show, in the order in which `_with_columns` takes it."""
    yield from (one.position for one in change.manifests)
    for field in change.fields:
        yield from (one.position for one in field.overridden)
        if field.set_by:
            yield field.set_by


def _with_columns(change: Change, columns: Iterator[int]) -> Change:
    def moved(position: Position) -> Position:
        return position._replace(column=next(columns))

    manifests = tuple(replace(one, position=moved(one.position)) for one in change.manifests)
    fields = []
    for field in change.fields:
        losers = tuple(one._replace(position=moved(one.position)) for one in field.overridden)
        fields.append(field._replace(overridden=losers, set_by=field.set_by and moved(field.set_by)))
    return replace(change, manifests=manifests, fields=tuple(fields))


def _said_at(decisions: Iterable[Decision]) -> Iterator[Position]:
    for one in decisions:
        yield from (one.rule_at, one.set_by)
        if one.waiver:
            yield one.waiver.position


def _decision_with_columns(one: Decision, columns: Iterator[int]) -> Decision:
    rule_at = one.rule_at._replace(column=next(columns))
    set_by = one.set_by._replace(column=next(columns))
    waiver = one.waiver and replace(one.waiver, position=one.waiver.position._replace(column=next(columns)))
    return replace(one, rule_at=rule_at, set_by=set_by, waiver=waiver)


def _place(position: Position) -> dict[str, Any]:
    return {"path": position.path, "line": position.line, "column": position.column}


def _position(saved: PartDocument) -> Position:
    return Position(str(saved["path"]), int(saved["line"]), int(saved["column"]))


def _problem(one: Problem) -> dict[str, Any]:
    said = {"code": one.code, "severity": one.severity, "message": one.message, "hint": one.hint}
    return {**_place(one.position), **said}


def _read_problem(saved: PartDocument) -> Problem:
    words = {name: str(saved[name]) for name in ("code", "severity", "message", "hint")}
    return Problem(position=_position(saved), **words)


def _started(one: Started) -> dict[str, Any]:
    task = {"project": one.task.project, "domain": one.task.domain, "name": one.task.name}
    return {"task": task, "run": one.run.name, **_place(one.position)}


def _read_started(saved: PartDocument) -> Started:
    task = TaskName(**saved["task"])
    return Started(task, RunName(task.project, task.domain, str(saved["run"])), _position(saved))


def _guards(guards: Guards) -> dict[str, Any]:
    most = {name: getattr(guards, name) for name in _MOST}
    return {
        **{name: {"value": one.value, **_place(one.position)} for name, one in most.items() if one},
        "protected": [{"glob": one.glob, **_place(one.position)} for one in guards.protected],
        "freezes": [_freeze(one) for one in guards.freezes],
    }


def _freeze(one: Freeze) -> dict[str, Any]:
    said = {"name": one.name, "start": one.start, "end": one.end, "reason": one.reason}
    return {**said, "tasks": list(one.tasks), "exclude": list(one.exclude), **_place(one.position)}


def _read_guards(saved: PartDocument) -> Guards:
    most = {name: Most(saved[name]["value"], _position(saved[name])) for name in _MOST if name in saved}
    protected = tuple(Protected(glob=one["glob"], position=_position(one)) for one in saved["protected"])
    return Guards(**most, protected=protected, freezes=tuple(map(_read_freeze, saved["freezes"])))


def _read_freeze(saved: PartDocument) -> Freeze:
    name, start, end, reason = (str(saved[key]) for key in ("name", "start", "end", "reason"))
    tasks, exclude = tuple(saved["tasks"]), tuple(saved["exclude"])
    place = _position(saved)
    return Freeze(name=name, start=start, end=end, reason=reason, tasks=tasks, exclude=exclude, position=place)
