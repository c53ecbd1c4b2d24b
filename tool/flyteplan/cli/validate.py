"""`flyteplan validate`."""

from __future__ import annotations

import json
from functools import partial

import click

from flyteplan import pipeline
from flyteplan.cli import options
from flyteplan.cli.output import Renderer, formats, write
from flyteplan.cli.reports import reported, reports
from flyteplan.cli.workspace import MANIFEST_SCHEMA, Workspace, layers_of, manifest_files, open_workspace
from flyteplan.errors import Exit
from flyteplan.files.schema import read_schema
from flyteplan.render.problems import problems as problem_lines
from flyteplan.render.problems import problems_json
from flyteplan.render.style import Line, Span
from flyteplan.validate import Validator


@click.command("validate")
@options.paths
@options.target
@options.output
@options.quiet
def command(paths: tuple[str, ...], target: str | None, outputs: tuple[str, ...], quiet: bool) -> int:
    """Check manifests: every problem of every file in one run. Opens no catalog.

    PATHS are folders, each a layer, and files (- is standard input). Without any, the layers of the target, or of all
    targets of flyteplan.yaml.
    """
    wanted = formats(outputs, ("text", "json", "github", "junit", "sarif"))
    with reported(wanted, reports):
        checked = _checked(paths, target)
    renderers: dict[str, Renderer] = {
        "text": partial(_text, checked, quiet=quiet),
        "json": partial(_json, checked),
        **reports(checked.problems, {manifest.position.path for manifest in checked.manifests}),
    }
    write(wanted, renderers)
    return Exit.DONE if checked.valid else Exit.FAILED


def _checked(paths: tuple[str, ...], target: str | None) -> pipeline.Manifests:
    workspace = open_workspace()
    layers, orders = _layers(workspace, paths, target)
    files = manifest_files(layers, workspace)
    return pipeline.validate(files, Validator(read_schema(MANIFEST_SCHEMA)), orders)


def _layers(
    workspace: Workspace, paths: tuple[str, ...], target: str | None
) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[int, ...], ...]]:
    """Each layer once, and by their numbers the layers of each target in order."""
    if paths:
        layers = layers_of(paths)
        return layers, (tuple(range(len(layers))),)
    targets = [workspace.target(target)] if target else workspace.config.targets or (workspace.target(None),)
    stacks = [workspace.layers(one) for one in targets]
    layers = tuple(dict.fromkeys(layer for stack in stacks for layer in stack))
    return layers, tuple(tuple(layers.index(layer) for layer in stack) for stack in stacks)


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
