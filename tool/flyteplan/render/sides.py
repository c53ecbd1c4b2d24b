"""What one revision changes against another, beside the fields: manifests that came and went, and the totals."""

from __future__ import annotations

from dataclasses import dataclass

from flyteplan.model.plan import Plan
from flyteplan.render.difftext import differing
from flyteplan.render.style import Line, Span
from flyteplan.render.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Of manifests. `renamed` are pairs of the old name and the new one."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]


def names_lines(names: Names) -> list[Line]:
    lines: list[Line] = [(Span("- ", "remove"), Span(f"manifest {name}")) for name in names.removed]
    lines += [(Span("+ ", "add"), Span(f"manifest {name}")) for name in names.added]
    return lines + [(Span("~ ", "change"), Span(f"manifest {old} -> {new}")) for old, new in names.renamed]


def summary(before: Plan, after: Plan, names: Names) -> Line:
    """The last line, which scripts may look for: `Differs: 2 tasks, 1 manifest added, 0 removed, 0 renamed.`"""
    tasks = differing(before, after)
    told = f"{counted(len(names.added), 'manifest')} added, {len(names.removed)} removed, {len(names.renamed)} renamed"
    return (Span(f"Differs: {counted(len(tasks), 'task')}, {told}.", "bold"),)
