"""Rows 11 and 12: how long the shortest commands take."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import commands
from tests.bench.commands import PASS
from tests.bench.measuring import Finding
from tests.bench.places import FLYTEPLAN, ROOT
from tests.bench.rows.setting import Setting
from tests.bench.sides import Command

_TIMES = 3
_AGAINST = "python -c pass"
_COMPLETION = {"_FLYTEPLAN_COMPLETE": "bash_complete", "COMP_WORDS": "flyteplan pl", "COMP_CWORD": "1"}


def of_help(setting: Setting) -> Iterator[Finding]:
    completion = Command(argv=(str(FLYTEPLAN),), environment=_COMPLETION)
    for what, command, goal in (
        ("--version", commands.flyteplan("--version", folder=ROOT), 1.5),
        ("--help", commands.flyteplan("--help", folder=ROOT), 4.5),
        ("shell completion", completion, 4.5),
    ):
        yield setting.compared(11, what, _AGAINST, command.seconds, PASS.seconds, goal=goal, times=_TIMES)


def of_one_file(setting: Setting) -> Iterator[Finding]:
    repository = setting.ground.single(setting.many)
    (file,) = repository.glob("manifests/*/*.yaml")
    for what, command, goal in (
        ("validate one file", commands.flyteplan("validate", str(file), folder=repository), 8.0),
        ("plan one task offline", commands.plan(repository), 11.0),
    ):
        yield setting.compared(12, what, _AGAINST, command.seconds, PASS.seconds, goal=goal, times=_TIMES)
