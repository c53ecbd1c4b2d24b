"""Where the values of a document stand, looked up in its nodes only when someone asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from flyteplan.errors import Position
from flyteplan.load.alias import target
from flyteplan.model.document import Pointer


class Mark(Protocol):
    """Both of PyYAML's: lines and columns from 0."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


def place(path: str, mark: Mark) -> Position:
    return Position(path, mark.line + 1, mark.column + 1)


class NodeLocator:
    """A `model.document.Locator`. An alias stands where it is written, what is inside of it at its anchor."""

    __slots__ = ("_path", "_root")

    def __init__(self, path: str, root: Node) -> None:
        self._path = path
        self._root = root

    def value(self, pointer: Pointer) -> Position:
        return place(self._path, self._deepest(pointer)[1].start_mark)

    def key(self, pointer: Pointer) -> Position:
        return place(self._path, self._deepest(pointer)[0].start_mark)

    def text(self, pointer: Pointer) -> str:
        node = target(self._deepest(pointer)[1])
        return str(node.value) if isinstance(node, ScalarNode) else ""

    def _deepest(self, pointer: Pointer) -> tuple[Node, Node]:
        """The key and the value that *pointer* leads to, as far as it leads."""
        found = (self._root, self._root)
        for step in pointer:
            inner = _step(target(found[1]), step)
            if inner is None:
                break
            found = inner
        return found


def _step(node: Node, step: str | int) -> tuple[Node, Node] | None:
    if isinstance(node, MappingNode):
        return _pair(node.value, step)
    if isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _pair(pairs: Iterable[tuple[Node, Node]], name: str | int) -> tuple[Node, Node] | None:
    for key, value in pairs:
        scalar = target(key)
        if isinstance(scalar, ScalarNode) and scalar.value == name:
            return key, value
    return None
