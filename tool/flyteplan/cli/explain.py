"""`flyteplan explain`."""

from __future__ import annotations

import json
import re

import click

from flyteplan.cli.output import show, width
from flyteplan.errors import CODES
from flyteplan.files.schema import read_schema
from flyteplan.model.nearest import did_you_mean
from flyteplan.render.advice import advised
from flyteplan.render.explain import explain, fields
from flyteplan.workspace import MANIFEST_SCHEMA

_CODE = re.compile(r"FP\d*", re.IGNORECASE)


@click.command("explain")
@click.argument("field", default="")
def command(field: str) -> int:
    """Explain a FIELD of a manifest in the words of its schema, or the code of a problem.

    FIELD is a path such as resources.gpu or spec.task.version; without it, all overrides are listed.
    """
    if field.upper() in CODES:
        show(advised(field.upper(), width()))
        return 0
    if _CODE.fullmatch(field):
        raise click.UsageError(f"no code {field.upper()} (a code stands in the brackets of every problem)")
    schema = json.loads(read_schema(MANIFEST_SCHEMA))
    lines = explain(schema, field, width=width())
    if lines is None:
        raise click.UsageError(f"no field {field} ({did_you_mean(field, fields(schema), 'there are')})")
    show(lines)
    return 0
