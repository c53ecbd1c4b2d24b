"""The events of an apply on their way to the reader: each goes into the ledger first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing

from flyteplan.cli.output import show_problems
from flyteplan.cli.ready import Ready
from flyteplan.files.ledger import LedgerFile
from flyteplan.model.deployment import Provenance
from flyteplan.model.event import Event
from flyteplan.model.history import Apply
from flyteplan.plan.document import digest


def recorded(happening: Iterable[Event], prepared: Ready, provenance: Provenance) -> Iterator[Event]:
    """An apply that has nothing to submit leaves no ledger."""
    changes = sum(change.submits for change in prepared.changes)
    if not changes:
        yield from happening
        return
    apply = _apply(prepared, provenance, changes)
    with closing(LedgerFile(prepared.workspace.root, apply, lambda problem: show_problems([problem]))) as ledger:
        for event in happening:
            ledger.note(event)
            yield event
        ledger.end()


def _apply(prepared: Ready, provenance: Provenance, changes: int) -> Apply:
    plan = prepared.plan
    return Apply(
        target=plan.target,
        catalog=prepared.controller.now().address,
        org=plan.org,
        project=plan.project,
        domain=plan.domain,
        plan=digest(plan),
        owner=provenance.owner,
        revision=provenance.revision,
        changes=changes,
    )
