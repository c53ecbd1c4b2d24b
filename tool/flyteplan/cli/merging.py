"""`flyteplan merge-plans`."""

from __future__ import annotations

from functools import partial

import click

from flyteplan import pipeline
from flyteplan.cli import options
from flyteplan.cli.ci import fill
from flyteplan.cli.htmlpage import html_page
from flyteplan.cli.output import Renderer, formats, show, show_problems, write
from flyteplan.cli.plan import exit_code, shown_plan
from flyteplan.cli.reports import is_told, markdown, plan_annotations, problem_annotations, reported
from flyteplan.cli.verdict import told
from flyteplan.errors import InputError, Problem, failure
from flyteplan.files.saved import write_atomically
from flyteplan.model.plan import Plan
from flyteplan.render.jsontext import jsontext
from flyteplan.render.style import Span
from flyteplan.render.text import actions
from flyteplan.workspace.parts import SavedPart, joined_document, joined_text, read_saved_part

_FORMATS = ("text", "json", "html", "markdown", "github")


@click.command("merge-plans")
@click.argument("parts", nargs=-1, required=True, metavar="PART...")
@options.output(*_FORMATS)
@options.page
@click.option("--out", metavar="FILE", help="Save the plan, to be applied as it is.")
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
    wanted = formats(outputs, _FORMATS)
    if out == "-":
        raise click.UsageError("--out -: a saved plan is a file; -o json writes it to standard output for readers")
    with reported(wanted, problem_annotations):
        saved = {path: read_saved_part(path) for path in parts}
        plan, warnings = _joined(saved)
    show_problems([] if is_told(wanted) else warnings)
    revision = plan.judgement.revision or None if plan.judgement else None
    whole = partial(joined_document, plan, saved.values())
    renderers: dict[str, Renderer] = {
        "text": partial(shown_plan, plan, quiet=quiet, verbose=verbose),
        "json": lambda: jsontext(whole()),
        "html": partial(html_page, plan, whole, expand=verbose),
        "markdown": partial(markdown, [plan], expand=verbose),
        "github": partial(plan_annotations, plan, warnings, revision),
    }
    write(wanted, renderers)
    if out:
        write_atomically(out, joined_text(plan, saved.values()).encode())
        show([(Span(f"Saved the plan to {out}", "dim"),)], err=True)
    fill(plan)
    return told(plan, shown=is_told(wanted)) or exit_code(actions(plan), detailed=detailed_exitcode)


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
