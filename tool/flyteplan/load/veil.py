"""Problems of values that are not to be quoted: what is written under a name that looks like a secret's."""

from __future__ import annotations

from collections.abc import Iterable

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
    walk = _Walk()
    walk.over(root, hidden=False)
    places = {Position(path, mark.line + 1, mark.column + 1) for mark in walk.marks}
    return [replace(one, message=CODES[one.code], hint=_HINT) if one.position in places else one for one in problems]


class _Walk:
    """Goes to each node once, however many aliases lead there: once as hidden, and once as not.

    `marks`: where the nodes stand that are sensitive, and the aliases that lead to them.
    """

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self._seen: set[tuple[int, bool]] = set()

    def over(self, node: Node, *, hidden: bool) -> None:
        # Most nodes are such, and there is nothing to do about them.
        if not hidden and node.__class__ is ScalarNode:
            return
        if hidden:
            self.marks.append(node.start_mark)
        node = target(node)
        if (id(node), hidden) in self._seen:
            return
        self._seen.add((id(node), hidden))
        if hidden:
            self.marks.append(node.start_mark)
        if isinstance(node, MappingNode):
            self._over_pairs(node, hidden=hidden)
        elif isinstance(node, SequenceNode):
            for item in node.value:
                self.over(item, hidden=hidden)

    def _over_pairs(self, mapping: MappingNode, *, hidden: bool) -> None:
        names = [_text(key) for key, _ in mapping.value]
        marked = hidden or _MARK in names
        for (key, value), name in zip(mapping.value, names, strict=True):
            self.over(key, hidden=hidden)
            self.over(value, hidden=marked or _is_secret(name))


def _is_secret(name: str) -> bool:
    return name == _SALT or looks_secret(name)


def _text(key: Node) -> str:
    node = target(key)
    return str(node.value) if isinstance(node, ScalarNode) else ""
