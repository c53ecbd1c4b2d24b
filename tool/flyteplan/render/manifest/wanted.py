"""What a manifest has to say so that a base becomes what is present, and how it is said in the fewest words."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flyteplan.model import device
from flyteplan.model.settings import Path
from flyteplan.render.manifest.present import Tree

# What null does not clear one by one, or not at all.
_INSTEAD_OF_NULL: dict[Path, Any] = {("cache", "serialize"): False}


def wanted(now: Tree, base: Tree, without: Collection[Path], path: Path = ()) -> Tree:
    """*now*, and null for what *base* has beside it; nothing at the paths of *without*, nor below them."""
    names = [*now, *(name for name in base if name not in now)]
    found: Tree = {}
    for name in names:
        here = (*path, name)
        if here in without:
            continue
        value = now[name] if name in now else _INSTEAD_OF_NULL.get(here)
        if isinstance(value, dict):
            beneath = base.get(name, {})
            value = wanted(value, beneath if isinstance(beneath, dict) else {}, without, here)
        if value != {}:
            found[name] = value
    return found


def short(found: Tree) -> Tree:
    """*found* with the short forms of the manifest."""
    result = dict(found)
    for name, shorten in (("retries", _only("count")), ("timeout", _only("max_runtime")), ("cache", _cache)):
        if isinstance(result.get(name), dict):
            result[name] = shorten(result[name])
    if isinstance(result.get("resources"), dict):
        result["resources"] = {name: _resource(name, value) for name, value in result["resources"].items()}
    return result


def _only(name: str) -> Any:
    return lambda value: value[name] if set(value) == {name} else value


def _cache(value: Tree) -> Any:
    return "disable" if value == {"behavior": "disable"} else value


def _resource(name: str, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if name == "gpu":
        return _gpu(value)
    return [value["request"], value["limit"]] if "limit" in value else value["request"]


def _gpu(value: Tree) -> Any:
    if set(value) == {"quantity"}:
        return value["quantity"]
    known = device.COUNTS.get(value.get("device", ""), ())
    if set(value) == {"device", "quantity"} and value["quantity"] in known:
        return f"{value['device']}:{value['quantity']}"
    return value
