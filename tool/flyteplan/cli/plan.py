"""`flyteplan plan`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import click

from flyteplan.cli import options
from flyteplan.cli.ci import fill, is_filled
from flyteplan.cli.output import Renderer, formats, show, show_problems, width, write
from flyteplan.cli.planning import Asked, make_plan
from flyteplan.cli.reports import is_told, markdown, plan_annotations, problem_annotations, reported
from flyteplan.cli.verdict import told
from flyteplan.errors import Exit, Problem, UsageError
from flyteplan.files.manifests import PIPED
from flyteplan.files.saved import write_atomically
from flyteplan.model.plan import Change, Plan
from flyteplan.record import dataclass
from flyteplan.render.style import Line, Span
from flyteplan.render.text import actions, text
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
@click.option("--out", type=options.FILE, metavar="FILE", help="Save the plan, to be applied as it is.")
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
    revision = asked["policy_from"]
    shown = Shown(wanted=wanted, out=out, revision=revision, quiet=quiet, verbose=verbose, detailed=detailed_exitcode)
    if is_in_parts(wanted) and not is_filled():
        from flyteplan.cli.inparts import told_by_parts

        return told_by_parts(Asked(**asked), shown)
    warnings: list[Problem] = []
    with reported(wanted, partial(problem_annotations, revision=revision)):
        plan = make_plan(Asked(**asked), warnings.extend)
    if out:
        check_lines(plan)
    made = cache(partial(_document, plan, settings=bool(out)))
    return show_plan(plan, warnings, shown, partial(_for_readers, made), lambda: [_json(made).encode()])


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


def is_in_parts(wanted: Iterable[tuple[str, str]]) -> bool:
    """Whether each process may write what it has planned: other formats need the whole plan."""
    return all(name == "json" or (name == "text" and not file) for name, file in wanted)


def show_plan(
    plan: Plan,
    warnings: Sequence[Problem],
    shown: Shown,
    whole: Callable[[], PlanDocument],
    saved: Callable[[], Iterable[bytes]],
) -> int:
    """The exit code. *whole* gives the plan as JSON, *saved* the text of what is saved of it, in pieces."""
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
        save(shown.out, saved())
    fill(plan)
    return told(plan, shown=is_told(shown.wanted)) or exit_code(actions(plan), detailed=shown.detailed)


def save(path: str, pieces: Iterable[bytes]) -> None:
    write_atomically(path, pieces)
    show([(Span(f"Saved the plan to {path}", "dim"),)], err=True)


def check_lines(plan: Plan) -> None:
    """A saved plan has the lines of its sensitive values, to be read again. Raises UsageError where it can not."""
    refuse_lines([name for change in plan.changes for name in piped_names(change)])


def piped_names(change: Change) -> Iterator[str]:
    """The sensitive values of standard input."""
    for item in change.settings:
        if item.position.path == PIPED and item != change.secrecy.setting(item):
            yield ".".join(item.path[1:])


def refuse_lines(names: Sequence[str]) -> None:
    """*names* are those of `piped_names`, in the order of the plan."""
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


def _document(plan: Plan, *, settings: bool) -> PlanDocument:
    from flyteplan.plan.document import document

    return document(plan, desired=readable, settings=settings)


def _for_readers(whole: Callable[[], PlanDocument]) -> PlanDocument:
    from flyteplan.plan.document import for_readers

    return {**whole(), "changes": list(map(for_readers, whole()["changes"]))}


def _json(whole: Callable[[], PlanDocument]) -> str:
    from flyteplan.render.jsontext import jsontext

    return jsontext(whole())


def _html(plan: Plan, whole: Callable[[], PlanDocument], *, expand: bool) -> str:
    from flyteplan.cli.htmlpage import html_page

    return html_page(plan, whole, expand=expand)


def readable(spec: TaskSpec) -> Any:
    from flyteplan.diff.protojson import as_json

    return as_json(spec)
