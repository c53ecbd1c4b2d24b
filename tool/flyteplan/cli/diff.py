"""`flyteplan diff`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from flyteplan.cli import options
from flyteplan.cli.against import against
from flyteplan.cli.comparing import show, wanted
from flyteplan.cli.htmlpage import html_page
from flyteplan.cli.output import Renderer, formats, write
from flyteplan.cli.plan import exit_code
from flyteplan.cli.planning import Asked, make_plan
from flyteplan.cli.reports import markdown
from flyteplan.cli.verdict import told
from flyteplan.errors import Exit
from flyteplan.plan.comparison import comparison
from flyteplan.plan.document import document
from flyteplan.render.difftext import difftext
from flyteplan.render.jsontext import jsontext
from flyteplan.render.text import actions
from flyteplan.render.wording import scope
from flyteplan.workspace.savedplan import is_neither, is_saved_plan, not_plans, read_plan


@click.command("diff")
@options.asked_of_two
@options.prune
@options.output("text", "json", "html", "markdown")
@options.page
@options.detailed_exitcode
@options.as_of
@options.verbose
@click.option(
    "--base", metavar="REV", help="What the checkout changes against this Git revision; A...B: as Git means it."
)
def command(
    *,
    outputs: tuple[str, ...],
    detailed_exitcode: bool,
    paths: tuple[str, ...],
    base: str | None,
    verbose: bool,
    targets: tuple[str, ...],
    **asked: Any,
) -> int:
    """Show the changes of fields, and nothing else, like a diff tool.

    PATHS are folders and files of manifests as for plan; or one saved plan, to show it; or two, to compare them.

    With two targets: how what they want differs, whatever is live.

    With --base the plans of two revisions are compared, on one catalog: what this pull request changes. Nothing is
    checked out, and only the tasks whose overrides differ are read.
    """
    asked["target"] = targets[0] if targets else None
    if len(targets) > 1 and (base is not None or asked["policy_from"]):
        raise click.UsageError("two targets are compared as the checkout has them; leave out --base and --policy-from")
    if base is not None:
        return against(base, Asked(paths=paths, **asked), outputs, detailed=detailed_exitcode, expand=verbose)
    saved = _are_plans(paths)
    given = [name for name, value in asked.items() if value]
    if saved and given:
        raise click.UsageError(f"a saved plan is shown as it is; leave out --{given[0].replace('_', '-')}")
    if saved and len(paths) == 2:
        return _compare(paths[0], paths[1], outputs, detailed=detailed_exitcode, expand=verbose)
    if saved and len(paths) > 2:
        raise click.UsageError("two saved plans can be compared, not more")
    if len(targets) > 1:
        return _promote(targets, outputs, {"paths": paths, **asked}, detailed=detailed_exitcode, expand=verbose)
    asked_for = formats(outputs, ("text", "json", "html", "markdown"))
    plan = read_plan(paths[0]) if saved else make_plan(Asked(paths=paths, **asked))
    renderers: dict[str, Renderer] = {
        "text": partial(difftext, plan),
        "json": lambda: jsontext(document(plan)),
        "html": partial(html_page, plan, partial(document, plan), expand=verbose),
        "markdown": partial(markdown, [plan], expand=verbose),
    }
    write(asked_for, renderers)
    return (0 if saved else told(plan)) or exit_code(actions(plan), detailed=detailed_exitcode)


def _are_plans(paths: Sequence[str]) -> bool:
    """Raises InputError for what is neither plan nor manifest, and for what stands beside a plan and is none."""
    plans = set(filter(is_saved_plan, paths))
    others = [path for path in paths if path not in plans and (plans or is_neither(path))]
    if others:
        raise not_plans(others)
    return bool(plans)


def _promote(
    targets: tuple[str, ...], outputs: tuple[str, ...], asked: dict[str, Any], *, detailed: bool, expand: bool
) -> int:
    if len(targets) > 2 or targets[0] == targets[1]:
        raise click.UsageError("it takes two targets to compare, and two different ones")
    from flyteplan.cli.promoting import promote

    left, right = (Asked(**{**asked, "target": target}) for target in targets)
    return promote(left, right, outputs, detailed=detailed, expand=expand)


def _compare(old: str, new: str, outputs: tuple[str, ...], *, detailed: bool, expand: bool) -> int:
    asked = wanted(outputs)
    before, after = read_plan(old), read_plan(new)
    if before.target != after.target and scope(before) != scope(after):
        hint = f"-t {shlex.quote(before.target or 'A')} -t {shlex.quote(after.target or 'B')}"
        raise click.UsageError(
            f"these plans are of two targets in two places ({scope(before)} and {scope(after)}), where no task is the "
            f"same; {hint} compares what targets want"
        )
    found = comparison(before, after)
    show(found, asked, expand=expand)
    return Exit.CHANGES if detailed and found.differs else Exit.DONE
