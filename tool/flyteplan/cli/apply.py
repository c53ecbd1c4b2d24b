"""`flyteplan apply`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from flyteplan import pipeline
from flyteplan.cli import options
from flyteplan.cli.interrupts import interruptible
from flyteplan.cli.output import formats, show, width
from flyteplan.cli.planning import Asked
from flyteplan.cli.ready import Ready, ready
from flyteplan.cli.verdict import hold
from flyteplan.errors import Exit, Position, Problem, StaleError, UsageError
from flyteplan.files.revision import revision
from flyteplan.model.deployment import Provenance
from flyteplan.model.event import ALREADY, FAILED, NOT_TRIED, SUBMITTED, Event
from flyteplan.model.plan import Plan
from flyteplan.plan import digest
from flyteplan.render.applied import event_json, event_line, total_json, total_line
from flyteplan.render.text import text


@click.command("apply")
@options.asked
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--expect-digest", metavar="DIGEST", help="Fail with 4 unless the plan has this digest.")
@click.option("--dangerous-allow", multiple=True, metavar="GUARD", help="Pass this guard of the target.")
@click.option("--fail-fast", is_flag=True, help="Try no more after the first change that fails.")
@options.output
@options.quiet
@options.verbose
def command(
    *,
    outputs: tuple[str, ...],
    yes: bool,
    expect_digest: str | None,
    dangerous_allow: tuple[str, ...],
    fail_fast: bool,
    quiet: bool,
    verbose: bool,
    **asked: Any,
) -> int:
    """Plan, show, ask, and submit. Running it again does what is left.

    PATHS are folders and files of manifests as for plan, or one saved plan, which is applied as it was reviewed or not
    at all.
    """
    as_json = _only_format(outputs) == "json"
    prepared = ready(Asked(**asked))
    if not quiet and not prepared.saved:
        show([*text(prepared.plan, expand=verbose, width=width()), ()], err=as_json)
    _expect(prepared.plan, expect_digest)
    hold(prepared.plan, dangerous_allow)
    if _changes(prepared.plan) and not (yes or prepared.saved or _agreed(prepared.plan)):
        show("Nothing was submitted.\n", err=True)
        return Exit.FAILED
    return _apply(prepared, as_json=as_json, fail_fast=fail_fast)


def _only_format(outputs: Sequence[str]) -> str:
    ((name, file),) = formats(outputs[-1:], ("text", "json"))
    if file or len(outputs) > 1:
        raise click.UsageError("-o: events go to standard output, in one format")
    return name


def _expect(plan: Plan, expected: str | None) -> None:
    if expected and digest(plan) != expected:
        message, hint = f"the plan has the digest {digest(plan)}", "plan again, and review what is different"
        raise StaleError([Problem(code="FP2301", position=Position("--expect-digest"), message=message, hint=hint)])


def _changes(plan: Plan) -> int:
    return sum(change.action in ("update", "run") for change in plan.changes)


def _agreed(plan: Plan) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("there is no terminal to ask on (give --yes, or apply a plan that plan --out saved)")
    return click.confirm(f"Submit {_changes(plan)} of them?", err=True)


def _apply(prepared: Ready, *, as_json: bool, fail_fast: bool) -> int:
    workspace = prepared.workspace
    provenance = Provenance(owner=workspace.config.owner, revision=revision(workspace.root))
    events: list[Event] = []
    with interruptible() as interrupted:
        happening = pipeline.submit(
            prepared.changes, prepared.controller, provenance, fail_fast=fail_fast, stopped=interrupted
        )
        for event in _kept(happening, events):
            show(event_json(event) if as_json else [event_line(event, prepared.plan)])
        stopped = interrupted()
    show(total_json(events, digest(prepared.plan)) if as_json else [total_line(events)])
    left = any(event.outcome == NOT_TRIED for event in events)
    return Exit.INTERRUPTED if stopped and left else _exit_code(events)


def _kept(happening: Iterable[Event], events: list[Event]) -> Iterator[Event]:
    for event in happening:
        events.append(event)
        yield event


def _exit_code(events: Sequence[Event]) -> int:
    """In part, when some of it is as desired now; stale, when nothing else kept the rest from it."""
    outcomes = {event.outcome for event in events}
    if not outcomes & {FAILED, NOT_TRIED}:
        return Exit.DONE
    if outcomes & {SUBMITTED, ALREADY}:
        return Exit.PARTIAL
    failed = [event for event in events if event.outcome == FAILED]
    return Exit.STALE if failed and all(event.stale for event in failed) else Exit.FAILED
