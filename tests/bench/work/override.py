"""Override and serialize in memory, with templates decoded and manifests read before."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from flyteidl2.task.task_definition_pb2 import TaskDetails
from tests.bench.data.templates import read_packed

from flyteplan import pipeline
from flyteplan.files.schema import read_schema
from flyteplan.model.manifest import Manifest, TaskReference
from flyteplan.model.resolution import Group
from flyteplan.model.settings import Settings
from flyteplan.model.task import TaskName, TaskVersion, Template
from flyteplan.override import override
from flyteplan.resolve import compose
from flyteplan.validate import Validator
from flyteplan.workspace import MANIFEST_SCHEMA


def ready(repository: Path, strategy: str) -> Callable[[], str]:
    """Gives the digest of all desired specs, in the order of the templates. *strategy* is merge or replace."""
    templates = {details.task_id.name: _template(details) for details in _details(repository)}
    settings = _settings(repository, strategy)
    pairs = [(templates[name], settings[name]) for name in templates if name in settings]

    def overridden() -> str:
        whole = sha256()
        for template, wanted in pairs:
            whole.update(override(template, wanted, strategy).spec.SerializeToString(deterministic=True))
        return whole.hexdigest()

    return overridden


def _details(repository: Path) -> list[TaskDetails]:
    return [TaskDetails.FromString(data) for data in read_packed(repository.parent / "templates.packed")]


def _template(details: TaskDetails) -> Template:
    identity = details.task_id
    key = TaskVersion(TaskName(identity.project, identity.domain, identity.name), identity.version)
    return Template(key=key, spec=details.spec, deployed_at=0)


def _settings(repository: Path, strategy: str) -> dict[str, Settings]:
    """Of every task that base has a manifest of, those of base, as if they had this strategy."""
    given = f"spec:\n  strategy: {strategy}\n".encode()
    paths = sorted(repository.glob("manifests/base/*.yaml"))
    files = ((0, path.name, path.read_bytes().replace(b"spec:\n", given, 1)) for path in paths)
    read = pipeline.validate(files, Validator(read_schema(MANIFEST_SCHEMA)), ((0,),))
    return dict(map(_composed, read.manifests))


def _composed(manifest: Manifest) -> tuple[str, Settings]:
    assert isinstance(manifest.reference, TaskReference)
    name = manifest.reference.name
    intent, problems = compose(Group(task=TaskName("", "", name), run="", manifests=(manifest,)))
    assert intent, problems
    return name, intent.settings
