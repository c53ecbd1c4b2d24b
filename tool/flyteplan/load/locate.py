"""Where the values of a document stand, looked up in its nodes only when someone asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from flyteplan.errors import Position
from flyteplan.load.alias import target
from flyteplan.model.document import Locator, Pointer
from flyteplan.model.sent import made_of


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
_Parts = dict[str | int, _Place]
_position = made_of(Position)


class NodeLocator(Locator):
    """An alias stands where it is written, what is inside of it at its anchor.

    What is in a collection is looked up once: whoever asks for one key of a mapping mostly asks for its neighbours too.
    """

    __slots__ = ("_parts", "_path", "_root")

    def __init__(self, path: str, root: Node) -> None:
        self._path, self._root = path, root
        self._parts: dict[Pointer, _Parts] = {}

    def value(self, pointer: Pointer) -> Position:
        return place(self._path, self._deepest(pointer)[1].start_mark)

    def key(self, pointer: Pointer) -> Position:
        return place(self._path, self._deepest(pointer)[0].start_mark)

    def keys(self, pointers: Iterable[Pointer]) -> list[Position]:
        """Every manifest asks for some twenty, most of them in a few mappings: calls would take most of the time."""
        known, found = self._parts, list[_Place]()
        for pointer in pointers:
            around = pointer[:-1]
            parts = known.get(around)
            there = (self._inside(around) if parts is None else parts).get(pointer[-1]) if pointer else None
            found.append(there or self._deepest(pointer))
        path, marks = self._path, [key.start_mark for key, _ in found]
        return [_position((path, mark.line + 1, mark.column + 1)) for mark in marks]

    def text(self, pointer: Pointer) -> str:
        node = target(self._deepest(pointer)[1])
        return str(node.value) if isinstance(node, ScalarNode) else ""

    def _deepest(self, pointer: Pointer) -> _Place:
        """The key and the value that *pointer* leads to, as far as it leads."""
        while pointer:
            there = self._inside(pointer[:-1]).get(pointer[-1])
            if there is not None:
                return there
            pointer = pointer[:-1]
        return self._root, self._root

    def _inside(self, pointer: Pointer) -> _Parts:
        """What is in the value at *pointer*; nothing where that leads past what is there."""
        if pointer in self._parts:
            return self._parts[pointer]
        there = self._inside(pointer[:-1]).get(pointer[-1]) if pointer else (self._root, self._root)
        parts = self._parts[pointer] = _inside(there[1]) if there else {}
        return parts


def _inside(node: Node) -> _Parts:
    """The parts of a collection, by key or index; a document with a key that is none has no locator."""
    node = node if node.__class__ is MappingNode else target(node)
    if isinstance(node, MappingNode):
        pairs: list[_Place] = node.value
        return {(key if (key := pair[0]).__class__ is ScalarNode else target(key)).value: pair for pair in pairs}
    return {index: (item, item) for index, item in enumerate(node.value)} if isinstance(node, SequenceNode) else {}
