"""Lines of styled text, safe for a terminal whatever the manifests and the templates hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple

from flyteplan.model.sent import made_of

# Select Graphic Rendition parameters, by style.
_CODES = {"add": "32", "change": "33", "remove": "31", "attention": "35", "dim": "2", "bold": "1"}
# How commands to the log of GitHub, Azure Pipelines and TeamCity begin, which may stand anywhere in a line.
_LOG_COMMAND = re.compile(r"##(?=\w*\[)")
# How commands to the runner of GitHub begin, after any blanks.
_RUNNER_COMMAND = re.compile(r"^(\s*):(?=:)")
_SHORT_ESCAPES = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}


class _Styled(NamedTuple):
    text: str
    style: str


class Span(_Styled):
    """Text in one style: `add`, `change`, `remove`, `attention`, `dim`, `bold` or "". No control characters."""

    __slots__ = ()

    def __new__(cls, text: str, style: str = "") -> Span:
        return _span((text if text.isprintable() else escaped(text), style))


# Of a text without control characters, and its style.
_span = made_of(Span)
Line = tuple[Span, ...]
_TEXT = itemgetter(0)


def spans(texts: Sequence[str], style: str = "") -> Iterator[Span]:
    """One of each text, all in one style; whether anything is to be escaped is asked once."""
    return map(_span, zip(safe(texts), repeat(style)))


def safe(texts: Sequence[str]) -> Sequence[str]:
    """As spans hold them."""
    return texts if "".join(texts).isprintable() else list(map(escaped, texts))


def plain(lines: Iterable[Line]) -> str:
    """As text. Nothing in it is a command to a runner of GitHub Actions that logs it: `::` at the beginning, `##[`."""
    texts = ["".join(map(_TEXT, line)) for line in lines]
    # To look into all of it once is enough where no line begins like a command, which is nearly always.
    whole = "\n".join([*texts, ""])
    return "".join([f"{without_commands(text)}\n" for text in texts]) if _may_command(whole) else whole


def without_commands(text: str) -> str:
    """A line that is no command to a runner: `\\x3a:error::`, and as `without_log_commands`."""
    return without_log_commands(_RUNNER_COMMAND.sub(r"\1\\x3a", text)) if _may_command(text) else text


def _may_command(text: str) -> bool:
    return "::" in text or "##" in text


def without_log_commands(text: str) -> str:
    """`#\\x23[error]`: what acts on a log wherever it stands in a line."""
    return _LOG_COMMAND.sub(r"#\\x23", text)


def ansi(lines: Iterable[Line]) -> str:
    return "".join("".join(map(_coloured, line)) + "\n" for line in lines)


def _coloured(span: Span) -> str:
    code = _CODES.get(span.style)
    return f"\x1b[{code}m{span.text}\x1b[0m" if code and span.text else span.text


def text_of(line: Line) -> str:
    return "".join([span.text for span in line])


def escaped(text: str) -> str:
    """What a terminal would act on or hide (controls, marks of direction, lone surrogates) as `\\x1b`, `\\u202e`."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def _escape(character: str) -> str:
    number = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def columns(text: str) -> int:
    """How many columns of a terminal *text* takes."""
    return len(text) if text.isascii() else _columns(text)


def _columns(text: str) -> int:
    from unicodedata import category, east_asian_width

    marks = sum(category(one) in ("Mn", "Me") for one in text)
    wide = sum(east_asian_width(one) in "WF" and category(one) not in ("Mn", "Me") for one in text)
    return len(text) - marks + wide
