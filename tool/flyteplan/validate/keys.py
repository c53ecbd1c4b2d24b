"""What to say about an unknown key, which may stand for another or belong elsewhere, and about what has none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import lru_cache
from typing import Any

from flyteplan.model.listed import listed
from flyteplan.model.nearest import did_you_mean
from flyteplan.validate.schema import Fault, Node, Validator

_NO_VERSION = "it goes into a cache version that is computed, which a deployed task can not do"
_POD = "pods are shaped by a PodTemplate of the cluster, which pod_template_name names"
_MANY = 10
_FEW = 6
# What stands under names of its own, and not under keys.
_NAMED = ("env_vars", "envs", "labels", "annotations", "inputs")
# Of a task, where no quotes are needed and nothing but a name can be meant.
_TASK_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_KNOWN: Mapping[str, str] = {
    "requests": "write cpu: [request, limit]",
    "limits": "write cpu: [request, limit]",
    "ephemeral-storage": "did you mean disk?",
    "storage": "did you mean disk?",
    "version": "did you mean version_override?",
    "tolerations": _POD,
    "node_selector": _POD,
    "nodeSelector": _POD,
    "affinity": _POD,
    "pod_template": _POD,
    "salt": _NO_VERSION,
    "policies": _NO_VERSION,
}


def unknown_key_hint(key: str, fault: Fault, validator: Validator) -> str:
    known = fault.node.get("properties", {})
    meant = _KNOWN.get(key, "") if key != "version" or "version_override" in known else ""
    return meant or _belongs(key, validator) or did_you_mean(_dotted(key, known), known, limit=1) or _listed(known)


def mapping_hint(fault: Fault) -> str:
    """What to write where there is no mapping, and has to be one."""
    known = fault.node.get("properties", {})
    if "auto_version" in known and fault.pointer[-1:] == ("task",):
        is_name = isinstance(fault.instance, str) and _TASK_NAME.fullmatch(fault.instance)
        return f"write {{name: {fault.instance if is_name else 'NAME'}, auto_version: latest}}"
    if not known:
        return "write NAME: value, one a line" if fault.pointer[-1:] and fault.pointer[-1] in _NAMED else ""
    return f"its keys are {listed(list(known), _FEW)}"


def _dotted(key: str, known: Iterable[str]) -> str:
    """The key that ends so, where keys are names of fields: `memory` is resources.memory."""
    return min((name for name in known if name.endswith(f".{key}")), key=len, default=key)


def _listed(known: Iterable[str]) -> str:
    names = list(known)
    return f"its keys are {', '.join(names)}" if 0 < len(names) <= _MANY else ""


def _belongs(key: str, validator: Validator) -> str:
    """Only for a key that has one or two places: `name` has many, and is no hint."""
    places = sorted(_places(validator).get(key, ()))
    return f"it belongs in {' or '.join(places)}" if 0 < len(places) < 3 else ""


@lru_cache(maxsize=8)
def _places(validator: Validator) -> Mapping[str, Set[str]]:
    """Of each key the mappings that know it. The same key is misplaced in many files, in all of one schema."""
    found: dict[str, set[str]] = {}
    for place, key in _keys(validator.schema, "the document"):
        found.setdefault(key, set()).add(place)
    return found


def _keys(node: Node, name: str) -> Iterator[tuple[str, str]]:
    """Every (name of a mapping, key it knows) of a schema."""
    for key, child in node.get("properties", {}).items():
        yield name, key
        yield from _keys(child, key)
    for union in ("oneOf", "anyOf"):
        for branch in node.get(union, ()):
            yield from _keys(branch, name)
    items: Any = node.get("items")
    if isinstance(items, dict):
        yield from _keys(items, name)
