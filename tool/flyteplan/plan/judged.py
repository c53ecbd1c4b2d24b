"""What policies and guards said of a plan, as JSON and back. It is no part of the digest: an apply judges anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteplan.errors import Position
from flyteplan.model.decision import Breach, Decision, Judgement
from flyteplan.model.policy import Match, Waiver
from flyteplan.model.task import TaskName

Document = Mapping[str, Any]


def judged(judgement: Judgement | None) -> dict[str, Any]:
    """The key `policy` of a plan; nothing for a target without policies and guards."""
    if judgement is None:
        return {}
    found = {
        "rules": judgement.rules,
        **({"revision": judgement.revision} if judgement.revision else {}),
        "decisions": [_decision(one) for one in judgement.decisions],
        "guards": [_breach(one) for one in judgement.breaches],
    }
    return {"policy": found}


def read_judgement(saved: Document | None) -> Judgement | None:
    """Without the problems of the policies: those were of their time."""
    if saved is None:
        return None
    return Judgement(
        rules=saved["rules"],
        revision=saved.get("revision", ""),
        decisions=tuple(map(_read_decision, saved["decisions"])),
        breaches=tuple(map(_read_breach, saved["guards"])),
    )


def _place(position: Position) -> dict[str, Any]:
    return {"path": position.path, "line": position.line}


def _position(saved: Document) -> Position:
    return Position(saved["path"], saved["line"])


def _decision(one: Decision) -> dict[str, Any]:
    return {
        "effect": one.effect,
        "policy": one.policy,
        "rule": one.rule,
        "rule_at": _place(one.rule_at),
        "task": {"project": one.task.project, "domain": one.task.domain, "name": one.task.name},
        "field": one.field,
        "message": one.message,
        "reason": one.reason,
        "set_by": _place(one.set_by),
        **({"exception": _waiver(one.waiver)} if one.waiver else {}),
    }


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "reason": waiver.reason,
        "owner": waiver.owner,
        "until": waiver.until,
        **_place(waiver.position),
    }


def _breach(one: Breach) -> dict[str, Any]:
    return {"guard": one.name, "message": one.message, **_place(one.position)}


def _read_decision(saved: Document) -> Decision:
    task, waiver = saved["task"], saved.get("exception")
    return Decision(
        effect=saved["effect"],
        policy=saved["policy"],
        rule=saved["rule"],
        rule_at=_position(saved["rule_at"]),
        task=TaskName(task["project"], task["domain"], task["name"]),
        field=saved["field"],
        message=saved["message"],
        reason=saved["reason"],
        set_by=_position(saved["set_by"]),
        waiver=_read_waiver(saved["rule"], waiver) if waiver else None,
    )


def _read_waiver(rule: str, saved: Document) -> Waiver:
    return Waiver(
        rule=rule,
        match=Match(),
        reason=saved["reason"],
        owner=saved["owner"],
        until=saved["until"],
        position=_position(saved),
    )


def _read_breach(saved: Document) -> Breach:
    return Breach(name=saved["guard"], message=saved["message"], position=_position(saved))
