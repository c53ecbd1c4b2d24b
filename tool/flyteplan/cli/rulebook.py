"""What a target is held to: its policies and guards, in the checkout or in a revision of Git."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from flyteplan import pipeline
from flyteplan.cli.workspace import POLICY_SCHEMA, Workspace, read_config
from flyteplan.errors import InputError, Position, Problem, RefusedError
from flyteplan.files.config import NAME
from flyteplan.files.manifests import read_layers
from flyteplan.files.schema import read_schema
from flyteplan.model.config import Config, Target
from flyteplan.model.policy import Policy
from flyteplan.validate import Validator

# What makes a target of one name the same place. Where a local catalog lies is a matter of the checkout.
_PLACE = ("endpoint", "org", "project", "domain")
Files = Iterable["tuple[str, bytes | Problem]"]


def read_rulebook(workspace: Workspace, target: Target, revision: str | None, now: str) -> pipeline.Rulebook:
    """Raises InputError for policies that are wrong, and RefusedError where *revision* knows another target."""
    if revision is not None:
        return _of_revision(workspace, target.name, revision, now)
    policies = policies_in(policy_files(workspace, target.policies)) if target.policies else ()
    return pipeline.Rulebook(
        policies=policies, guards=target.guards, problems=pipeline.outdated(policies, now) if policies else ()
    )


def policy_files(workspace: Workspace, paths: Sequence[str]) -> list[tuple[str, bytes | Problem]]:
    """Every policy file of a target's *paths*. Raises InputError when there is none: a path that is wrong looks so."""
    places = [os.path.join(workspace.root, path) for path in paths]
    found = [(name, content) for _, name, content in read_layers([places], root=workspace.root)]
    if found:
        return found
    message, hint = "there is no policy here, no .yaml, .yml or .json file", "write one, or take the path out"
    position = Position(", ".join(paths))
    raise InputError([Problem(code="FP1001", position=position, message=message, hint=f"{hint} of flyteplan.yaml")])


def policies_in(files: Files) -> tuple[Policy, ...]:
    """Raises InputError with all that is wrong in them."""
    found = pipeline.read_policies(((0, *file) for file in files), Validator(read_schema(POLICY_SCHEMA)))
    if found.problems:
        raise InputError(found.problems)
    return found.policies


def _of_revision(workspace: Workspace, name: str, revision: str, now: str) -> pipeline.Rulebook:
    """Exceptions that have ended are only warned of: the checkout may be what mends them."""
    from flyteplan.files.git import open_revision, read_file, read_files

    opened = open_revision(workspace.root, revision)
    data = read_file(opened, NAME)
    config = Config() if data is None else read_config(data, opened.shown(NAME))
    target = _same_place(workspace, config, name, opened.shown(NAME))
    policies = policies_in(read_files(opened, target.policies))
    problems = tuple(replace(one, severity="warning") for one in pipeline.outdated(policies, now))
    return pipeline.Rulebook(policies=policies, guards=target.guards, revision=revision, problems=problems)


def _same_place(workspace: Workspace, config: Config, name: str, file: str) -> Target:
    """The target as the revision has it. One that is new, or goes elsewhere, would escape the rules that it had."""
    there = next((one for one in config.targets if one.name == name), None)
    if there is None:
        message = f"there is no target {name or 'without a name'}, so nothing here says what it may do"
        raise _refused(Position(file), message, "bring the target in first, on its own")
    here = workspace.target(name)
    for key in _PLACE:
        if getattr(here, key) != getattr(there, key):
            was, becomes = getattr(there, key) or "not set", getattr(here, key) or "not set"
            message = f"the {key} of target {name} is {was} there, and {becomes} in the checkout"
            raise _refused(there.position or Position(file), message, "move the target first, on its own")
    return there


def _refused(position: Position, message: str, hint: str) -> RefusedError:
    return RefusedError([Problem(code="FP2407", position=position, message=message, hint=hint)])
