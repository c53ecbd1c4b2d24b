"""What a target is held to: its policies and guards, in the checkout or in a revision of Git."""

from __future__ import annotations

from collections.abc import Sequence

from flyteplan import pipeline
from flyteplan.errors import InputError, Position, Problem, RefusedError, ordered
from flyteplan.files.config import NAME
from flyteplan.model.config import PLACE, Config, Target
from flyteplan.record import replace
from flyteplan.workspace import Workspace, read_config
from flyteplan.workspace.policyfiles import Files, policies_in, policy_files


def read_rulebook(workspace: Workspace, target: Target, revision: str | None, now: str) -> pipeline.Rulebook:
    """Raises InputError for policies that are wrong, and RefusedError where *revision* knows another target."""
    if revision is not None:
        return _of_revision(workspace, target.name, revision, now)
    files = policy_files(workspace, target.policies) if target.policies else ()
    return _rulebook(target, files, now)


def _rulebook(target: Target, files: Files, now: str) -> pipeline.Rulebook:
    """Raises InputError for a target that has none of the policies it names: nothing would hold it."""
    if not target.policies:
        return pipeline.Rulebook(guards=target.guards)
    found = policies_in(files)
    if not found.policies:
        raise InputError([nothing(target.policies)])
    problems = (*found.problems, *pipeline.outdated(found.policies, now))
    return pipeline.Rulebook(policies=found.policies, guards=target.guards, problems=ordered(problems))


def nothing(paths: Sequence[str]) -> Problem:
    """What to say of *paths* without a single policy: a path that is wrong looks so too."""
    message, hint = "there is no policy here", "write one, or take the path out of flyteplan.yaml"
    return Problem(code="FP1001", position=Position(", ".join(paths)), message=message, hint=hint)


def _of_revision(workspace: Workspace, name: str, revision: str, now: str) -> pipeline.Rulebook:
    """Exceptions that have ended are only warned of: the checkout may be what mends them."""
    from flyteplan.files.git import open_revision, read_file, read_files

    opened = open_revision(workspace.root, revision)
    data = read_file(opened, NAME)
    config = Config() if data is None else read_config(data, opened.shown(NAME))
    target = _same_place(workspace, config, name, opened.shown(NAME))
    found = _rulebook(target, read_files(opened, target.policies), now)
    problems = tuple(replace(one, severity="warning") for one in found.problems)
    return replace(found, revision=revision, problems=problems)


def _same_place(workspace: Workspace, config: Config, name: str, file: str) -> Target:
    """The target as the revision has it. One that is new, or goes elsewhere, would escape the rules that it had."""
    there = next((one for one in config.targets if one.name == name), None)
    if there is None:
        message = f"there is no target {name or 'without a name'}, so nothing here says what it may do"
        raise _refused(Position(file), message, "bring the target in first, on its own")
    here = workspace.target(name)
    for key in PLACE:
        if getattr(here, key) != getattr(there, key):
            was, becomes = getattr(there, key) or "not set", getattr(here, key) or "not set"
            message = f"the {key} of target {name} is {was} there, and {becomes} in the checkout"
            raise _refused(there.position or Position(file), message, "move the target first, on its own")
    return there


def _refused(position: Position, message: str, hint: str) -> RefusedError:
    return RefusedError([Problem(code="FP2507", position=position, message=message, hint=hint)])
