"""`flyteplan plan`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from flyteplan.cli import options
from flyteplan.cli.ci import fill, is_filled
from flyteplan.cli.output import Renderer, formats, show, show_problems, show_texts, width, write, writer
from flyteplan.cli.planning import Asked, make_plan, told_in_parts
from flyteplan.cli.reports import is_told, markdown, plan_annotations, problem_annotations, reported
from flyteplan.cli.verdict import told
from flyteplan.errors import Exit, Problem, UsageError
from flyteplan.files.manifests import PIPED
from flyteplan.files.saved import write_atomically
from flyteplan.model.plan import Plan
from flyteplan.render.style import Line, Span
from flyteplan.render.tally import together
from flyteplan.render.text import actions, joined, only_counts, part, text
from flyteplan.render.text import quiet as quiet_line

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec


@click.command("plan")
@options.asked
@options.prune
@options.output("text", "json", "html", "markdown", "github")
@options.page
@click.option("--out", metavar="FILE", help="Save the plan, to be applied as it is.")
@options.detailed_exitcode
@click.option("--shard", metavar="I/N", help="Save the I-th of N parts with --out; merge-plans joins all of them.")
@options.as_of
@options.quiet
@options.verbose
def command(
    *,
    outputs: tuple[str, ...],
    out: str | None,
    detailed_exitcode: bool,
    shard: str | None,
    quiet: bool,
    verbose: bool,
    **asked: Any,
) -> int:
    """Show what the manifests would change. Writes nothing.

    PATHS are folders, each a layer, and files (- is standard input). Without any, the layers of the target.
    """
    wanted = formats(outputs, ("text", "json", "html", "markdown", "github"))
    if out == "-":
        raise click.UsageError("--out -: a saved plan is a file; -o json writes it to standard output for readers")
    if shard is not None:
        from flyteplan.cli.parts import plan_part

        return plan_part(Asked(**asked), shard, out, shown=bool(outputs), detailed=detailed_exitcode)
    warnings: list[Problem] = []
    revision = asked["policy_from"]
    if wanted == [("text", "")] and not out and not is_filled():
        return _told(Asked(**asked), quiet=quiet, verbose=verbose, detailed=detailed_exitcode)
    with reported(wanted, partial(problem_annotations, revision=revision)):
        plan = make_plan(Asked(**asked), warnings.extend)
    if out:
        check_lines(plan)
    show_problems([] if is_told(wanted) else warnings)
    renderers: dict[str, Renderer] = {
        "text": partial(shown_plan, plan, quiet=quiet, verbose=verbose),
        "json": partial(_json, plan),
        "html": partial(_html, plan, expand=verbose),
        "markdown": partial(markdown, [plan], expand=verbose),
        "github": partial(plan_annotations, plan, warnings, revision),
    }
    write(wanted, renderers)
    if out:
        write_atomically(out, _json(plan, settings=True).encode())
        show([(Span(f"Saved the plan to {out}", "dim"),)], err=True)
    fill(plan)
    return told(plan, shown=is_told(wanted)) or exit_code(actions(plan), detailed=detailed_exitcode)


def _told(asked: Asked, *, quiet: bool, verbose: bool, detailed: bool) -> int:
    """The text alone: every process writes what it has planned, so that none has to have the whole plan."""
    written, columns = writer(), width()
    tell = only_counts if quiet else partial(part, written=written, expand=verbose, width=columns)
    plan, parts = told_in_parts(asked, tell)
    counts = together([one.tally for one in parts]).actions
    if quiet:
        show([(Span(quiet_line(plan.judgement, counts), "bold"),)])
    else:
        show_texts(joined(plan, parts, written=written, width=columns))
    return told(plan) or exit_code(counts, detailed=detailed)


def check_lines(plan: Plan) -> None:
    """A saved plan has the lines of its sensitive values, to be read again."""
    hidden = [(item, change.secrecy.setting(item)) for change in plan.changes for item in change.settings]
    names = [".".join(item.path[1:]) for item, shown in hidden if item.position.path == PIPED and item != shown]
    if names:
        message = f"--out: {names[0]} is sensitive, and a saved plan has no way back to a line of standard input"
        raise UsageError(f"{message} (write the manifest into a file)")


def exit_code(actions: Mapping[str, int], *, detailed: bool) -> int:
    """*actions* counts the changes of each."""
    changes = actions.get("update") or actions.get("run")
    return Exit.CHANGES if detailed and changes else Exit.DONE


def shown_plan(plan: Plan, *, quiet: bool, verbose: bool) -> Iterable[Line]:
    if quiet:
        return [(Span(quiet_line(plan.judgement, actions(plan)), "bold"),)]
    return text(plan, expand=verbose, width=width())


def _json(plan: Plan, *, settings: bool = False) -> str:
    from flyteplan.plan.document import document
    from flyteplan.render.jsontext import jsontext

    return jsontext(document(plan, desired=readable, settings=settings))


def _html(plan: Plan, *, expand: bool) -> str:
    from flyteplan.cli.htmlpage import html_page
    from flyteplan.plan.document import document

    return html_page(plan, partial(document, plan, desired=readable), expand=expand)


def readable(spec: TaskSpec) -> Any:
    from google.protobuf.json_format import MessageToDict

    return MessageToDict(spec, preserving_proto_field_name=True)
