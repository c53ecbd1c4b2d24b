"""`flyteplan schema`."""

from __future__ import annotations

import click

from flyteplan.files.schema import read_schema, schema_names
from flyteplan.model.nearest import did_you_mean


@click.command("schema")
@click.argument("name", required=False)
def command(name: str | None) -> int:
    """Print a JSON Schema, for editors and CI; without NAME the names of all."""
    known = {full.split(".", maxsplit=1)[0]: full for full in schema_names()}
    if name is None:
        click.echo("\n".join(known))
        return 0
    full = known.get(name, name)
    if full not in known.values():
        raise click.UsageError(f"no schema {name} ({did_you_mean(name, known, 'there are')})")
    click.echo(read_schema(full), nl=False)
    return 0
