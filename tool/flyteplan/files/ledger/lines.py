"""The lines of a ledger, to and from JSON. Schema: `schema/history.v1.schema.json`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from flyteplan import __version__
from flyteplan.files.ownfolder import ROOT
from flyteplan.model.event import OUTCOMES, Event
from flyteplan.model.history import FORMAT_VERSION, Apply, Entry
from flyteplan.model.task import TaskName

# Where ledgers are, below the root of a workspace.
HISTORY = "history"
FOLDER = f"{ROOT}/{HISTORY}"
SUFFIX = ".jsonl"
STARTED, ENDED = "started", "applied"


def started(apply: Apply, time: str) -> str:
    names = ("catalog", "org", "project", "domain")
    document = {
        "format_version": FORMAT_VERSION,
        "event": STARTED,
        "time": time,
        "target": {"name": apply.target, **{name: getattr(apply, name) for name in names}},
        "plan": apply.plan,
        "owner": apply.owner,
        "revision": apply.revision,
        "flyteplan": __version__,
        "changes": apply.changes,
    }
    return _line(document)


def happened(event: Event, time: str) -> str:
    change, task = event.change, event.change.task.task
    document: dict[str, Any] = {
        "event": event.outcome,
        "time": time,
        "task": {
            "org": change.org,
            "project": task.project,
            "domain": task.domain,
            "name": task.name,
            "version": change.task.version,
        },
        "as": change.submit.kind,
        change.submit.kind: change.submit.name,
        "manifests": sorted({source.name for source in change.manifests}),
        "base_digest": change.base_digest,
        "desired_digest": change.desired_digest,
    }
    return _line(document | ({"message": event.message} if event.message else {}))


def ended(events: Iterable[Event], time: str) -> str:
    counts = Counter(event.outcome for event in events)
    totals = {outcome.replace(" ", "_"): counts[outcome] for outcome in OUTCOMES}
    return _line({"event": ENDED, "time": time, **totals})


def _line(document: Mapping[str, Any]) -> str:
    return json.dumps(document) + "\n"


def read_started(line: Mapping[str, Any]) -> Apply:
    """Raises KeyError, TypeError or ValueError for a line that is not the first one of a ledger of this format."""
    target = line["target"]
    if line["event"] != STARTED or not _text(line, "format_version").startswith("1."):
        raise ValueError
    return Apply(
        target=_text(target, "name"),
        catalog=_text(target, "catalog"),
        org=_text(target, "org"),
        project=_text(target, "project"),
        domain=_text(target, "domain"),
        plan=_text(line, "plan"),
        owner=_text(line, "owner"),
        revision=_text(line, "revision"),
        changes=int(line["changes"]),
    )


def read_happened(line: Mapping[str, Any], apply: Apply, ledger: str) -> Entry:
    """Raises KeyError, TypeError or ValueError for a line that is no event."""
    task, kind = line["task"], _text(line, "as")
    return Entry(
        time=_text(line, "time"),
        target=apply.target,
        task=TaskName(_text(task, "project"), _text(task, "domain"), _text(task, "name")),
        kind=kind,
        name=_text(line, kind),
        base=_text(task, "version"),
        outcome=_text(line, "event"),
        owner=apply.owner,
        revision=apply.revision,
        manifests=tuple(map(str, line.get("manifests", ()))),
        digest=str(line.get("desired_digest", "")),
        message=str(line.get("message", "")),
        catalog=apply.catalog,
        ledger=ledger,
    )


def _text(line: Mapping[str, Any], key: str) -> str:
    value = line[key]
    if not isinstance(value, str):
        raise TypeError
    return value
