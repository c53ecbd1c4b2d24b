"""`flyteplan merge-plans`."""

from __future__ import annotations

from functools import partial

import click

from flyteplan import pipeline
from flyteplan.cli import options
from flyteplan.cli.plan import FORMATS, Shown, plan_formats, show_plan
from flyteplan.cli.reports import problem_annotations, reported
from flyteplan.errors import InputError, Problem, failure
from flyteplan.model.plan import Plan
from flyteplan.workspace.parts import SavedPart, joined_document, joined_text, read_saved_part


@click.command("merge-plans")
@click.argument("parts", nargs=-1, required=True, type=options.FILE, metavar="PART...")
@options.output(*FORMATS)
@options.page
@click.option("--out", type=options.FILE, metavar="FILE", help="Save the plan, to be applied as it is.")
@options.detailed_exitcode
@options.quiet
@options.verbose
def command(
    *,
    parts: tuple[str, ...],
    outputs: tuple[str, ...],
    out: str | None,
    detailed_exitcode: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Join the parts of a plan that plan --shard made: the same plan, to the byte, as one run makes of all.

    PARTs are the files of all N parts, in any order. What is wrong with any of them, or among them, is said as plan
    says it, and policies and guards hold the whole.
    """
    wanted = plan_formats(outputs, out)
    with reported(wanted, problem_annotations):
        saved = {path: read_saved_part(path) for path in parts}
        plan, warnings = _joined(saved)
    revision = plan.judgement.revision or None if plan.judgement else None
    whole, text = partial(joined_document, plan, saved.values()), partial(joined_text, plan, saved.values())
    shown = Shown(wanted=wanted, out=out, revision=revision, quiet=quiet, verbose=verbose, detailed=detailed_exitcode)
    return show_plan(plan, warnings, shown, whole, text)


def _joined(saved: dict[str, SavedPart]) -> tuple[Plan, tuple[Problem, ...]]:
    """Raises InputError for parts that are not those of one plan, and with all that is wrong when there is none."""
    parts = {path: one.part for path, one in saved.items()}
    strange = pipeline.belonging(parts)
    if strange:
        raise InputError(strange)
    made = pipeline.joined(tuple(parts.values()))
    problems = (*next(iter(parts.values())).checked, *made.problems)
    if made.plan is None:
        raise failure(problems)
    return made.plan, problems
