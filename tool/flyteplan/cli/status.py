"""`flyteplan status`."""

from __future__ import annotations

import shlex
from functools import partial
from typing import Any

import click

from flyteplan import pipeline
from flyteplan.cli import options
from flyteplan.cli.output import Renderer, formats, show, width, write
from flyteplan.cli.planning import Asked, planned, prepare, provenance
from flyteplan.errors import Exit
from flyteplan.model.deployment import Provenance
from flyteplan.model.status import IN_STEP, Report
from flyteplan.record import replace
from flyteplan.render.jsontext import jsontext
from flyteplan.render.status import markdown, summary, text
from flyteplan.render.style import Line, Span
from flyteplan.status import document


@click.command("status")
@options.asked_of_versions
@options.output("text", "json", "markdown")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when anything is not in step.")
@options.quiet
@click.option("-v", "--verbose", is_flag=True, help="The tasks in step as well.")
def command(outputs: tuple[str, ...], detailed_exitcode: bool, quiet: bool, verbose: bool, **asked: Any) -> int:
    """Show how what is deployed stands to what Git says, task by task. Writes nothing.

    PATHS are folders and files of manifests as for plan. Tasks that this target once overrode and no manifest names now
    are looked for only without any, for then all manifests of the target are known. Runs are no part of it.
    """
    wanted = formats(outputs, ("text", "json", "markdown"))
    report = _report(Asked(**asked))
    renderers: dict[str, Renderer] = {
        "text": partial(_text, report, quiet=quiet, verbose=verbose),
        "json": lambda: jsontext(document(report)),
        "markdown": partial(markdown, report),
    }
    write(wanted, renderers)
    drifted = any(one.state != IN_STEP for one in report.tasks)
    return Exit.CHANGES if detailed_exitcode and drifted else Exit.DONE


def _report(asked: Asked) -> Report:
    stage = prepare(asked.paths, asked.target, asked.catalog, asked.flags)
    ours = provenance(stage)
    if ours is None:
        told = "flyteplan.yaml has no owner: tasks that no manifest names any more are not looked for"
        show([(Span(told, "dim"),)], err=True)
    plan = planned(stage, replace(asked, prune=ours is not None and not asked.paths))
    made = pipeline.report(plan, stage.catalog, ours or Provenance(target=stage.target.name))
    return _for_target(made, asked.target)


def _for_target(report: Report, target: str | None) -> Report:
    """The commands that it tells go to the same target."""
    if not target:
        return report
    flag = f" -t {shlex.quote(target)}"
    return replace(report, tasks=tuple(replace(one, next=one.next and one.next + flag) for one in report.tasks))


def _text(report: Report, *, quiet: bool, verbose: bool) -> list[Line]:
    return [(Span(summary(report), "bold"),)] if quiet else text(report, every=verbose, width=width())
