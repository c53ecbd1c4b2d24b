"""`flyteplan diff --base REV`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import click

from flyteplan import pipeline
from flyteplan.cli.clock import moment
from flyteplan.cli.output import Renderer, formats, show_problems, write
from flyteplan.cli.planning import Asked
from flyteplan.cli.reports import markdown_of_sides
from flyteplan.cli.rulebook import read_rulebook
from flyteplan.cli.sources import open_catalog, placed
from flyteplan.cli.verdict import told
from flyteplan.errors import Exit, InputError
from flyteplan.model.plan import Plan
from flyteplan.plan import document
from flyteplan.render.difftext import compare, differing
from flyteplan.render.jsontext import jsontext
from flyteplan.render.sides import Names, names_lines, summary
from flyteplan.render.style import Line
from flyteplan.workspace import open_workspace
from flyteplan.workspace.current import current_version
from flyteplan.workspace.sides import sides


def against(base: str, asked: Asked, outputs: Sequence[str], *, detailed: bool) -> int:
    """2 with *detailed* when anything differs; 3 when a policy denies what the newer side has."""
    _check(asked)
    wanted = formats(outputs, ("text", "json", "markdown"))
    workspace = open_workspace()
    place = partial(placed, path=asked.catalog, flags=asked.flags)
    before, after = sides(workspace, workspace.target(asked.target), base, place)
    target = after.target
    catalog = open_catalog(target, asked.catalog, workspace)
    choice = pipeline.Choice(select=asked.select, exclude=asked.exclude)
    found = pipeline.compare(before, after, catalog, current=current_version(asked.current_version), choice=choice)
    if found.before is None or found.after is None:
        raise InputError(found.problems)
    show_problems(found.problems)
    now = moment(asked.as_of)
    rulebook = read_rulebook(workspace, target, asked.policy_from, now)
    new = pipeline.judge(found.after, found.after.changes, rulebook, now)
    names = Names(added=found.added, removed=found.removed, renamed=found.renamed)
    renderers: dict[str, Renderer] = {
        "text": partial(_text, found.before, new, names),
        "json": partial(_json, base, found.before, new, names),
        "markdown": partial(markdown_of_sides, base, found.before, new, names),
    }
    write(wanted, renderers)
    differs = bool(differing(found.before, new) or any((names.added, names.removed, names.renamed)))
    return told(new) or (Exit.CHANGES if detailed and differs else Exit.DONE)


def _check(asked: Asked) -> None:
    if asked.paths:
        raise click.UsageError("--base takes no PATHS: the layers of the target are compared, as each side has them")
    if asked.prune or asked.locked or asked.again:
        raise click.UsageError("--base compares what manifests say; leave out --prune, --locked and --again")


def _text(before: Plan, after: Plan, names: Names) -> list[Line]:
    lines = [*names_lines(names), *(compare(before, after) if before.changes or after.changes else ())]
    return [*lines, *([()] if lines else []), summary(before, after, names)]


def _json(base: str, before: Plan, after: Plan, names: Names) -> str:
    moved = [{"from": old, "to": new} for old, new in names.renamed]
    manifests = {"added": list(names.added), "removed": list(names.removed), "renamed": moved}
    plans = {"before": document(before), "after": document(after)}
    return jsontext({"format_version": "1.0", "base": base, "manifests": manifests, **plans})
