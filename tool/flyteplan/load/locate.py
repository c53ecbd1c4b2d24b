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


# The node of a key, that of its value, and whether a pointer leads there or beyond.
_Place = tuple[Node, Node, bool]


class NodeLocator:
    """A `model.document.Locator`. An alias stands where it is written, what is inside of it at its anchor.

    What was found is remembered: whoever asks for one key of a mapping mostly asks for its neighbours too.
    """

    __slots__ = ("_found", "_path")

    def __init__(self, path: str, root: Node) -> None:
        self._path = path
        self._found: dict[Pointer, _Place] = {(): (root, root, True)}

    def value(self, pointer: Pointer) -> Position:
        return place(self._path, self._deepest(pointer)[1].start_mark)

    def key(self, pointer: Pointer) -> Position:
        return place(self._path, self._deepest(pointer)[0].start_mark)

    def text(self, pointer: Pointer) -> str:
        node = target(self._deepest(pointer)[1])
        return str(node.value) if isinstance(node, ScalarNode) else ""

    def _deepest(self, pointer: Pointer) -> _Place:
        """The key and the value that *pointer* leads to, as far as it leads."""
        found = self._found.get(pointer)
        if found is None:
            key, value, is_whole = self._deepest(pointer[:-1])
            inner = _step(target(value), pointer[-1]) if is_whole else None
            found = self._found[pointer] = (*inner, True) if inner else (key, value, False)
        return found


def _step(node: Node, step: str | int) -> tuple[Node, Node] | None:
    if isinstance(node, MappingNode):
        return _pair(node.value, step)
    if isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _pair(pairs: Iterable[tuple[Node, Node]], name: str | int) -> tuple[Node, Node] | None:
    for key, value in pairs:
        scalar = key if key.__class__ is ScalarNode else target(key)
        if scalar.value == name and isinstance(scalar, ScalarNode):
            return key, value
    return None
