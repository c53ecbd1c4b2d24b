"""Bytes -> one node tree a document, by libyaml. The nodes carry the places; what they mean is not asked here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yaml._yaml import CParser
from yaml.nodes import Node, ScalarNode

from flyteplan.load.alias import alias_marks, unfold
from flyteplan.load.locate import Mark

MAXIMUM_DEPTH = 100
# Composing recurses in C, at less than 512 bytes of stack a level: this many levels fit into the smallest stack of
# a thread, and a file that can not hold more of them is not watched level by level.
_SAFE_DEPTH = 1_000
# What may be an alias, `*name` after a space or a bracket. The search is fast because it begins with one character.
_ALIAS = re.compile(rb"\*(?<=[\s\[{,:]\*)[\w-]")


class DepthError(Exception):
    """More than `MAXIMUM_DEPTH` levels: `mark` is where the first one too many begins, or the alias leading there."""

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark


class _Parser(CParser):
    """Composes nodes whose tag is empty unless one was written. The methods are called back for every node."""

    def resolve(self, _kind: type[Node], _value: str | None, _implicit: object) -> str:
        return ""

    def descend_resolver(self, _parent: Node | None, _index: object) -> None:
        return

    def ascend_resolver(self) -> None:
        return


class _WatchfulParser(_Parser):
    """Stops before the C stack does."""

    _depth = 0

    def descend_resolver(self, _parent: Node | None, _index: object) -> None:
        if self._depth > MAXIMUM_DEPTH and _parent is not None:
            raise DepthError(_parent.start_mark)
        self._depth += 1

    def ascend_resolver(self) -> None:
        self._depth -= 1


def composed(data: bytes) -> Iterator[Node]:
    """The root of every document that is not empty, each alias a node of its own."""
    parser = (_Parser if _is_shallow(data) else _WatchfulParser)(data)
    marks = alias_marks(data) if b"*" in data and _ALIAS.search(data) else None
    while parser.check_node():
        root = parser.get_node()
        if root is None or _is_empty(root):
            continue
        if marks is not None:
            unfold(root, marks)
        yield root


def _is_shallow(data: bytes) -> bool:
    """A level takes a byte at least; a bracket opens one, and a column at most a mapping and a list in it."""
    if len(data) <= _SAFE_DEPTH:
        return True
    longest = max(map(len, data.splitlines()))
    return data.count(b"[") + data.count(b"{") + 2 * (longest + 1) <= _SAFE_DEPTH


def _is_empty(root: Node) -> bool:
    return root.__class__ is ScalarNode and root.value == "" and not root.style and not root.tag
