"""Text of manifests and templates into Markdown, so that it is read as that text and as nothing else.

What somebody wrote stands in code, where no forge looks for mentions, references, links, HTML or emphasis.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from flyteplan.render.style import escaped, without_commands, without_log_commands

PIPE = "\\|"
# cmark, which GitHub has, knows no fence of more backticks than 80.
_FENCES = re.compile(r"`{40,}")
# Words of prose that no forge makes anything of: not `a.b` (a link), not `GH-1`, not `deadbeef` (a commit).
_WORD = re.compile(r"\(?[A-Za-z]+(?:['-][A-Za-z]+)*\)?[,;:.]?")
_COUNT = re.compile(r"\d{1,6}[,;]?|\(\d{1,6}\)[,;]?")
_SIGNS = frozenset({"->", "@", "="})
_COMMIT = re.compile(r"[0-9a-f]{7,}")
# In the order of nesting: an opening bracket, the rest, and what closes it or ends the sentence.
_WRAPPED = re.compile(r"(\(?)(.*?)([),;:.]*)", re.DOTALL)


def visible(text: str) -> str:
    """*text* without what is not seen or acts on a log: `\\x1b`, `\\u202e`, `#\\x23[error]`."""
    shown = without_log_commands(escaped(text))
    return _FENCES.sub(lambda run: r"\x60" * len(run[0]), shown)


def code(text: str) -> str:
    """*text* as a code span."""
    shown = visible(text) or '""'
    fence = "`" * (_longest_run(shown) + 1)
    stripped = shown[0] == shown[-1] == " " and shown.strip()
    pad = " " if stripped or "`" in (shown[0], shown[-1]) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def fenced(text: str, language: str) -> str:
    """Lines of *text* as a block of code."""
    shown = "\n".join(map(line_of_code, text.split("\n")))
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}{language}\n{shown.rstrip()}\n{fence}"


def line_of_code(text: str) -> str:
    """*text* as a line of a block, which a runner would take for a command if it began with `::`."""
    return without_commands(visible(text))


def prose(text: str) -> str:
    """A sentence of ours with words of others in it: plain words stay, and whatever is not one stands in code."""
    return " ".join(map(_word, visible(text).split()))


def row(cells: Iterable[str]) -> str:
    """Markdown as the cells of a table's line."""
    return f"| {' | '.join(cell.replace('|', PIPE) for cell in cells)} |"


def html_text(text: str) -> str:
    return html.escape(visible(text))


def _word(word: str) -> str:
    if _is_plain(word):
        return word
    opening, inner, closing = _parts(word)
    if not inner:
        return code(word) if ":" in word else word
    return f"{opening}{code(inner)}{closing}"


def _parts(word: str) -> tuple[str, str, str]:
    match = _WRAPPED.fullmatch(word)
    assert match is not None, word
    return match[1], match[2], match[3]


def _is_plain(word: str) -> bool:
    if word in _SIGNS or _COUNT.fullmatch(word):
        return True
    return bool(_WORD.fullmatch(word)) and not _COMMIT.fullmatch(word.strip("(),;:."))


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
