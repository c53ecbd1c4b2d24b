"""Where a command works: the configuration, the target, its layers of manifests and its catalog."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from flyteplan.errors import InputError, Position, Problem, UsageError
from flyteplan.files.config import find_config
from flyteplan.files.manifests import find_layers
from flyteplan.files.paths import shown
from flyteplan.files.saved import read_bytes
from flyteplan.files.schema import read_schema
from flyteplan.load import load
from flyteplan.model.config import FILES, Config, Target
from flyteplan.model.document import Document
from flyteplan.model.nearest import did_you_mean
from flyteplan.ports import Found
from flyteplan.record import dataclass, replace
from flyteplan.validate import Validator, config

MANIFEST_SCHEMA = "task-override.v1.schema.json"
CONFIG_SCHEMA = "config.v1.schema.json"
POLICY_SCHEMA = "override-policy.v1.schema.json"
# Said alike of no file and of one without a target: what is missing is the same.
UNCONFIGURED = "there is no flyteplan.yaml with targets, here or above"
_DEFAULT_LAYER = "manifests"

Layers = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """`root` is the folder of flyteplan.yaml, else the current one; paths are shown relative to it."""

    root: str
    config: Config

    def target(self, name: str | None) -> Target:
        """The target of this name, the default one without; a nameless one where nothing is configured."""
        targets = {target.name: target for target in self.config.targets}
        wanted = name or self.config.default_target or (next(iter(targets)) if len(targets) == 1 else "")
        if wanted in targets:
            return self._with_paths(targets[wanted])
        if not targets and not name:
            return Target(name="", manifests=(_DEFAULT_LAYER,))
        if not targets:
            raise UsageError(f"no target {wanted}: {UNCONFIGURED} (go to the repository that has it)")
        if not wanted:
            raise UsageError(f"no target (flyteplan.yaml has no default_target; give -t: {', '.join(targets)})")
        raise UsageError(f"no target {wanted} ({did_you_mean(wanted, targets, 'flyteplan.yaml has')})")

    def _with_paths(self, target: Target) -> Target:
        """Files are named relative to flyteplan.yaml; ~ is anybody's home."""
        keys = (
            (key, os.path.join(self.root, value) if key in FILES and not value.startswith("~") else value)
            for key, value in target.connection
        )
        return replace(target, connection=tuple(keys))

    def layers(self, target: Target) -> Layers:
        """Raises UsageError where neither flyteplan.yaml nor the folder that stands in for it is there."""
        if not self.config.targets and not os.path.isdir(os.path.join(self.root, _DEFAULT_LAYER)):
            message = f"neither flyteplan.yaml, here or above, nor a folder {_DEFAULT_LAYER} here"
            raise UsageError(f"{message} (go to the repository that has them, or name the manifests)")
        return tuple((os.path.join(self.root, path),) for path in target.manifests or (_DEFAULT_LAYER,))


def open_workspace(folder: str = ".") -> Workspace:
    """The workspace of *folder*, by default the current one. Raises InputError for a flyteplan.yaml that is wrong."""
    path = find_config(folder)
    if path is None:
        return Workspace(root=os.path.abspath(folder), config=Config())
    root = os.path.dirname(path)
    name = shown(path, root)
    return Workspace(root=root, config=read_config(read_bytes(path, shown=name), name))


def read_config(data: bytes, name: str) -> Config:
    """The configuration in *data*, shown as *name*. Raises InputError with all that is wrong."""
    document = _only_document(data, name)
    checked = config(document, Validator(read_schema(CONFIG_SCHEMA)))
    if checked.config is None:
        raise InputError(checked.problems)
    return checked.config


def config_document(path: str, name: str) -> Document:
    """The file at *path*, shown as *name*, with the places of what is in it."""
    return _only_document(read_bytes(path, shown=name), name)


def _only_document(data: bytes, name: str) -> Document:
    items = list(load(data, name))
    broken = [item for item in items if isinstance(item, Problem)]
    if broken:
        raise InputError(broken)
    documents = [item for item in items if isinstance(item, Document)]
    if len(documents) == 1:
        return documents[0]
    position, message, hint = Position(name, 1, 1), "the file is empty", "write apiVersion, kind: Config and targets"
    if documents:
        position = documents[1].locator.value(())
        message, hint = "a second document, which nothing reads", "write all targets into the first"
    raise InputError([Problem(code="FP1106", position=position, message=message, hint=hint)])


def layers_of(paths: Sequence[str]) -> Layers:
    """The layers of path arguments: each folder is one, in order; files and `-` are one together, the last."""
    folders = tuple((path,) for path in paths if os.path.isdir(path))
    files = tuple(path for path in paths if not os.path.isdir(path))
    return folders + ((files,) if files else ())


def manifest_files(layers: Layers, workspace: Workspace) -> Iterator[Found]:
    """Every manifest file, or what reads it.

    Raises InputError when there is none at all: a path that is wrong looks just so.
    """
    nothing, lost = True, _lost(layers, workspace)
    for layer, name, content in find_layers(layers, root=workspace.root):
        nothing = False
        yield layer, name, lost.get(layer, content)
    if nothing:
        names = ", ".join(shown(path, workspace.root) for layer in layers for path in layer)
        hint = "write one, or give the folder that has them; a file of comments says that none is meant"
        message = "there is no manifest here, no .yaml, .yml or .json file"
        raise InputError([Problem(code="FP1001", position=Position(names), message=message, hint=hint)])


def _lost(layers: Layers, workspace: Workspace) -> dict[int, Problem]:
    """By their numbers the layers that flyteplan.yaml names and that are not there."""
    absent = {layer: paths[0] for layer, paths in enumerate(layers) if paths and not os.path.lexists(paths[0])}
    if not absent:
        return {}
    from flyteplan.workspace.wrongpaths import lost

    found = {layer: lost(workspace, "manifests", path) for layer, path in absent.items()}
    return {layer: problem for layer, problem in found.items() if problem}
