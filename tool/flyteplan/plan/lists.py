"""Lists that are told whole, for two of their items have one identity: the fields that the items would be alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flyteplan.model.itemname import quoted
from flyteplan.model.plan import differ
from flyteplan.model.settings import Secret

# What the fields of the items begin with.
LISTS = {
    "container.env": "env_vars.",
    "primary_container.env": "env_vars.",
    "container.resources.requests": "resources.requests.",
    "container.resources.limits": "resources.limits.",
    "security_context.secrets": "secrets.",
}
# Where a manifest has another word than the lower case of the template's.
_RESOURCES = {"EPHEMERAL_STORAGE": "disk"}


def changed(path: str, base: Any, live: Any, desired: Any) -> Iterator[str]:
    """The fields of what is not in desired as it is in base; where the lists are the same, as it is in live."""
    before = _by_field(path, base if differ(base, desired) else live)
    after = _by_field(path, desired)
    return (name for name in {**before, **after} if before.get(name) != after.get(name))


def _by_field(path: str, items: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for item in _messages(items):
        name = _name(item, path)
        if name:
            found.setdefault(f"{LISTS[path]}{quoted(name)}", []).append(item)
    return found


def _messages(items: Any) -> Iterable[Any]:
    """The items that have names. One with fields of a newer server stands beside its bytes."""
    for item in items if isinstance(items, list) else ():
        inner = item.get("value") if isinstance(item, dict) and "serialized" in item else item
        if isinstance(inner, dict):
            yield inner


def _name(item: dict[str, Any], path: str) -> str:
    name = str(item.get("name") or item.get("key") or "")
    if path == "security_context.secrets":
        return Secret(key=name, group=item.get("group", "")).name
    return _RESOURCES.get(name, name.lower()) if path.startswith("container.resources.") else name
