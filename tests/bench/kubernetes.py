"""The schema where kubeconform looks for it, with the kind as the name of the file."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.bench.places import SCHEMA, WORK

_KIND = "taskoverride"


def schema_location() -> str:
    folder = WORK / "schema"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SCHEMA, folder / f"{_KIND}.json")
    return f"{folder}/{{{{.ResourceKind}}}}.json"


def kubeconform() -> Path | None:
    found = shutil.which("kubeconform")
    return Path(found) if found else None
