"""`flyteplan validate`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import click

from flyteplan import pipeline
from flyteplan.cli import options
from flyteplan.cli.clock import moment
from flyteplan.cli.output import Renderer, formats, write
from flyteplan.cli.progress import watch
from flyteplan.cli.reports import reported, reports
from flyteplan.errors import Exit, is_valid, ordered
from flyteplan.files.manifests import is_read_once
from flyteplan.files.schema import read_schema
from flyteplan.model.config import Target
from flyteplan.ports import Found, Reading
from flyteplan.record import replace
from flyteplan.render.problems import problems as problem_lines
from flyteplan.render.problems import problems_json
from flyteplan.render.style import Line, Span
from flyteplan.shard import spread
from flyteplan.validate import Validator
from flyteplan.workspace import (
    MANIFEST_SCHEMA,
    POLICY_SCHEMA,
    Layers,
    Workspace,
    layers_of,
    manifest_files,
    open_workspace,
)
from flyteplan.workspace.watching import counting, watched


@click.command("validate")
@options.paths
@options.target
@options.catalog
@options.place
@options.current_version
@options.as_of
@options.output("text", "json", "github", "junit", "sarif")
@options.quiet
def command(
    *,
    paths: tuple[str, ...],
    target: str | None,
    catalog: str | None,
    current_version: str | None,
    as_of: str | None,
    outputs: tuple[str, ...],
    quiet: bool,
    **flags: str | None,
) -> int:
    """Check manifests and policies: every problem of every file in one run.

    PATHS are folders, each a layer, and files (- is standard input). Without any, the layers and the policies of the
    target, or of all targets of flyteplan.yaml.

    No catalog is opened unless --catalog or --endpoint names one: then all that a plan of the target would find wrong
    is checked too, such as the inputs of runs.
    """
    wanted = formats(outputs, ("text", "json", "github", "junit", "sarif"))
    with reported(wanted, reports):
        # A report names the files, and a pipe is there only once.
        keep = "junit" in dict(wanted) or any(map(is_read_once, paths))
        checked = _checked(paths, target, catalog, flags, current_version=current_version, as_of=as_of, keep=keep)
    renderers: dict[str, Renderer] = {
        "text": partial(_text, checked, quiet=quiet),
        "json": partial(_json, checked),
        **reports(checked.problems, {manifest.position.path for manifest in checked.manifests}),
    }
    write(wanted, renderers)
    return Exit.DONE if checked.valid else Exit.FAILED


def _checked(
    paths: tuple[str, ...],
    target: str | None,
    catalog: str | None,
    flags: Mapping[str, str | None],
    *,
    current_version: str | None,
    as_of: str | None,
    keep: bool,
) -> pipeline.Manifests:
    """*keep* the manifests, where somebody asks for more of them than what is wrong."""
    workspace = open_workspace()
    layers, orders = _layers(workspace, paths, target)
    policies = Validator(read_schema(POLICY_SCHEMA))
    planning = _names_a_catalog(catalog, current_version, flags)
    among = policies if paths else None
    reading = watched(spread, watch(), counting(layers, workspace))
    checked = _read(partial(manifest_files, layers, workspace), orders, among, reading, keep=keep or planning)
    checked = _with_policies(checked, [] if paths else _targets(workspace, target), workspace, policies, as_of)
    if planning and checked.valid:
        from flyteplan.cli.planning import problems_of_plan
        from flyteplan.cli.sources import open_catalog, placed
        from flyteplan.workspace.planning import Stage

        place = placed(workspace.target(target), catalog, flags)
        stack = orders[0] if paths else tuple(layers.index(layer) for layer in workspace.layers(place))
        source = open_catalog(place, catalog, workspace)
        stage = Stage(workspace=workspace, checked=checked.of(stack), target=place, catalog=source)
        checked = checked.with_problems(problems_of_plan(stage, current_version))
    return checked


def _read(
    files: Callable[[], Iterable[Found]],
    orders: Sequence[Sequence[int]],
    policies: Validator | None,
    reading: Reading,
    *,
    keep: bool,
) -> pipeline.Manifests:
    validator = Validator(read_schema(MANIFEST_SCHEMA))
    if keep:
        return pipeline.validate(files(), validator, orders, policies=policies, spread=reading)
    return pipeline.check(files, validator, orders, policies=policies, spread=reading)


def _layers(
    workspace: Workspace, paths: tuple[str, ...], target: str | None
) -> tuple[Layers, tuple[tuple[int, ...], ...]]:
    """Each layer once, and by their numbers the layers of each target in order."""
    if paths:
        layers = layers_of(paths)
        return layers, (tuple(range(len(layers))),)
    stacks = [workspace.layers(one) for one in _targets(workspace, target)]
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


def _targets(workspace: Workspace, target: str | None) -> Sequence[Target]:
    return [workspace.target(target)] if target else workspace.config.targets or (workspace.target(None),)


def _with_policies(
    checked: pipeline.Manifests,
    targets: Iterable[Target],
    workspace: Workspace,
    validator: Validator,
    as_of: str | None,
) -> pipeline.Manifests:
    """*checked* with the policies of *targets*; each target's are held to each other, and those of PATHS."""
    now = moment(as_of)
    targets = [one for one in targets if one.policies]
    if not targets and not checked.policies:
        return checked
    from flyteplan.cli.rulebook import nothing
    from flyteplan.workspace.policyfiles import policy_files

    problems = [*checked.problems, *pipeline.check_policies(checked.policies, now)]
    policies, files = [*checked.policies], set[str]()
    for paths in dict.fromkeys(one.policies for one in targets):
        found = policy_files(workspace, paths)
        read = pipeline.read_policies(((0, *file) for file in found), validator)
        problems += [*read.problems, *pipeline.outdated(read.policies, now)]
        problems += [] if read.policies or not is_valid(read.problems) else [nothing(paths)]
        policies += read.policies
        files |= {name for name, _ in found}
    return replace(
        checked,
        policies=tuple(dict.fromkeys(policies)),
        problems=ordered(problems),
        files=checked.files + len(files),
    )


def _text(checked: pipeline.Manifests, *, quiet: bool) -> list[Line]:
    errors = sum(problem.severity == "error" for problem in checked.problems)
    warnings = len(checked.problems) - errors
    policies = len(checked.policies)
    held = f" and {policies} {'policy' if policies == 1 else 'policies'}" if policies else ""
    where = f"{_count(checked.count, 'manifest')}{held} in {_count(checked.files, 'file')}"
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
        "manifests": checked.count,
        "policies": len(checked.policies),
        "problems": problems_json(checked.problems),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
