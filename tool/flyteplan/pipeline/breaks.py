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
    """The schema without `propertyNames`: the keys of a manifest are text, also where the class has numbers."""
    if isinstance(node, Mapping):
        return {key: _of_values(part) for key, part in node.items() if key != "propertyNames"}
    return [_of_values(part) for part in node] if isinstance(node, list) else node
