"""The JSON Schemas that come with the package."""

from __future__ import annotations

from flyteplan.errors import UsageError
from flyteplan.files.packaged import packaged


def read_schema(name: str) -> str:
    """The text of a schema, by its file name (`plan.v1.schema.json`). Raises UsageError."""
    try:
        return packaged("schema", name)
    except OSError:
        raise UsageError(f"there is no schema {name!r} (there are {', '.join(schema_names())})") from None


def schema_names() -> tuple[str, ...]:
    """The file names of all schemas, sorted."""
    from importlib.resources import files

    entries = files("flyteplan").joinpath("schema").iterdir()
    return tuple(sorted(entry.name for entry in entries if entry.name.endswith(".json")))
