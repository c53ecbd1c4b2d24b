"""`flyteplan validate`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial

import click

from flyteplan import pipeline
from flyteplan.cli import options
from flyteplan.cli.output import formats, write
from flyteplan.errors import Exit
from flyteplan.files.schema import read_schema
from flyteplan.render.problems import problems as problem_lines
from flyteplan.render.problems import problems_json
from flyteplan.render.style import Line, Span
from flyteplan.validate import Validator
from flyteplan.workspace import MANIFEST_SCHEMA, Layers, Workspace, layers_of, manifest_files, open_workspace


@click.command("validate")
@options.paths
@options.target
@options.catalog
@options.place
@options.current_version
@options.output
@options.quiet
def command(
    *,
    paths: tuple[str, ...],
    target: str | None,
    catalog: str | None,
    current_version: str | None,
    outputs: tuple[str, ...],
    quiet: bool,
    **flags: str | None,
) -> int:
    """Check manifests: every problem of every file in one run.

    PATHS are folders, each a layer, and files (- is standard input). Without any, the layers of the target, or of all
    targets of flyteplan.yaml.

    No catalog is opened unless --catalog or --endpoint names one: then all that a plan of the target would find wrong
    is checked too, such as the inputs of runs.
    """
    wanted = formats(outputs, ("text", "json"))
    workspace = open_workspace()
    layers, orders = _layers(workspace, paths, target)
    files = manifest_files(layers, workspace)
    checked = pipeline.validate(files, Validator(read_schema(MANIFEST_SCHEMA)), orders)
    if _names_a_catalog(catalog, current_version, flags) and checked.valid:
        from flyteplan.cli.planning import problems_of_plan
        from flyteplan.cli.sources import open_catalog, placed
        from flyteplan.workspace.planning import Stage

        place = placed(workspace.target(target), catalog, flags)
        stack = orders[0] if paths else tuple(layers.index(layer) for layer in workspace.layers(place))
        source = open_catalog(place, catalog, workspace)
        stage = Stage(workspace=workspace, checked=checked.of(stack), target=place, catalog=source)
        checked = checked.with_problems(problems_of_plan(stage, current_version))
    write(wanted, {"text": partial(_text, checked, quiet=quiet), "json": partial(_json, checked)})
    return Exit.DONE if checked.valid else Exit.FAILED


def _layers(
    workspace: Workspace, paths: tuple[str, ...], target: str | None
) -> tuple[Layers, tuple[tuple[int, ...], ...]]:
    """Each layer once, and by their numbers the layers of each target in order."""
    if paths:
        layers = layers_of(paths)
        return layers, (tuple(range(len(layers))),)
    targets = [workspace.target(target)] if target else workspace.config.targets or (workspace.target(None),)
    stacks = [workspace.layers(one) for one in targets]
    layers = tuple(dict.fromkeys(layer for stack in stacks for layer in stack))
    return layers, tuple(tuple(layers.index(layer) for layer in stack) for stack in stacks)


def _names_a_catalog(path: str | None, current: str | None, flags: Mapping[str, str | None]) -> bool:
    """Raises UsageError for flags that say something of a catalog where none is named."""
    if options.names_a_catalog(path):
        return True
    idle = [f"--{name}" for name, value in flags.items() if value] + (["--current-version"] if current else [])
    if idle:
        raise click.UsageError(f"{idle[0]} says nothing without a catalog (give --catalog PATH or --endpoint HOST)")
    return False


def _text(checked: pipeline.Manifests, *, quiet: bool) -> list[Line]:
    errors = sum(problem.severity == "error" for problem in checked.problems)
    warnings = len(checked.problems) - errors
    where = f"{_count(len(checked.manifests), 'manifest')} in {_count(checked.files, 'file')}"
    told = f", {_count(warnings, 'warning')}" if warnings else ""
    line = f"Invalid: {_count(errors, 'error')}{told} in {_count(checked.files, 'file')}." if errors else ""
    last = (Span(line or f"Valid: {where}{told}.", "bold"),)
    return [last] if quiet else [*problem_lines(checked.problems), last]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _json(checked: pipeline.Manifests) -> str:
    content = {
        "valid": checked.valid,
        "files": checked.files,
        "manifests": len(checked.manifests),
        "problems": problems_json(checked.problems),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
