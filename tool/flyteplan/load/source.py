"""What is decided by the bytes alone: size, encoding, and how JSON differs from YAML."""

from __future__ import annotations

import codecs
import re

from yaml._yaml import CParser
from yaml.error import YAMLError
from yaml.tokens import DirectiveToken

from flyteplan.errors import Position, Problem

MAXIMUM_BYTES = 20 * 2**20

# The four bytes of UTF-32 LE begin with the two of UTF-16 LE.
_OTHER_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
# libyaml, which reads YAML 1.1, ends a line here, even a comment; YAML 1.2 and every editor do not.
_FOREIGN_BREAKS = tuple(character.encode() for character in "\x85\u2028\u2029")
_LINE_END = re.compile(r"\r\n|\r|\n")
_SAVE_AS_UTF8 = "save the file as UTF-8"
_JSON_SPACE = b" \t\r\n"
_ESCAPE = re.compile(rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|.)", re.DOTALL)


def refusal(data: bytes, path: str) -> Problem | None:
    """Why the file is not parsed at all."""
    if len(data) > MAXIMUM_BYTES:
        message = f"the file has {len(data):,} bytes, more than {MAXIMUM_BYTES:,}"
        return Problem(code="FP1011", position=Position(path), message=message, hint="split it into several files")
    if not data.isascii():
        problem = _encoding_problem(data, path) or _foreign_break(data, path)
        if problem:
            return problem
    return _version_problem(data, path) if b"%YAML" in data else None


def prepared(data: bytes, path: str) -> bytes:
    """What is handed to the parser: without a byte order mark, and JSON as YAML can read it."""
    data = data.removeprefix(codecs.BOM_UTF8)
    return _json_as_yaml(data) if path.lower().endswith(".json") else data


def position_at(data: bytes, offset: int, path: str) -> Position:
    """Where byte *offset* stands. All before it must be UTF-8; columns count characters."""
    lines = lines_of(data[:offset])
    return Position(path, len(lines), len(lines[-1]) + 1)


def lines_of(data: bytes) -> list[str]:
    return _LINE_END.split(data.decode("utf-8-sig", "replace"))


def _encoding_problem(data: bytes, path: str) -> Problem | None:
    for mark, name in _OTHER_ENCODINGS:
        if data.startswith(mark):
            message = f"the file is {name}, not UTF-8"
            return Problem(code="FP1002", position=Position(path, 1, 1), message=message, hint=_SAVE_AS_UTF8)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8: byte 0x{data[error.start]:02X}"
        position = position_at(data, error.start, path)
        return Problem(code="FP1002", position=position, message=message, hint=_SAVE_AS_UTF8)
    return None


def _foreign_break(data: bytes, path: str) -> Problem | None:
    found = [data.find(character) for character in _FOREIGN_BREAKS if character in data]
    if not found:
        return None
    offset = min(found)
    code_point = ord(data[offset : offset + 3].decode("utf-8", "ignore")[0])
    return Problem(
        code="FP1003",
        position=position_at(data, offset, path),
        message=f"the invisible line separator U+{code_point:04X}",
        hint=f'remove it, or write it as "\\u{code_point:04X}" in double quotes',
    )


def _version_problem(data: bytes, path: str) -> Problem | None:
    for version, position in _versions(data, path):
        if version != (1, 2):
            message = f"the document declares YAML {version[0]}.{version[1]}, but is read as YAML 1.2"
            return Problem(code="FP1003", position=position, message=message, hint="remove the %YAML line")
    return None


def _versions(data: bytes, path: str) -> list[tuple[tuple[int, int], Position]]:
    found = []
    try:
        for token in iter(CParser(data).get_token, None):
            if isinstance(token, DirectiveToken) and token.name == "YAML":
                mark = token.start_mark
                found.append((token.value, Position(path, mark.line + 1, mark.column + 1)))
    except YAMLError:
        pass  # the parser will meet it again, and say so
    return found


def _json_as_yaml(data: bytes) -> bytes:
    """JSON may be indented by tabs outside of its brackets, and writes characters beyond U+FFFF as two escapes."""
    body = data.lstrip(_JSON_SPACE)
    indentation = data[: len(data) - len(body)].replace(b"\t", b" ")
    if b"\\u" in body:
        body = _ESCAPE.sub(_joined, body)
    return indentation + body.rstrip(_JSON_SPACE)


def _joined(escape: re.Match[bytes]) -> bytes:
    if escape[1] is None:
        return escape[0]
    return b"\\U%08X" % (0x10000 + (int(escape[1], 16) - 0xD800 << 10) + int(escape[2], 16) - 0xDC00)
