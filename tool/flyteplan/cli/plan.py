"""`flyteplan plan`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
from flyteplan.record import dataclass
from flyteplan.render.style import Line, Span
from flyteplan.render.tally import together
from flyteplan.render.text import actions, joined, only_counts, part, text
from flyteplan.render.text import quiet as quiet_line

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec

    from flyteplan.plan.document import PlanDocument

FORMATS = ("text", "json", "html", "markdown", "github")


@click.command("plan")
@options.asked
@options.prune
@options.output(*FORMATS)
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
    wanted = plan_formats(outputs, out)
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
    whole, saved = partial(_document, plan), partial(_saved, plan)
    shown = Shown(wanted=wanted, out=out, revision=revision, quiet=quiet, verbose=verbose, detailed=detailed_exitcode)
    return show_plan(plan, warnings, shown, whole, saved)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a plan is shown: in which formats, and saved in which file, if any. `revision` is that of its policies."""

    wanted: Sequence[tuple[str, str]]
    out: str | None
    revision: str | None
    quiet: bool
    verbose: bool
    detailed: bool


def plan_formats(outputs: Sequence[str], out: str | None) -> list[tuple[str, str]]:
    """As `output.formats`. Raises UsageError, too, for a plan that would be saved nowhere."""
    wanted = formats(outputs, FORMATS)
    if out == "-":
        raise click.UsageError("--out -: a saved plan is a file; -o json writes it to standard output for readers")
    return wanted


def show_plan(
    plan: Plan,
    warnings: Sequence[Problem],
    shown: Shown,
    whole: Callable[[], PlanDocument],
    saved: Callable[[], str],
) -> int:
    """The exit code. *whole* gives the plan as JSON, *saved* the text of what is saved of it."""
    show_problems([] if is_told(shown.wanted) else warnings)
    renderers: dict[str, Renderer] = {
        "text": partial(_text, plan, quiet=shown.quiet, verbose=shown.verbose),
        "json": partial(_json, whole),
        "html": partial(_html, plan, whole, expand=shown.verbose),
        "markdown": partial(markdown, [plan], expand=shown.verbose),
        "github": partial(plan_annotations, plan, warnings, shown.revision),
    }
    write(shown.wanted, renderers)
    if shown.out:
        write_atomically(shown.out, saved().encode())
        show([(Span(f"Saved the plan to {shown.out}", "dim"),)], err=True)
    fill(plan)
    return told(plan, shown=is_told(shown.wanted)) or exit_code(actions(plan), detailed=shown.detailed)


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


def _text(plan: Plan, *, quiet: bool, verbose: bool) -> Iterable[Line]:
    if quiet:
        return [(Span(quiet_line(plan.judgement, actions(plan)), "bold"),)]
    return text(plan, expand=verbose, width=width())


def _document(plan: Plan, *, settings: bool = False) -> PlanDocument:
    from flyteplan.plan.document import document

    return document(plan, desired=readable, settings=settings)


def _saved(plan: Plan) -> str:
    return _json(partial(_document, plan, settings=True))


def _json(whole: Callable[[], PlanDocument]) -> str:
    from flyteplan.render.jsontext import jsontext

    return jsontext(whole())


def _html(plan: Plan, whole: Callable[[], PlanDocument], *, expand: bool) -> str:
    from flyteplan.cli.htmlpage import html_page

    return html_page(plan, whole, expand=expand)


def readable(spec: TaskSpec) -> Any:
    from google.protobuf.json_format import MessageToDict

    return MessageToDict(spec, preserving_proto_field_name=True)
