"""The filters of ListProjects, which are a text: `eq(state,1)+contains(name,x)`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flyteidl2.common.list_pb2 import Filter

from flyteplan.local.faults import Fault
from flyteplan.local.services.filters import Kind, clause
from flyteplan.local.store.rows import Clause

_FUNCTIONS = {"eq": Filter.EQUAL, "ne": Filter.NOT_EQUAL, "contains": Filter.CONTAINS, "value_in": Filter.VALUE_IN}
_ONE = re.compile(r"\s*([^()]+?)\s*\(([^,]*),(.*)\)\s*", re.DOTALL)


def project_clause(text: str, kinds: Mapping[str, Kind]) -> Clause:
    found = Clause()
    for part in text.strip().split("+"):
        found = found & _clause(part, kinds)
    return found


def _clause(text: str, kinds: Mapping[str, Kind]) -> Clause:
    match = _ONE.fullmatch(text)
    if match is None:
        raise Fault("INVALID_ARGUMENT", f"invalid filter format: {text.strip()}")
    function, field, value = match[1].lower(), match[2].strip(), match[3].strip()
    if field not in kinds:
        raise Fault("INVALID_ARGUMENT", f"invalid filter field: {field}")
    if function not in _FUNCTIONS:
        raise Fault("INVALID_ARGUMENT", f"unsupported filter function: {function}")
    return _built(function, field, value, kinds)


def _built(function: str, field: str, value: str, kinds: Mapping[str, Kind]) -> Clause:
    values = [part.strip() for part in value.split(";")] if function == "value_in" else [value]
    # Here a list of one is a list, other than in the filters of the other services.
    asked = Filter.EQUAL if len(values) == 1 and function == "value_in" else _FUNCTIONS[function]
    return clause([Filter(function=asked, field=field, values=values)], kinds)
