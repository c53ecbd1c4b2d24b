"""What changed between two plans, as a comment."""

from __future__ import annotations

from flyteplan.model.plan import Plan
from flyteplan.render.difftext import SAME, compare
from flyteplan.render.markdown.escape import code, fenced
from flyteplan.render.markdown.page import Page, size
from flyteplan.render.style import text_of
from flyteplan.render.wording import counted

_SIGNS = ("- ", "+ ", "~ ")


def compared(old: tuple[Plan, str], new: tuple[Plan, str], page: Page) -> str:
    """Both with their digests. Lines that do not fit are counted."""
    lines = [text_of(line) for line in compare(old[0], new[0])]
    differences = sum(line.startswith(_SIGNS) for line in lines)
    told = SAME if lines == [SAME] else f"**{counted(differences, 'difference')}** between two plans."
    head = f"### flyteplan\n\n{told}\n\nDigest {code(old[1])} -> {code(new[1])}\n"
    return head if lines == [SAME] else f"{head}\n{_fitted(lines, page.room - size(head))}\n"


def _fitted(lines: list[str], room: int) -> str:
    block = fenced("\n".join(lines), "diff")
    if size(block) <= room:
        return block
    few, many = 0, len(lines)
    while few + 1 < many:
        half = (few + many) // 2
        few, many = (half, many) if size(_cut(lines, half)) <= room else (few, half)
    return _cut(lines, few)


def _cut(lines: list[str], kept: int) -> str:
    said = f"*Left out to fit: {counted(len(lines) - kept, 'more line')}.*"
    return f"{fenced(chr(10).join(lines[:kept]), 'diff')}\n\n{said}" if kept else said
