"""`make bench`: measures flyteplan against what one would use instead, and holds it to the goals of its rows."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.data.ground import ground
from tests.bench.machine import Machine, machine
from tests.bench.measuring import Finding
from tests.bench.places import PYTHON, ROOT, WORK, clean_environment
from tests.bench.report import content, page, table, verdict
from tests.bench.rows import ONLINE, ROWS, Setting
from tests.bench.sides import BenchError

_FULL = {"many": 10_000, "some": 1_000, "applied": 1_000, "pairs": 7}
_QUICK = {"many": 300, "some": 100, "applied": 50, "pairs": 3}
_NO_GATE = "The goals are those of `make bench`, with thirty times as much data: nothing fails for missing them here."
_PAGE = ROOT / "docs" / "performance.md"
_FOLDER = ROOT / "docs" / "performance"


def main(arguments: Sequence[str]) -> int:
    wanted = _arguments(arguments)
    rows = wanted.rows or [row for row in ROWS if not (wanted.quick and row in ONLINE)]
    sizes = {name: getattr(wanted, name) or usual for name, usual in (_QUICK if wanted.quick else _FULL).items()}
    where = machine()
    setting = Setting(ground=ground(WORK / "data"), cores=where.cores, **sizes)
    try:
        findings = [finding for row in rows for finding in _measured(row, setting)]
        print(f"\n{where.cpu}, {where.cores} cores, {where.python}\n\n{table(findings)}\n{verdict(findings)}")
        if wanted.quick:
            print(_NO_GATE)
        _write(findings, where, setting, sizes, whole=rows == list(ROWS) and sizes == _FULL)
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return int(not wanted.quick and any(finding.missed for finding in findings))


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="little data and few pairs; no row fails")
    parser.add_argument("--rows", type=_rows, help='"1 5": these rows only')
    for name, usual in _FULL.items():
        parser.add_argument(f"--{name}", type=int, help=f"{usual:,}")
    return parser.parse_args(arguments)


def _rows(text: str) -> list[int]:
    rows = [int(word) for word in text.replace(",", " ").split()]
    unknown = [row for row in rows if row not in ROWS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no row {unknown[0]}")
    return rows


def _measured(row: int, setting: Setting) -> list[Finding]:
    """Each as soon as it is known, on standard error: a whole run takes its time."""
    found = []
    for finding in ROWS[row](setting):
        print(table([finding]).splitlines()[1], file=sys.stderr, flush=True)
        found.append(finding)
    return found


def _write(
    findings: Sequence[Finding], where: Machine, setting: Setting, sizes: dict[str, int], *, whole: bool
) -> None:
    """Into docs what a whole run has found, and the profiles; of anything less, the numbers into the work folder."""
    results = (_FOLDER if whole else WORK) / "results.json"
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(json.dumps(content(findings, where, sizes), indent=2) + "\n", "utf-8")
    if whole:
        for what in ("validate", "plan"):
            _profile(what, setting.ground.valid(setting.many), _FOLDER / f"{what}.txt")
        _PAGE.write_text(page(findings, where), "utf-8")


def _profile(what: str, repository: Path, file: Path) -> None:
    command = [str(PYTHON), "-m", "tests.bench.profiling", what, str(repository)]
    done = subprocess.run(command, cwd=ROOT, env=clean_environment(), check=True, stdout=subprocess.PIPE)
    file.write_bytes(done.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
