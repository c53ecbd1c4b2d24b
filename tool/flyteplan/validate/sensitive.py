"""Variables that are marked as sensitive, or as not: `DB_URL: {value: ..., sensitive: true}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from flyteplan.model.document import Pointer
from flyteplan.validate.draft import Draft

Variable: TypeAlias = "str | Mapping[str, Any] | None"
_MARKS, _INPUTS = "sensitive", "sensitive_inputs"


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


def names_marked_in(value: Any) -> Iterator[str]:
    """What a document calls sensitive, or seems to, whatever else is wrong with it: rather one name too many."""
    if isinstance(value, list):
        for item in value:
            yield from names_marked_in(item)
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        if isinstance(item, dict) and item.get(_MARKS) not in (None, False):
            yield name
        if name == _INPUTS and isinstance(item, list):
            yield from (one for one in item if isinstance(one, str))
        yield from names_marked_in(item)
