"""The report as JSON. Schema: `schema/status.v1.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteplan.model.status import STATES, Report, TaskStatus

FORMAT_VERSION = "1.0"
StatusDocument = Mapping[str, Any]


def document(report: Report) -> StatusDocument:
    """*report* in the order and the words of the schema: every task, those in step too."""
    plan, states = report.plan, [one.state for one in report.tasks]
    return {
        "format_version": FORMAT_VERSION,
        "target": {
            "name": plan.target,
            "catalog": plan.catalog,
            "org": plan.org,
            "project": plan.project,
            "domain": plan.domain,
        },
        "tasks": [_task(one) for one in report.tasks],
        "summary": {"tasks": len(states), **{_key(state): states.count(state) for state in STATES}},
    }


def _task(status: TaskStatus) -> dict[str, Any]:
    change, task = status.change, status.change.task.task
    found: dict[str, Any] = {
        "task": {"org": change.org, "project": task.project, "domain": task.domain, "name": task.name},
        "state": _key(status.state),
        "reasons": [{"state": _key(reason.state), "message": reason.message} for reason in status.reasons],
        "base": change.task.version,
        "live_version": change.live_version,
        "base_digest": change.base_digest,
        "live_digest": change.live_digest,
        "desired_digest": change.desired_digest,
        "manifests": [
            {"name": source.name, "path": source.position.path, "line": source.position.line}
            for source in change.manifests
        ],
    }
    return found | ({"next": status.next} if status.next else {})


def _key(state: str) -> str:
    """`changed in Git` as `changed_in_git`."""
    return state.casefold().replace(",", "").replace(" ", "_")
