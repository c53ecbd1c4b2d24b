"""What a JSON Schema of a task's interface holds against a value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flyteplan.model.document import Pointer
from flyteplan.validate import Validator


def breaks(schema: Mapping[str, Any], value: Any) -> list[tuple[Pointer, str, Any]]:
    """(place, keyword, argument of the keyword) of everything in *value* that *schema* refuses.

    Nothing for a schema that can not be compiled: the task will tell, for it has the class itself.
    """
    try:
        faults = Validator(json.dumps(_of_values(schema))).faults(value)
    except (ValueError, LookupError, TypeError):
        return []
    return [(fault.pointer, fault.keyword, fault.node.get(fault.keyword)) for fault in faults]


def _of_values(node: Any) -> Any:
    """The schema without what it says otherwise than the values are.

    `propertyNames`: the keys of a manifest are text, also where the class has numbers. `type` beside `enum`: the SDK
    writes the names of a model's enum there, and leaves the type of its values.
    """
    if isinstance(node, list):
        return [_of_values(part) for part in node]
    if not isinstance(node, Mapping):
        return node
    dropped = {"propertyNames"} | ({"type"} if isinstance(node.get("enum"), list) else set())
    return {key: _part(key, part) for key, part in node.items() if key not in dropped}


def _part(key: str, part: Any) -> Any:
    """The keys of these two are names of fields and of classes, and no keywords."""
    if key in ("properties", "$defs") and isinstance(part, Mapping):
        return {name: _of_values(field) for name, field in part.items()}
    return part if key in ("enum", "const", "default") else _of_values(part)
