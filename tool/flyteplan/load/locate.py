"""Where the values of a document stand, looked up in its nodes only when someone asks."""

from __future__ import annotations

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


# The node of a key and that of its value; for a list item and the root the same one twice.
_Place = tuple[Node, Node]


class NodeLocator:
    """A `model.document.Locator`. An alias stands where it is written, what is inside of it at its anchor.

    What is in a collection is looked up once: whoever asks for one key of a mapping mostly asks for its neighbours too.
    """

    __slots__ = ("_inside", "_path", "_root")

    def __init__(self, path: str, root: Node) -> None:
        self._path, self._root = path, root
        self._inside: dict[Node, dict[str | int, _Place]] = {}

    def value(self, pointer: Pointer) -> Position:
        return place(self._path, self._deepest(pointer)[1].start_mark)

    def key(self, pointer: Pointer) -> Position:
        return place(self._path, self._deepest(pointer)[0].start_mark)

    def text(self, pointer: Pointer) -> str:
        node = target(self._deepest(pointer)[1])
        return str(node.value) if isinstance(node, ScalarNode) else ""

    def _deepest(self, pointer: Pointer) -> _Place:
        """The key and the value that *pointer* leads to, as far as it leads."""
        found = (self._root, self._root)
        for step in pointer:
            node = found[1]
            inside = self._inside.get(node)
            if inside is None:
                inside = self._inside[node] = _inside(target(node))
            if step not in inside:
                break
            found = inside[step]
        return found


def _inside(node: Node) -> dict[str | int, _Place]:
    """The parts of a collection, by key or index; a document with a key that is none has no locator."""
    if isinstance(node, MappingNode):
        return {(key if key.__class__ is ScalarNode else target(key)).value: (key, value) for key, value in node.value}
    return {index: (item, item) for index, item in enumerate(node.value)} if isinstance(node, SequenceNode) else {}
