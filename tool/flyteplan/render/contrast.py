"""What every rendering of a comparison says in the same words."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from flyteplan.errors import Position
from flyteplan.model.comparison import (
    ADDED,
    CHANGED,
    REMOVED,
    REVISIONS,
    TARGETS,
    UNKNOWN,
    Comparison,
    Entry,
    Fact,
    Row,
)
from flyteplan.model.plan import Change
from flyteplan.render.attention import GPU_LOST, Alert, Told, alerts, noted
from flyteplan.render.fields import place, reason
from flyteplan.render.groups import full_name
from flyteplan.render.magnitude import SAME, magnitude
from flyteplan.render.values import pair, shortened
from flyteplan.render.wording import counted, scope

# Tasks that differ alike.
Alike = tuple[Entry, ...]
_TARGET = 60
SAME_PLANS = "The plans are the same."
SAME_WANTED = "Both plans want the same; what was live when they were made is not."
_NOT_KNOWN = "the version is known in a task only"
UNTOLD = "(not known)"
DIGESTS = "of the two plans, not for apply --expect-digest"


def same(of: Comparison) -> str:
    """Where no task and no rule differs."""
    live = [[(change.action, change.live_digest) for change in plan.changes] for plan in (of.before, of.after)]
    return SAME_PLANS if live[0] == live[1] else SAME_WANTED


def summary(of: Comparison) -> str:
    """The last line, which scripts may look for."""
    if of.kind == TARGETS:
        return _promotion(of)
    if of.kind != REVISIONS:
        return f"Differs: {counted(of.tasks, 'task')}."
    names = of.names
    told = f"{counted(len(names.added), 'manifest')} added, {len(names.removed)} removed, {len(names.renamed)} renamed"
    rules = f", {counted(len(of.rules), 'rule')}" if of.rules else ""
    return f"Differs: {counted(of.tasks, 'task')}, {told}{rules}."


def left_out(of: Comparison) -> str:
    """The targets that a reader may take for compared, "" without any."""
    named = [f"{shortened(name, _TARGET)} (-t {shortened(shlex.quote(name), _TARGET)})" for name in of.others]
    return f"Not compared: {', '.join(named)}." if named else ""


def _promotion(of: Comparison) -> str:
    """`Promotion: 2 differ, 1 only in staging, 7 the same.`"""
    parts = [f"{of.count(CHANGED)} differ"]
    left, right = (shortened(plan.target, _TARGET) for plan in (of.before, of.after))
    words = {REMOVED: f"only in {left}", ADDED: f"only in {right}", UNKNOWN: "not known"}
    parts += [f"{of.count(kind)} {word}" for kind, word in words.items() if of.count(kind)]
    return f"Promotion: {', '.join([*parts, f'{of.same} the same'])}."


def sides(of: Comparison) -> tuple[str, str]:
    """Both plans in a few words."""
    older, newer = (f"{plan.target} {scope(plan)}".strip() for plan in (of.before, of.after))
    return older, newer


def standing(entry: Entry, of: Comparison) -> str:
    """What becomes of the task as a whole, "" where its rows say it."""
    if of.kind == TARGETS:
        only = {ADDED: f"only in {of.after.target}", REMOVED: f"only in {of.before.target}"}
        return only.get(entry.kind, "" if entry.kind == CHANGED else _NOT_KNOWN)
    return {ADDED: "new in the plan", REMOVED: "no longer in the plan"}.get(entry.kind, "")


def run_of(change: Change) -> str:
    """Tells the changes of one task apart."""
    return f"run of {', '.join(change.run_by)}" if change.submit.kind == "run" else ""


def remains(entry: Entry, of: Comparison) -> str:
    """What becomes of what was applied of a task that is in the plan no more, "" where nothing was to be applied."""
    if entry.kind != REMOVED or of.kind == TARGETS or entry.before is None:
        return ""
    change, base = entry.before, entry.before.task.version
    asked = "; no longer asked for:" if entry.rows else ""
    if change.submit.kind == "run":
        there = change.submit.state == "exists"
        return f"the run {change.submit.name} {'is there, and stays' if there else 'is not started'}{asked}"
    if change.submit.kind != "version":
        return asked.removeprefix("; ")
    if change.live_version == base:
        return f"it was not applied, so what is live stays as it is{asked}"
    end = ":" if entry.rows else ""
    return f"live {change.live_version} stays; with apply --prune it goes back to the base {base}{end}"


def told(of: Comparison) -> list[Told]:
    """Each new alert once, lost GPUs first, else in the order of the entries."""
    found: dict[Alert, list[Change]] = {}
    for entry in of.entries:
        for alert in came(entry):
            found.setdefault(alert, []).append(entry.change)
    ordered = sorted(found, key=lambda alert: alert.code != GPU_LOST)
    return [_told(alert, found[alert], of) for alert in ordered]


def _told(alert: Alert, changes: list[Change], of: Comparison) -> Told:
    return Told(alert, tuple(changes), tuple(dict.fromkeys(full_name(change, of.home(change)) for change in changes)))


def came(entry: Entry) -> list[Alert]:
    """What can hurt of going from what the older side wants to what the newer one does, whatever is live."""
    return list(alerts(entry.step)) if entry.step else []


def gone(entry: Entry) -> list[Alert]:
    """What is noted no more of a task that is in both plans."""
    return [noted(note, entry.before) for note in entry.settled] if entry.before else []


def groups(of: Comparison, *, expand: bool) -> list[Alike]:
    """In the order of their first tasks."""
    if expand:
        return [(entry,) for entry in of.entries]
    found: dict[str, list[Entry]] = {}
    for entry in of.entries:
        found.setdefault(_likeness(entry, of), []).append(entry)
    return [tuple(group) for group in found.values()]


def _likeness(entry: Entry, of: Comparison) -> str:
    """All that is shown of an entry but for the name of its task, where there is more than the name."""
    rows = [(row.path, wanted(row), source(row, of), row.effects, why(row, entry)) for row in entry.rows]
    said = [[(alert.code, alert.message, alert.position) for alert in found(entry)] for found in (came, gone)]
    sources = [place(one.position) for one in entry.change.manifests] if entry.change.submit.kind == "run" else []
    own = full_name(entry.change, of.plan_of(entry)) if not (entry.rows or entry.facts or any(said)) else ""
    return repr(
        (
            entry.kind,
            standing(entry, of),
            remains(entry, of),
            [(fact.name, fact.was, fact.now, source(fact, of)) for fact in entry.facts],
            rows,
            said,
            sources,
            own,
        )
    )


def wanted(row: Row) -> tuple[str, str]:
    """What both sides want; of a side that leaves the field as it is, not more than that where it is not known."""
    was, now = pair(row.was, row.now)
    if row.known:
        return was, now
    return (was, UNTOLD) if row.now is None else (UNTOLD, now)


def difference(row: Row) -> tuple[str, str]:
    """How much more is wanted, and how many times as much."""
    if not row.known:
        return "", ""
    by, ratio = magnitude(row.path, row.was, row.now)
    return ("", "") if by == SAME else (by, ratio)


def why(row: Row, entry: Entry) -> str:
    """Why a field changes though nobody wrote it."""
    return reason(row.field, entry.change) if row.collateral else ""


def places(row: Row | Fact, of: Comparison) -> tuple[str, Position | None]:
    """Where the older side set it, with the revision, and where the newer one does; "" and None where it does not."""
    was = f"{of.label}{place(row.was_set_by)}" if row.was_set_by else ""
    return was, row.set_by


def source(row: Row | Fact, of: Comparison) -> str:
    """The line of the newer side, else that of the older one; of two targets both."""
    was, now = places(row, of)
    at = place(now) if now else ""
    if of.kind == TARGETS:
        return " -> ".join(dict.fromkeys(filter(None, (was, at))))
    return at or was


def effects(rows: Iterable[Row]) -> Iterator[str]:
    return (effect for row in rows for effect in row.effects)
