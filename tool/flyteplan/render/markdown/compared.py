"""What changed between two plans, as a comment."""

from __future__ import annotations

from flyteplan.model.plan import Plan
from flyteplan.render.difftext import SAME, compare
from flyteplan.render.judged import judged_summary, verdicts
from flyteplan.render.markdown.escape import code, fenced, prose
from flyteplan.render.markdown.page import Page, size
from flyteplan.render.markdown.policy import in_full
from flyteplan.render.sides import Names, names_lines, summary
from flyteplan.render.style import text_of
from flyteplan.render.wording import counted

_SIGNS = ("- ", "+ ", "~ ")


def compared(old: tuple[Plan, str], new: tuple[Plan, str], page: Page) -> str:
    """Both with their digests. Lines that do not fit are counted."""
    lines = [text_of(line) for line in compare(old[0], new[0])]
    differences = sum(line.startswith(_SIGNS) for line in lines)
    same = lines == [SAME]
    told = SAME if same else f"**{counted(differences, 'difference')}** between two plans."
    return _comment(told, [] if same else lines, old[1], new[1], page)


def of_sides(base: str, old: tuple[Plan, str], new: tuple[Plan, str], names: Names, page: Page) -> str:
    """What a revision changes against *base*: the plans of what differs, with their digests."""
    lines = [text_of(line) for line in names_lines(names)]
    if old[0].changes or new[0].changes:
        lines += [text_of(line) for line in compare(old[0], new[0])]
    told = prose(text_of(summary(old[0], new[0], names)))
    about = f"{code(new[0].target)} against {code(base)}" if new[0].target else f"Against {code(base)}"
    verdict = _verdict(new[0], page)
    return _comment(f"{about}. {told}{verdict}", lines, old[1], new[1], page)


def _verdict(plan: Plan, page: Page) -> str:
    """What policies say of it, whole where there is room, else counted."""
    said = judged_summary(plan.judgement)
    if not said:
        return ""
    head = f"\n\n**Policy** {prose(said)}"
    lines = "\n".join(in_full(verdicts(plan.judgement), plan, page, links=True))
    return f"{head}\n\n{lines}" if lines and size(lines) < page.room // 2 else head


def _comment(told: str, lines: list[str], old: str, new: str, page: Page) -> str:
    head = f"### flyteplan\n\n{told}\n\nDigest {code(old)} -> {code(new)}\n"
    return f"{head}\n{_fitted(lines, page.room - size(head))}\n" if lines else head


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
