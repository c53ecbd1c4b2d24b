"""Two states of a repository: of a revision, from Git's objects, and of the checkout or of another revision."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from flyteplan import pipeline
from flyteplan.errors import InputError, Problem
from flyteplan.files.config import NAME
from flyteplan.files.git import Revision, open_revision, read_file, read_files
from flyteplan.files.schema import read_schema
from flyteplan.model.config import Config, Target
from flyteplan.model.lock import NAME as LOCK
from flyteplan.ports import Found
from flyteplan.validate import Validator
from flyteplan.workspace import MANIFEST_SCHEMA, Workspace, manifest_files, read_config
from flyteplan.workspace.lockfile import lock_in, read_lock

_DEFAULT_LAYER = "manifests"
_BETWEEN = "..."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads the manifests of both sides, and each file that is the same on both of them once."""

    workspace: Workspace
    validator: Validator
    known: pipeline.Known
    place: Callable[[Target], Target]

    def read(self, files: Iterator[Found], layers: int) -> pipeline.Manifests:
        return pipeline.validate(files, self.validator, (tuple(range(layers)),), known=self.known)


def sides(
    workspace: Workspace, target: Target, base: str, place: Callable[[Target], Target]
) -> tuple[pipeline.Side, pipeline.Side]:
    """*base* and what is compared with it: the checkout, or of `A...B` the revision B with their merge base.

    *place* is what the flags of the command make of a target, which each side has in the project and domain it says.
    Raises InputError for manifests that are wrong on either side, UsageError for a revision that is not there.
    """
    reader = _Reader(workspace=workspace, validator=Validator(read_schema(MANIFEST_SCHEMA)), known={}, place=place)
    before = _of_revision(reader, target, base)
    _, between, head = base.partition(_BETWEEN)
    return before, _of_revision(reader, target, head or "HEAD") if between else _of_checkout(reader, target)


def _of_checkout(reader: _Reader, target: Target) -> pipeline.Side:
    layers = reader.workspace.layers(target)
    found = reader.read(manifest_files(layers, reader.workspace), len(layers))
    if not found.valid:
        raise InputError(found.problems)
    lock = read_lock(reader.workspace)
    return pipeline.Side(manifests=found.manifests, target=reader.place(target), lock=lock)


def _of_revision(reader: _Reader, target: Target, name: str) -> pipeline.Side:
    """A target that the revision does not have had no manifests there."""
    labelled = open_revision(reader.workspace.root, name)
    revision = replace(labelled, label="")
    config = read_file(revision, NAME)
    there = _target(Config() if config is None else read_config(config, labelled.shown(NAME)), target)
    paths = (there.manifests or (_DEFAULT_LAYER,)) if there else ()
    found = reader.read(_files(revision, paths), len(paths))
    if not found.valid:
        raise InputError(_labelled(one, labelled) for one in found.problems)
    lock = read_file(revision, LOCK)
    return pipeline.Side(
        manifests=found.manifests,
        target=reader.place(_moved(target, there)),
        lock=None if lock is None else lock_in(lock, labelled.shown(LOCK)),
    )


def _target(config: Config, target: Target) -> Target | None:
    if not config.targets:
        return target if not target.name else None
    return next((one for one in config.targets if one.name == target.name), None)


def _moved(target: Target, there: Target | None) -> Target:
    """Both sides are read from one catalog, but the tasks they are about may lie in another project or domain."""
    return replace(target, org=there.org, project=there.project, domain=there.domain) if there else target


def _files(revision: Revision, paths: tuple[str, ...]) -> Iterator[Found]:
    """A folder that the revision does not have had no manifests."""
    for layer, path in enumerate(paths):
        for name, content in read_files(revision, [posixpath.normpath(path)]):
            if not (isinstance(content, Problem) and content.message == "there is nothing to read"):
                yield layer, name, content


def _labelled(problem: Problem, revision: Revision) -> Problem:
    position = problem.position
    return replace(problem, position=replace(position, path=f"{revision.label}{position.path}"))
