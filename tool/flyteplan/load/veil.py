"""Problems of values that are not to be quoted: what is written under a name that looks like a secret's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from flyteplan.errors import CODES, Position, Problem
from flyteplan.load.alias import target
from flyteplan.load.locate import Mark
from flyteplan.model.sensitive import looks_secret
from flyteplan.record import replace

_MARK = "sensitive"
_SALT = "salt"
_HINT = "quote the value if it is a text"


def veiled(problems: Iterable[Problem], root: Node, path: str) -> list[Problem]:
    """*problems* in one document, in general words where their own may quote what is sensitive."""
    marks = {(mark.line, mark.column) for mark in _Walk().marks(root, hidden=False)}
    places = {Position(path, line + 1, column + 1) for line, column in marks}
    return [replace(one, message=CODES[one.code], hint=_HINT) if one.position in places else one for one in problems]


class _Walk:
    """Goes to each node once, however many aliases lead there: once as hidden, and once as not."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, bool]] = set()

    def marks(self, node: Node, *, hidden: bool) -> Iterator[Mark]:
        """Where the nodes stand that are sensitive, and the aliases that lead to them."""
        if hidden:
            yield node.start_mark
        node = target(node)
        if (id(node), hidden) in self._seen:
            return
        self._seen.add((id(node), hidden))
        if hidden:
            yield node.start_mark
        if isinstance(node, MappingNode):
            yield from self._pairs(node, hidden=hidden)
        elif isinstance(node, SequenceNode):
            for item in node.value:
                yield from self.marks(item, hidden=hidden)

    def _pairs(self, mapping: MappingNode, *, hidden: bool) -> Iterator[Mark]:
        marked = hidden or any(_text(key) == _MARK for key, _ in mapping.value)
        for key, value in mapping.value:
            yield from self.marks(key, hidden=hidden)
            yield from self.marks(value, hidden=marked or _is_secret(_text(key)))


def _is_secret(name: str) -> bool:
    return name == _SALT or looks_secret(name)


def _text(key: Node) -> str:
    node = target(key)
    return str(node.value) if isinstance(node, ScalarNode) else ""
