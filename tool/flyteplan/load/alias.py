"""Aliases as nodes of their own, so that each stands where it was written and not where its anchor is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from yaml._yaml import CParser
from yaml.nodes import MappingNode, Node, ScalarNode
from yaml.tokens import AliasToken

if TYPE_CHECKING:
    from yaml.error import Mark


class Alias(Node):
    """`value` is the node that the anchor names."""


def target(node: Node) -> Node:
    """The node itself, or the one that an alias names."""
    while isinstance(node, Alias):
        node = node.value
    return node


def alias_marks(data: bytes) -> Iterator[Mark]:
    """Where the aliases of a file stand, in order."""
    for token in iter(CParser(data).get_token, None):
        if isinstance(token, AliasToken):
            yield token.start_mark


def unfold(root: Node, marks: Iterator[Mark]) -> None:
    """Put an `Alias` wherever a node is met again; libyaml composes an alias as the very node of its anchor.

    Nodes are visited in the order of the text, each once, so that the aliases of the document are the next *marks*.
    """
    seen = {id(root)}
    todo = [_slots(root)]
    while todo:
        slot = next(todo[-1], None)
        if slot is None:
            todo.pop()
            continue
        child, container, index, side = slot
        if id(child) in seen:
            mark = next(marks)
            _put(Alias("", child, mark, mark), container, index, side)
        else:
            seen.add(id(child))
            todo.append(_slots(child))


_Slot = tuple[Node, Node, int, int]


def _slots(node: Node) -> Iterator[_Slot]:
    """The children of a node, and where they hang: index, and 0 or 1 for the key or the value of a pair."""
    if isinstance(node, ScalarNode):
        return
    for index, child in enumerate(node.value):
        if isinstance(node, MappingNode):
            yield child[0], node, index, 0
            yield child[1], node, index, 1
        else:
            yield child, node, index, 0


def _put(alias: Alias, container: Node, index: int, side: int) -> None:
    if isinstance(container, MappingNode):
        key, value = container.value[index]
        container.value[index] = (key, alias) if side else (alias, value)
    else:
        container.value[index] = alias
