"""One document's nodes -> plain values, and all that is wrong with them."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node, ScalarNode

from flyteplan.errors import Problem
from flyteplan.load.alias import Alias, target
from flyteplan.load.compose import MAXIMUM_DEPTH, DepthError
from flyteplan.load.locate import place
from flyteplan.load.scalar import ODD, WORDS, Scalar, ScalarError, check_collection, cut, plain, tagged
from flyteplan.model.document import Value
from flyteplan.model.sensitive import without_value

# How many values aliases may add to a document.
MAXIMUM_EXPANSION = 10_000

_COMPLEX_KEY = "write one plain key; quote a value that begins with { or ["
_TYPES = {type(None): "null", bool: "a boolean", int: "an integer", float: "a number"}


class Builder:
    """Builds one document; `problems` grows on the way, and may say one twice that an alias leads to again.

    `_mapping` and `_sequence` read most scalars in place instead of calling for them: that is where the time goes.
    """

    def __init__(self, path: str) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._aliases: list[Node] = []
        self._expansion = 0

    def value(self, node: Node, depth: int) -> Value:
        """The value of *node*, which stands in *depth* collections; None in place of what is refused."""
        if node.__class__ is MappingNode and not node.tag and not self._aliases and depth < MAXIMUM_DEPTH:
            return self._mapping(node, depth + 1)  # nearly always
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if isinstance(node, Alias):
            return self._alias(node, depth)
        if node.tag:
            self._check_tag(node)
        if not self._may_enter(node, depth + 1):
            return None
        build = self._mapping if isinstance(node, MappingNode) else self._sequence
        return build(node, depth + 1)

    def _mapping(self, node: Node, depth: int) -> dict[str, Value]:
        result: dict[str, Value] = {}
        for name, child in node.value:
            key = name.value
            if type(name) is not ScalarNode or name.tag or ((key < ODD or key in WORDS) and not name.style):
                key = self._key(name)
            if type(child) is ScalarNode and not child.tag:
                text = child.value
                strange = (text < ODD or text in WORDS) and not child.style
                result[key] = self._scalar(child) if strange else text
            else:
                result[key] = self.value(child, depth)
        if len(result) != len(node.value):
            self._report_doubles(node)
        return result

    def _sequence(self, node: Node, depth: int) -> list[Value]:
        result: list[Value] = []
        for child in node.value:
            if type(child) is ScalarNode and not child.tag:
                text = child.value
                strange = (text < ODD or text in WORDS) and not child.style
                result.append(self._scalar(child) if strange else text)
            else:
                result.append(self.value(child, depth))
        return result

    def _scalar(self, node: ScalarNode) -> Value:
        try:
            return _read(node)
        except ScalarError as error:
            self._report(node, error.code, error.message, error.hint)
            return None

    def _key(self, name: Node) -> str:
        """The text of a key that is no string beyond doubt, reported if it is none."""
        node = target(name)
        if not isinstance(node, ScalarNode):
            self._report(name, "FP1005", f"a key is {_kind(node)}, not a string", _COMPLEX_KEY)
            return ""
        try:
            key = _read(node)
        except ScalarError as error:
            self._report(name, error.code, error.message, error.hint)
        else:
            self._check_key(name, key, node)
        return str(node.value)

    def _check_key(self, name: Node, key: Scalar, node: ScalarNode) -> None:
        if not isinstance(key, str):
            message = f"the key {node.value or '(nothing)'} is {_TYPES[type(key)]}, not a string"
            self._report(name, "FP1005", message, f"quote it: {cut(node.value)}" if node.value else "write a key")
        elif key == "<<" and not node.style and not node.tag:
            self._report(name, "FP1006", "YAML 1.2 has no merge key (<<)", "write the keys out")

    def _report_doubles(self, mapping: Node) -> None:
        first: dict[str, Node] = {}
        for name, _ in mapping.value:
            key = _string(name)
            if key is not None and first.setdefault(key, name) is not name:
                mark = first[key].start_mark
                message = f"the key {cut(without_value(key))} stands twice, first at {mark.line + 1}:{mark.column + 1}"
                self._report(name, "FP1004", message, "remove one of the two")

    def _alias(self, alias: Alias, depth: int) -> Value:
        node = target(alias)
        if any(target(outer) is node for outer in self._aliases):
            self._report(alias, "FP1009", "the alias stands for something that contains it", "write the value out")
            return None
        self._aliases.append(alias)
        value = self.value(node, depth)
        self._aliases.pop()
        return value

    def _may_enter(self, node: Node, depth: int) -> bool:
        """Whether a collection may be built: not too much of it through aliases. Too deep ends all."""
        if depth > MAXIMUM_DEPTH:
            raise DepthError((self._aliases or [node])[0].start_mark)
        return not self._aliases or self._may_expand(1 + len(node.value))

    def _may_expand(self, values: int) -> bool:
        before = self._expansion
        self._expansion += values
        if before <= MAXIMUM_EXPANSION < self._expansion:
            message = f"aliases expand to more than {MAXIMUM_EXPANSION:,} values"
            self._report(self._aliases[0], "FP1009", message, "write the values out, or fewer of them")
        return self._expansion <= MAXIMUM_EXPANSION

    def _check_tag(self, node: Node) -> None:
        try:
            check_collection(node.tag, "map" if isinstance(node, MappingNode) else "seq")
        except ScalarError as error:
            self._report(node, error.code, error.message, error.hint)

    def _report(self, node: Node, code: str, message: str, hint: str) -> None:
        position = place(self._path, node.start_mark)
        self.problems.append(Problem(code=code, position=position, message=message, hint=hint))


def _read(node: ScalarNode) -> Scalar:
    text: str = node.value
    if node.tag:
        return tagged(node.tag, text)
    return text if node.style else plain(text)


def _string(name: Node) -> str | None:
    """A key, if it is a string."""
    node = target(name)
    if not isinstance(node, ScalarNode):
        return None
    try:
        key = _read(node)
    except ScalarError:
        return None
    return key if isinstance(key, str) else None


def _kind(node: Node) -> str:
    return "a mapping" if isinstance(node, MappingNode) else "a list"
