"""A field of the manifest in the words of its schema."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from flyteplan.render.style import Line, Span

Node = Mapping[str, Any]
# A path may leave out where the overrides stand.
_OVERRIDES = ("spec", "overrides")
_DEEPEST = 6


def explain(schema: Node, path: str, *, width: int) -> list[Line] | None:
    """The field at *path* (`resources.gpu`, `spec.task.version`, "" for the overrides); None when there is none."""
    parts = tuple(filter(None, path.split(".")))
    for start in ((), _OVERRIDES):
        full = (*start, *parts) if parts else _OVERRIDES
        node = _find(schema, schema, full)
        if node is not None:
            return [*_head(schema, node, ".".join(full), width), *_inner(schema, node, width)]
    return None


def fields(schema: Node) -> list[str]:
    """The paths of all fields, those of overrides without what stands before them."""
    overrides = ".".join(_OVERRIDES) + "."
    return [path.removeprefix(overrides) for path in _paths(schema, schema, "", 0)]


def _paths(schema: Node, node: Node, path: str, depth: int) -> Iterator[str]:
    for name, inner in _properties(schema, node).items():
        yield path + name
        if depth < _DEEPEST:
            yield from _paths(schema, inner, f"{path}{name}.", depth + 1)


def _find(schema: Node, node: Node, parts: tuple[str, ...]) -> Node | None:
    for part in parts:
        found = _properties(schema, node).get(part)
        if found is None:
            return None
        node = found
    return node


def _properties(schema: Node, node: Node) -> dict[str, Node]:
    """Those of the node, of what it refers to, and of all branches of its unions; of a list, those of its items."""
    node = _resolved(schema, node)
    found: dict[str, Node] = dict(node.get("properties", {}))
    for branch in (*node.get("oneOf", ()), *node.get("anyOf", ()), *node.get("allOf", ())):
        found |= _properties(schema, branch)
    return found | (_properties(schema, node["items"]) if isinstance(node.get("items"), dict) else {})


def _resolved(schema: Node, node: Node) -> Node:
    """A node that refers to another one, with its own words before those of the other."""
    reference = node.get("$ref")
    if reference is None:
        return node
    other: Any = schema
    for part in str(reference).removeprefix("#/").split("/"):
        other = other[part]
    return {**_resolved(schema, other), **{key: value for key, value in node.items() if key != "$ref"}}


def _head(schema: Node, node: Node, path: str, width: int) -> Iterator[Line]:
    node = _resolved(schema, node)
    yield (Span("FIELD  ", "dim"), Span(path, "bold"))
    yield (Span("TYPE   ", "dim"), Span(_type(schema, node)))
    yield ()
    for line in textwrap.wrap(node.get("description", ""), width - 4):
        yield (Span(f"    {line}"),)
    if node.get("examples"):
        shown = ", ".join(json.dumps(example, ensure_ascii=False) for example in node["examples"])
        yield ()
        yield from ((Span(f"    {line}", "dim"),) for line in textwrap.wrap(f"Examples: {shown}", width - 4))


def _type(schema: Node, node: Node) -> str:
    node = _resolved(schema, node)
    branches = (*node.get("oneOf", ()), *node.get("anyOf", ()))
    if branches and "type" not in node:
        return " or ".join(dict.fromkeys(_type(schema, branch) for branch in branches))
    if "enum" in node or "const" in node:
        return ", ".join(json.dumps(value) for value in node.get("enum", [node.get("const")]))
    types = node.get("type", "any value")
    return types if isinstance(types, str) else " or ".join(types)


def _inner(schema: Node, node: Node, width: int) -> Iterator[Line]:
    inner = _properties(schema, node)
    if not inner:
        return
    yield ()
    yield (Span("FIELDS", "dim"),)
    longest = max(map(len, inner))
    for name in inner:
        described = _resolved(schema, inner[name]).get("description", "")
        first = textwrap.shorten(described, width - longest - 8, placeholder=" ...")
        yield (Span(f"    {name:<{longest}}", "bold"), Span(f"    {first}"))
