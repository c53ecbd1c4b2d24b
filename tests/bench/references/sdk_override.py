"""The override of the Flyte SDK, with its arguments made before, and the same templates."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from flyte.remote import TaskDetails as Remote
from flyteidl2.task.task_definition_pb2 import TaskDetails
from tests.bench.data.templates import read_packed
from tests.parity.translation import translated


def ready(repository: Path) -> Callable[[], str]:
    """Gives the digest of all desired specs, in the order of the templates."""
    pairs = list(_pairs(repository))

    def overridden() -> str:
        whole = sha256()
        for details, wanted in pairs:
            whole.update(details.override(**wanted).pb2.spec.SerializeToString(deterministic=True))
        return whole.hexdigest()

    return overridden


def _pairs(repository: Path) -> list[tuple[Remote, dict[str, Any]]]:
    """Of every task that base has a manifest of, its template and the arguments."""
    specs = [yaml.load(path.read_bytes(), yaml.CSafeLoader)["spec"] for path in repository.glob("manifests/base/*")]
    wanted = {spec["task"]["name"]: translated(spec["overrides"]) for spec in specs}
    details = map(TaskDetails.FromString, read_packed(repository.parent / "templates.packed"))
    return [(Remote(one), wanted[one.task_id.name]) for one in details if one.task_id.name in wanted]
