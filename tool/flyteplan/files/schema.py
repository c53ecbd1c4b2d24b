"""The JSON Schemas that come with the package."""

from __future__ import annotations

import os
from typing import Any

import flyteplan
from flyteplan.errors import UsageError


def read_schema(name: str) -> str:
    """The text of a schema, by its file name (`plan.v1.schema.json`). Raises UsageError."""
    # importlib.resources ends in the same call, but takes longer to import than all of `validate` takes to start.
    loader: Any = flyteplan.__loader__
    try:
        data: bytes = loader.get_data(os.path.join(os.path.dirname(flyteplan.__file__), "schema", name))
    except OSError:
        raise UsageError(f"there is no schema {name!r} (there are {', '.join(schema_names())})") from None
    return data.decode("utf-8")


def schema_names() -> tuple[str, ...]:
    """The file names of all schemas, sorted."""
    from importlib.resources import files

    entries = files("flyteplan").joinpath("schema").iterdir()
    return tuple(sorted(entry.name for entry in entries if entry.name.endswith(".json")))
