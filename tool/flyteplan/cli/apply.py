"""`flyteplan apply`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from flyteplan import pipeline
from flyteplan.cli import options
from flyteplan.cli.instead import show_moved
from flyteplan.cli.interrupts import interruptible
from flyteplan.cli.output import formats, show, show_problems, width
from flyteplan.cli.planning import Asked
from flyteplan.cli.progress import watch
from flyteplan.cli.ready import Ready, ready
from flyteplan.cli.recording import recorded
from flyteplan.cli.verdict import hold
from flyteplan.errors import Exit, Position, Problem, RefusedError, StaleError, UsageError
from flyteplan.files.revision import revision
from flyteplan.model.deployment import Provenance
from flyteplan.model.event import ALREADY, FAILED, NOT_TRIED, SUBMITTED, Event
from flyteplan.model.plan import Change, Plan
from flyteplan.model.run import Run
from flyteplan.plan.document import digest
from flyteplan.ports import Catalog
from flyteplan.record import dataclass, replace
from flyteplan.render.applied import event_json, event_line, phase_json, phase_line, total_json, total_line
from flyteplan.render.text import text

if TYPE_CHECKING:
    from threading import Event as Interrupt

_PARALLELISM = 10
_NOTHING = "Nothing was submitted.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _How:
    """What the flags of apply itself say; `seen` is the catalog of the plan, while it is fresh."""

    as_json: bool
    parallelism: int
    fail_fast: bool
    wait: bool
    seen: Catalog | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Talk:
    """What the flags say of what is shown and asked."""

    yes: bool
    quiet: bool
    verbose: bool


@click.command("apply")
@options.asked
@options.prune
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--expect-digest", metavar="DIGEST", help="Fail with 4 unless the plan has this digest.")
@click.option("--parallelism", type=click.IntRange(1, 100), default=_PARALLELISM, metavar="N", help="At once (10).")
@click.option("--dangerous-allow", multiple=True, metavar="GUARD", help="Pass this guard of the target.")
@click.option("--fail-fast", is_flag=True, help="Try no more after the first change that fails.")
@click.option("--wait", is_flag=True, help="Follow the runs to their end; exit with 1 unless all succeed.")
@options.output("text", "json")
@options.quiet
@options.verbose
def command(
    *,
    outputs: tuple[str, ...],
    yes: bool,
    expect_digest: str | None,
    parallelism: int,
    dangerous_allow: tuple[str, ...],
    fail_fast: bool,
    wait: bool,
    quiet: bool,
    verbose: bool,
    **asked: Any,
) -> int:
    """Plan, show, ask, and submit. Running it again does what is left.

    PATHS are folders and files of manifests as for plan, or one saved plan, which is applied as it was reviewed or not
    at all.
    """
    how = _How(as_json=_only_format(outputs) == "json", parallelism=parallelism, fail_fast=fail_fast, wait=wait)
    talk = _Talk(yes=yes, quiet=quiet, verbose=verbose)
    try:
        return _command(Asked(**asked), how, talk, expect_digest, dangerous_allow)
    except (RefusedError, StaleError) as error:
        # Both are raised before the first submission: what moves later is an event.
        show_problems(error.problems)
        show(_NOTHING, err=True)
        return error.exit_code


def _command(wanted: Asked, how: _How, talk: _Talk, expected: str | None, allowed: Sequence[str]) -> int:
    prepared = ready(wanted)
    if not talk.quiet and not prepared.saved:
        show(chain(text(prepared.plan, expand=talk.verbose, width=width()), [()]), err=how.as_json)
    _expect(prepared.plan, expected)
    _check_waiting(prepared, how)
    hold(prepared.plan, allowed)
    asking = _changes(prepared.plan) > 0 and not (talk.yes or prepared.saved)
    if asking and not _agreed(prepared):
        show(_NOTHING, err=True)
        return Exit.FAILED
    # While somebody reads and thinks, anything may happen.
    seen = None if asking else prepared.catalog
    return _held(prepared, replace(how, seen=seen), wanted)


def _held(prepared: Ready, how: _How, asked: Asked) -> int:
    try:
        return _apply(prepared, how)
    except StaleError:
        if prepared.saved:
            show_moved(prepared.plan, asked)
        raise


def _only_format(outputs: Sequence[str]) -> str:
    ((name, file),) = formats(outputs[-1:], ("text", "json"))
    if file or len(outputs) > 1:
        raise click.UsageError("-o: events go to standard output, in one format")
    return name


def _expect(plan: Plan, expected: str | None) -> None:
    if expected and digest(plan) != expected:
        message, hint = f"the plan has the digest {digest(plan)}", "plan again, and review what is different"
        raise StaleError([Problem(code="FP2301", position=Position("--expect-digest"), message=message, hint=hint)])


def _check_waiting(prepared: Ready, how: _How) -> None:
    if (
        how.wait
        and not prepared.controller.executes
        and any(change.submit.kind == "run" for change in prepared.changes)
    ):
        raise UsageError("--wait: nobody executes runs in a catalog database (leave it out, or give --endpoint HOST)")


def _changes(plan: Plan) -> int:
    return sum(change.submits for change in plan.changes)


def _agreed(prepared: Ready) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("there is no terminal to ask on (give --yes, or apply a plan that plan --out saved)")
    actions = Counter(change.action for change in prepared.plan.changes)
    counts = {"version": actions["update"], "run": actions["run"]}
    what = " and ".join(f"{count} {name}{'s' * (count != 1)}" for name, count in counts.items() if count)
    target = f"{prepared.plan.target} at " if prepared.plan.target else ""
    return click.confirm(f"Submit {what} to {target}{prepared.controller.now().address}?", err=True)


def _apply(prepared: Ready, how: _How) -> int:
    events: list[Event] = []
    ended: list[Run] = []
    with interruptible() as interrupted:
        happening = _happening(prepared, how, interrupted)
        try:
            for event in happening:
                _tell(event, prepared, how)
                events.append(event)
            ended += _followed(prepared, how, interrupted, events) if how.wait else ()
        except KeyboardInterrupt:
            for event in _cut_off(prepared, how, told=len(events)):
                _tell(event, prepared, how)
                events.append(event)
        finally:
            show(total_json(events, digest(prepared.plan)) if how.as_json else [total_line(events)])
        stopped = interrupted.is_set()
    if stopped and how.wait:
        show("Not followed any further: what was started goes on (flyteplan runs list).\n", err=True)
    return _exit_code(events, ended, stopped=stopped)


def _happening(prepared: Ready, how: _How, interrupted: Interrupt) -> Iterable[Event]:
    """Each as it happens. What is wrong with the plan as a whole is raised before any."""
    workspace = prepared.workspace
    owner, target = workspace.config.owner, prepared.plan.target
    provenance = Provenance(owner=owner, target=target, revision=revision(workspace.root))
    pace = pipeline.Pace(parallelism=how.parallelism, fail_fast=how.fail_fast, stopped=interrupted.is_set)
    happening = pipeline.submit(prepared.changes, prepared.controller, provenance, pace, how.seen)
    return watch()("Submitting", recorded(happening, prepared, provenance), _changes(prepared.plan))


def _tell(event: Event, prepared: Ready, how: _How) -> None:
    show(event_json(event) if how.as_json else [event_line(event, prepared.plan)])


def _cut_off(prepared: Ready, how: _How, *, told: int) -> Iterator[Event]:
    """Of what was on its way when somebody would not wait for its end, nobody knows."""
    wanted = [change for change in prepared.changes if change.is_tried]
    sent = (told // how.parallelism + 1) * how.parallelism
    for number, change in enumerate(wanted[told:], told):
        if number < sent:
            yield Event(change=change, outcome=FAILED, message="interrupted on its way, and may have arrived")
        else:
            yield Event(change=change, outcome=NOT_TRIED, message="interrupted")


def _followed(prepared: Ready, how: _How, interrupted: Interrupt, events: Iterable[Event]) -> Iterator[Run]:
    """The runs of the plan that are there, those of an earlier apply too, as their phases change."""
    absent = {event.change.run for event in events if event.outcome in (FAILED, NOT_TRIED)}
    runs = {change.run: change for change in prepared.plan.changes if _is_there(change) and change.run not in absent}
    for run in pipeline.follow(list(runs), prepared.controller, interrupted.wait):
        change = runs[run.name]
        show(phase_json(run, change) if how.as_json else [phase_line(run, change, prepared.plan)])
        yield run


def _is_there(change: Change) -> bool:
    return change.submit.kind == "run" and change.submit.state != "taken"


def _exit_code(events: Sequence[Event], followed: Sequence[Run], *, stopped: bool) -> int:
    """In part, when some of it is as desired now; stale, when nothing else kept the rest from it."""
    outcomes = {event.outcome for event in events}
    runs = {run.name: run for run in followed}.values()
    if stopped and NOT_TRIED in outcomes and not outcomes & {SUBMITTED, ALREADY}:
        return Exit.INTERRUPTED
    if outcomes & {FAILED, NOT_TRIED}:
        return Exit.PARTIAL if outcomes & {SUBMITTED, ALREADY} else _failed(events)
    if stopped and not all(run.has_ended for run in runs):
        return Exit.PARTIAL if SUBMITTED in outcomes else Exit.INTERRUPTED
    return Exit.DONE if all(run.is_good for run in runs) else Exit.FAILED


def _failed(events: Iterable[Event]) -> int:
    failed = [event for event in events if event.outcome == FAILED]
    return Exit.STALE if failed and all(event.stale for event in failed) else Exit.FAILED
