"""Two plans side by side, for machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteplan.errors import Position
from flyteplan.model.comparison import ADDED, CHANGED, REMOVED, REVISIONS, UNKNOWN, Comparison, Entry, Row
from flyteplan.model.plan import FORMAT_VERSION, Change, Plan
from flyteplan.model.rulechange import RuleChange
from flyteplan.render.attention import Alert
from flyteplan.render.contrast import came, gone
from flyteplan.render.jsontext import jsontext
from flyteplan.render.style import text_of

_STATES = {CHANGED: "differ", REMOVED: "only_from", ADDED: "only_to", UNKNOWN: "unknown"}


def compared_json(of: Comparison, plans: Mapping[str, Any] | None = None) -> str:
    """Tasks that are the same are left out. *plans* are the JSON of both plans, where they belong to it."""
    found: dict[str, Any] = {"format_version": FORMAT_VERSION, "compares": of.kind}
    found |= {"base": of.base} if of.kind == REVISIONS else {}
    found |= {"from": _target(of.before), "to": _target(of.after)}
    if of.kind == REVISIONS:
        found |= {"manifests": _names(of), "rules": [_rule(one) for one in of.rules]}
    found |= {"tasks": [_task(entry) for entry in of.entries], "summary": _counts(of)}
    return jsontext(found | dict(plans or {}))


def _target(plan: Plan) -> dict[str, str]:
    return {"name": plan.target, "org": plan.org, "project": plan.project, "domain": plan.domain}


def _names(of: Comparison) -> dict[str, Any]:
    moved = [{"from": old, "to": new} for old, new in of.names.renamed]
    return {"added": list(of.names.added), "removed": list(of.names.removed), "renamed": moved}


def _rule(one: RuleChange) -> dict[str, Any]:
    found: dict[str, Any] = {"what": one.what, "name": one.name, "state": one.state, "bearing": one.bearing}
    found |= {"from_at": _place(one.was_at)} if one.was_at else {}
    found |= {"to_at": _place(one.at)} if one.at else {}
    return {**found, "details": list(one.details)}


def _task(entry: Entry) -> dict[str, Any]:
    found = {
        "name": entry.change.task.task.name,
        "as": entry.change.submit.kind,
        "state": _STATES[entry.kind],
        "from": _version(entry.before),
        "to": _version(entry.after),
        "fields": [_field(row) for row in entry.rows],
    }
    found |= {"facts": {fact.name: {"from": fact.was, "to": fact.now} for fact in entry.facts}} if entry.facts else {}
    alerts, settled = came(entry), gone(entry)
    found |= {"alerts": list(map(_alert, alerts))} if alerts else {}
    return found | ({"settled": list(map(_alert, settled))} if settled else {})


def _version(change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    task, runs = change.task.task, change.submit.kind == "run"
    names = {"manifests": sorted({source.name for source in change.manifests})} if runs else {}
    return {"project": task.project, "domain": task.domain, "version": change.task.version, **names}


def _field(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {"path": row.path, "from": row.was, "to": row.now}
    found |= {} if row.known else {"known": False}
    found |= {"from_set_by": _place(row.was_set_by)} if row.was_set_by else {}
    found |= {"to_set_by": _place(row.set_by)} if row.set_by else {}
    found |= {"effects": list(row.effects)} if row.effects else {}
    return found | ({"collateral": True} if row.collateral else {})


def _alert(alert: Alert) -> dict[str, Any]:
    return {"code": alert.code, "message": text_of(alert.message), **_place(alert.position)}


def _place(position: Position) -> dict[str, Any]:
    return {"path": position.path, "line": position.line}


def _counts(of: Comparison) -> dict[str, int]:
    """Of two revisions what is the same is not read, and so not counted."""
    order = (CHANGED, REMOVED, ADDED, UNKNOWN)
    same = {"same": of.same} if of.kind != REVISIONS else {}
    return {**{_STATES[kind]: of.count(kind) for kind in order}, **same}
