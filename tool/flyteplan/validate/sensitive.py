"""Variables that are marked as sensitive, or as not: `DB_URL: {value: ..., sensitive: true}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from flyteplan.model.document import Pointer
from flyteplan.validate.draft import Draft

Variable: TypeAlias = "str | Mapping[str, Any] | None"
_MARKS = "sensitive"


def marked(draft: Draft, written: Mapping[str, Variable], at: Pointer) -> dict[str, str | None]:
    """The values of *written*, which stands at *at*; its marks are put. What is only marked has no value of its own."""
    values: dict[str, str | None] = {}
    for name, variable in written.items():
        if variable is None or isinstance(variable, str):
            values[name] = variable
            continue
        if "sensitive" in variable:
            draft.put((_MARKS, str(at[-1]), name), variable["sensitive"], (*at, name, "sensitive"))
        if "value" in variable:
            values[name] = variable["value"]
    return values


def put_sensitive_inputs(draft: Draft, names: list[str], at: Pointer) -> None:
    for index, name in enumerate(names):
        draft.put((_MARKS, "inputs", name), True, (*at, index))
