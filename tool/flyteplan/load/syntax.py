"""What libyaml says about a syntax error, in words for the people who write manifests."""

from __future__ import annotations

import re

from yaml.error import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError

from flyteplan.errors import Position, Problem
from flyteplan.load.compose import MAXIMUM_DEPTH
from flyteplan.load.locate import Mark, place
from flyteplan.load.source import lines_of, position_at
from flyteplan.record import dataclass


@dataclass(frozen=True, slots=True)
class _Wording:
    """`{opening}` in a message is where the unfinished thing begins; `at_opening`: the problem is said to be there."""

    message: str
    hint: str
    at_opening: bool = False


_QUOTE = "quote the value"
_WORDINGS = {
    "mapping values are not allowed in this context": _Wording(
        "a `key: value` can not stand here", "indent it like its neighbours, or quote the value that holds `: `"
    ),
    "could not find expected ':'": _Wording(
        "a line that is no `key: value`", "add `: ` after the key, or indent it if it continues the line above", True
    ),
    "block sequence entries are not allowed in this context": _Wording(
        "a `- ` item can not stand here", "begin the list on a line of its own below its key, or quote the value"
    ),
    "mapping keys are not allowed in this context": _Wording("a `? ` key can not stand here", _QUOTE),
    "did not find expected key": _Wording(
        "this does not continue the mapping that begins at {opening}",
        "indent its keys alike, and put nothing after a quoted value",
    ),
    "did not find expected '-' indicator": _Wording(
        "this does not continue the list that begins at {opening}", "begin each item with `- `, indented alike"
    ),
    "did not find expected ',' or ']'": _Wording(
        "the list that begins at {opening} goes on without a comma or is not closed", "add the `,` or the `]`"
    ),
    "did not find expected ',' or '}'": _Wording(
        "the mapping that begins at {opening} goes on without a comma or is not closed", "add the `,` or the `}`"
    ),
    "found unexpected end of stream": _Wording("the quote is never closed", "add the closing quote", True),
    "found unexpected document indicator": _Wording("the quote is never closed", "add the closing quote", True),
    "found unknown escape character": _Wording(
        "an unknown escape after a backslash", "write \\\\ for a backslash, or use single quotes"
    ),
    "found invalid Unicode character escape code": _Wording(
        "an escape that is no character", "write one beyond U+FFFF as \\U and eight digits, such as \\U0001F600"
    ),
    "did not find expected hexdecimal number": _Wording(
        "an escape with too few hexadecimal digits", "write \\x41, \\u0041 or \\U00000041"
    ),
    "found undefined alias": _Wording(
        "the alias has no anchor before it in this document", "quote the value if it only begins with an asterisk"
    ),
    "second occurrence": _Wording("the anchor stands twice, first at {opening}", "give one of the two another name"),
    "did not find expected node content": _Wording("a value is missing here", "add it, or remove what stands here"),
    "did not find expected alphabetic or numeric character": _Wording(
        "an anchor (&) or an alias (*) without a name", "quote the value if it is none", True
    ),
    "did not find expected comment or line break": _Wording(
        "text on the line of | or >", "begin the text on the next line, indented"
    ),
    "did not find expected <document start>": _Wording(
        "more text after the end of the document", "put --- on a line between two documents"
    ),
    "found undefined tag handle": _Wording("a tag whose handle is not declared", "remove the tag", True),
    "found duplicate %YAML directive": _Wording("a second %YAML line", "remove it"),
    # Whatever is wrong in these:
    "while scanning a directive": _Wording("a line that begins with %", "quote it, or indent it", True),
    "while scanning a tag": _Wording("a tag (!) that can not be read", "quote the value if it is none", True),
    "while parsing a tag": _Wording("a tag (!) that can not be read", "quote the value if it is none", True),
}
_TAB = _Wording("a tab where YAML wants spaces", "indent with spaces")
_CONFLICT = _Wording("a merge conflict that is not resolved", "resolve it, and remove the markers")
_CONFLICT_MARK = re.compile(r"<{7}|={7}$|>{7}|\|{7}")


def syntax_problem(error: YAMLError, data: bytes, path: str) -> Problem:
    if isinstance(error, ReaderError):
        return _control_character(error, data, path)
    if isinstance(error, MarkedYAMLError):
        return _marked_problem(error, data, path)
    return Problem(code="FP1003", position=Position(path), message=str(error))


def too_deep(position: Position) -> Problem:
    message = f"more than {MAXIMUM_DEPTH} levels of nesting"
    return Problem(code="FP1010", position=position, message=message, hint="nest it less")


def _control_character(error: ReaderError, data: bytes, path: str) -> Problem:
    code_point = int(error.character)
    hint = "save the file as UTF-8; it may be UTF-16" if code_point == 0 else "remove it, or escape it in double quotes"
    return Problem(
        code="FP1003",
        position=position_at(data, int(error.position), path),
        message=f"the control character U+{code_point:04X}",
        hint=hint,
    )


def _marked_problem(error: MarkedYAMLError, data: bytes, path: str) -> Problem:
    at = error.problem_mark or error.context_mark
    opening = error.context_mark or at
    if at is None or opening is None:
        return Problem(code="FP1003", position=Position(path), message=str(error))
    lines = lines_of(data)
    wording = _wording(error, _rest(lines, at.line, at.column))
    if wording.at_opening:
        at = opening
    if _CONFLICT_MARK.match(_rest(lines, at.line, 0)):
        wording = _CONFLICT
    message = wording.message.replace("{opening}", f"{opening.line + 1}:{opening.column + 1}")
    return Problem(code="FP1003", position=_position(lines, at, path), message=message, hint=wording.hint)


def _position(lines: list[str], mark: Mark, path: str) -> Position:
    """libyaml puts the end of a file that ends without a line break on a line that is not there."""
    if mark.line < len(lines):
        return place(path, mark)
    return Position(path, len(lines), len(lines[-1]) + 1)


def _wording(error: MarkedYAMLError, rest: str) -> _Wording:
    said = error.problem or ""
    if said == "found character that cannot start any token":
        return _TAB if rest.startswith("\t") else _Wording(f"a value can not begin with {rest[:1]}", _QUOTE)
    if "tab character" in said:
        return _TAB
    context = error.context or ""
    return (
        _WORDINGS.get(said) or _WORDINGS.get(context) or _Wording(f"{context} {said}".strip(), "quote it if it is text")
    )


def _rest(lines: list[str], line: int, column: int) -> str:
    return lines[line][column:] if line < len(lines) else ""
