"""What was applied, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flyteplan.model.event import ALREADY, FAILED, NOT_TRIED, SUBMITTED
from flyteplan.model.history import FORMAT_VERSION, Entry, History, Ledger
from flyteplan.render.jsontext import jsontext
from flyteplan.render.style import Line, Span
from flyteplan.render.table import aligned

_HEADS = ("TIME", "TARGET", "TASK", "VERSION OR RUN", "BASE", "OUTCOME", "REVISION", "")
_GAPS = (0, *[2] * (len(_HEADS) - 1))
_STYLES = {SUBMITTED: "add", ALREADY: "dim", FAILED: "remove", NOT_TRIED: "change"}
_SECONDS, _REVISION, _COMMIT = 19, 12, 40


def history_lines(history: History, *, all_tasks: bool) -> list[Line]:
    """One line an entry under the names of the columns. *all_tasks*: nothing was chosen that may have hidden some."""
    lines = _table(history.entries)
    if not lines:
        lines = [(Span("Nothing was applied yet." if all_tasks else "Nothing was applied to these tasks."),)]
    return [*lines, *((Span(line, "attention"),) for line in _remarks(history))]


def _table(entries: Iterable[Entry]) -> list[Line]:
    entries = list(entries)
    scopes = {(one.target, one.task.scope) for one in entries}
    is_mixed = len({target for target, _ in scopes}) < len(scopes)
    rows = [list(_cells(one, full=is_mixed)) for one in entries]
    heads = [Span(head if any(row[column].text for row in rows) else "", "bold") for column, head in enumerate(_HEADS)]
    return aligned([heads, *rows], gaps=_GAPS) if rows else []


def _cells(entry: Entry, *, full: bool) -> Iterator[Span]:
    yield Span(f"{entry.time[:_SECONDS]}Z")
    yield Span(entry.target)
    yield Span(str(entry.task) if full else entry.task.name)
    yield Span(entry.name)
    yield Span(entry.base)
    yield Span(entry.outcome, _STYLES.get(entry.outcome, ""))
    yield Span(_short(entry.revision))
    yield Span(_note(entry), "dim" if entry.outcome == SUBMITTED else "")


def _note(entry: Entry) -> str:
    if not entry.ledger:
        return "known from its tags"
    return entry.message or ("no longer in the catalog" if entry.there is False else "")


def _short(revision: str) -> str:
    """A commit by its first digits; any other name as it is."""
    commit, dash, rest = revision.partition("-")
    return f"{commit[:_REVISION]}{dash}{rest}" if len(commit) == _COMMIT else revision


def _remarks(history: History) -> Iterator[str]:
    for ledger in history.unfinished:
        counted = f"{len(ledger.entries)} of {_count(ledger.apply.changes, 'change')}"
        yield f"The apply of {ledger.time[:_SECONDS]}Z has no end, it was cut off or goes on: {counted} told."
    if history.older:
        yield f"{_count(history.older, 'older entry', 'older entries')} not shown (--limit 0 shows all)."
    if history.elsewhere:
        counted = _count(history.elsewhere, "entry", "entries")
        yield f"{counted} of other targets or catalogs not shown (--no-catalog shows all)."


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def history_json(history: History) -> str:
    document = {
        "format_version": FORMAT_VERSION,
        "entries": [_entry(one) for one in history.entries],
        "unfinished": [_unfinished(one) for one in history.unfinished],
        "older": history.older,
        "elsewhere": history.elsewhere,
    }
    return jsontext(document)


def _entry(entry: Entry) -> dict[str, Any]:
    task = entry.task
    found: dict[str, Any] = {
        "time": entry.time,
        "target": entry.target,
        "catalog": entry.catalog,
        "task": {"project": task.project, "domain": task.domain, "name": task.name, "version": entry.base},
        "as": entry.kind,
        entry.kind: entry.name,
        "outcome": entry.outcome,
        "owner": entry.owner,
        "revision": entry.revision,
        "manifests": list(entry.manifests),
        "desired_digest": entry.digest,
        "known_from": "ledger" if entry.ledger else "tags",
    }
    found |= {"ledger": entry.ledger} if entry.ledger else {}
    found |= {"in_catalog": entry.there} if entry.there is not None else {}
    return found | ({"message": entry.message} if entry.message else {})


def _unfinished(ledger: Ledger) -> dict[str, Any]:
    return {
        "ledger": ledger.name,
        "time": ledger.time,
        "target": ledger.apply.target,
        "changes": ledger.apply.changes,
        "told": len(ledger.entries),
    }
