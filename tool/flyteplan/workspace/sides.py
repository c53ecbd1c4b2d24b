"""Two states of a repository: of a revision, from Git's objects, and of the checkout or of another revision."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence

from flyteplan import pipeline
from flyteplan.errors import InputError, Problem
from flyteplan.files.config import NAME
from flyteplan.files.git import ABSENT, Revision, open_revision, read_file, read_files
from flyteplan.files.schema import read_schema
from flyteplan.model.config import Config, Declared, Target
from flyteplan.model.filenames import LOCK
from flyteplan.model.guards import Guards
from flyteplan.ports import Content, Found, Watch, unwatched
from flyteplan.record import dataclass, replace
from flyteplan.shard import spread
from flyteplan.validate import Validator
from flyteplan.workspace import MANIFEST_SCHEMA, Workspace, manifest_files, read_config
from flyteplan.workspace.lockfile import lock_in, read_lock
from flyteplan.workspace.policyfiles import policies_in, policy_files
from flyteplan.workspace.watching import watched

_DEFAULT_LAYER = "manifests"
_BETWEEN = "..."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads the manifests of both sides, and each file that is the same on both of them once."""

    workspace: Workspace
    validator: Validator
    known: pipeline.Known
    place: Callable[[Target], Target]
    watch: Watch

    def read(self, files: Iterable[Found], layers: int) -> pipeline.Manifests:
        reading = watched(spread, self.watch)
        return pipeline.validate(files, self.validator, (tuple(range(layers)),), known=self.known, spread=reading)


def sides(
    workspace: Workspace,
    target: Target,
    base: str,
    place: Callable[[Target], Target],
    watch: Watch = unwatched,
) -> tuple[pipeline.Side, pipeline.Side]:
    """*base* and what is compared with it: the checkout, or of `A...B` the revision B with their merge base.

    *place* is what the flags of the command make of a target, which each side has in the project and domain it says.
    Raises InputError for manifests that are wrong on either side, UsageError for a revision that is not there.
    """
    reader = _Reader(
        workspace=workspace, validator=Validator(read_schema(MANIFEST_SCHEMA)), known={}, place=place, watch=watch
    )
    older = open_revision(workspace.root, base)
    before = _of_revision(reader, target, older, older)
    _, between, head = base.partition(_BETWEEN)
    if not between:
        return before, _of_checkout(reader, target, older)
    newer = open_revision(workspace.root, head or "HEAD")
    return before, _of_revision(reader, target, newer, replace(newer, label=""))


def _of_checkout(reader: _Reader, target: Target, revision: Revision) -> pipeline.Side:
    layers = reader.workspace.layers(target)
    found = reader.read(manifest_files(layers, reader.workspace), len(layers))
    if not found.valid:
        raise InputError(found.problems)
    lock = read_lock(reader.workspace)
    policies = policies_in(policy_files(reader.workspace, _inside(target.policies, revision))).policies
    return pipeline.Side(
        manifests=found.manifests,
        target=reader.place(target),
        lock=lock,
        policies=policies,
        declared=_declared(reader.workspace.config, target, revision),
    )


def _of_revision(reader: _Reader, target: Target, labelled: Revision, rules_at: Revision) -> pipeline.Side:
    """A target that the revision does not have had no manifests there. *rules_at* shows the lines of its rules."""
    revision = replace(labelled, label="")
    declared = _declared(_config(labelled, rules_at), target, labelled)
    there = declared.target if declared else None
    paths = (there.manifests or (_DEFAULT_LAYER,)) if there else ()
    # All of them are in memory at once anyway: what is in a commit is asked for in one call.
    files = [(layer, *file) for layer, path in enumerate(paths) for file in _files(revision, [path])]
    found = reader.read(files, len(paths))
    if not found.valid:
        raise InputError(_labelled(one, labelled) for one in found.problems)
    lock = read_file(labelled, LOCK)
    policies = _files(rules_at, _inside(there.policies if there else (), labelled))
    return pipeline.Side(
        manifests=found.manifests,
        target=reader.place(_moved(target, there)),
        lock=None if lock is None else lock_in(lock, labelled.shown(LOCK)),
        policies=policies_in(policies).policies,
        label=rules_at.label,
        declared=declared,
    )


def _config(labelled: Revision, shown: Revision) -> Config:
    data = read_file(labelled, NAME)
    return Config() if data is None else read_config(data, shown.shown(NAME))


def _declared(config: Config, target: Target, revision: Revision) -> Declared | None:
    """The target as the configuration of one side has it."""
    there = _target(config, target)
    if there is None:
        return None
    outside = (path for path in there.policies if not revision.has_room_for(path))
    return Declared(target=there, owner=config.owner, outside=tuple(map(posixpath.normpath, outside)))


def _target(config: Config, target: Target) -> Target | None:
    if not config.targets:
        return target if not target.name else None
    return next((one for one in config.targets if one.name == target.name), None)


def _moved(target: Target, there: Target | None) -> Target:
    """Both sides are read from one catalog, but the tasks they are about may lie in another project or domain."""
    if there is None:
        return replace(target, guards=Guards())
    return replace(target, org=there.org, project=there.project, domain=there.domain, guards=there.guards)


def _files(revision: Revision, paths: Sequence[str]) -> Iterator[tuple[str, Content]]:
    """A folder that the revision does not have had no manifests and no policies."""
    for name, content in read_files(revision, paths):
        if not (isinstance(content, Problem) and content.message == ABSENT):
            yield name, content


def _inside(paths: Sequence[str], revision: Revision) -> list[str]:
    """What lies outside of the repository is no part of any revision, and the same for both sides."""
    return [path for path in paths if revision.has_room_for(path)]


def _labelled(problem: Problem, revision: Revision) -> Problem:
    position = problem.position
    return replace(problem, position=position._replace(path=f"{revision.label}{position.path}"))
