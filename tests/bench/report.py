"""Findings as a table, as JSON, and as the page in docs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.machine import Machine
from tests.bench.measuring import Compared, Counted, Finding, NotMeasured

_HEAD = ("#", "what", "against", "ratio", "goal", "spread", "ours", "theirs", "")
_PAGE = Path(__file__).with_name("page.md")


def table(findings: Sequence[Finding]) -> str:
    """For a terminal."""
    rows = [_HEAD, *map(cells, findings)]
    widths = [max(len(row[number]) for row in rows) for number in range(len(_HEAD))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows) + "\n"


def markdown(findings: Sequence[Finding]) -> str:
    rows = [_HEAD, ("--:", "---", "---", "--:", "--:", "--:", "--:", "--:", "---"), *map(cells, findings)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def cells(finding: Finding) -> tuple[str, ...]:
    number = str(finding.row)
    if isinstance(finding, NotMeasured):
        return (number, finding.what, "", "", "", "", "", "", f"not measured: {finding.why}")
    verdict = "MISSED" if finding.missed else "met"
    if isinstance(finding, Counted):
        return (number, finding.what, "", "", "", "", *_totals(finding), f"{verdict}: {_calls(finding)}")
    return (*_compared(finding), verdict if finding.goal is not None else "")


def _totals(finding: Counted) -> tuple[str, str]:
    found, budget = sum(finding.found.values()), sum(finding.budget.values())
    return f"{found:,}", f"{budget:,}" if finding.exact else f"at most {budget:,}"


def _compared(finding: Compared) -> tuple[str, ...]:
    low, high = finding.spread
    ours, theirs = (median(getattr(pair, side) for pair in finding.pairs) for side in ("ours", "theirs"))
    goal = "" if finding.goal is None else f"{finding.goal:g}"
    times = (_amount(ours, finding.unit), _amount(theirs, finding.unit))
    return (
        str(finding.row),
        finding.what,
        finding.against,
        f"{finding.ratio:.3g}",
        goal,
        f"{low:.3g}-{high:.3g}",
        *times,
    )


def _amount(value: float, unit: str) -> str:
    return f"{1000 * value:.0f} ms" if unit == "s" and value < 10 else f"{value:.1f} {unit}"


def _calls(finding: Counted) -> str:
    found = _listed(finding.found)
    return f"{found} instead of {_listed(finding.budget)}" if finding.missed and finding.exact else found


def _listed(calls: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(calls.items()))


def verdict(findings: Sequence[Finding]) -> str:
    missed = sorted({finding.row for finding in findings if finding.missed})
    if not missed:
        return "All goals are met."
    return f"Missed: row{'s' * (len(missed) > 1)} {', '.join(map(str, missed))}."


def content(findings: Sequence[Finding], where: Machine, sizes: Mapping[str, int]) -> dict[str, Any]:
    """For machines."""
    return {
        "machine": asdict(where) | {"libraries": dict(where.libraries)},
        "sizes": dict(sizes),
        "rows": list(map(_row, findings)),
    }


def _row(finding: Finding) -> dict[str, Any]:
    shown = asdict(finding) | {"missed": finding.missed}
    return shown | {"ratio": finding.ratio} if isinstance(finding, Compared) else shown


def page(findings: Sequence[Finding], where: Machine) -> str:
    parts = {"machine": _told(where), "table": markdown(findings), "verdict": verdict(findings)}
    return _PAGE.read_text("utf-8").format(**parts)


def _told(where: Machine) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in where.libraries)
    machine = f"{where.cpu}, {where.cores} cores, {where.system}, {where.python}, load {where.load} before the run"
    return f"{machine}; {libraries}."
