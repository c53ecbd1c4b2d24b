"""Rows 13 and 14: memory, and what ten times as many manifests cost."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import commands
from tests.bench.commands import PASS
from tests.bench.measuring import Finding
from tests.bench.rows.setting import Setting

_AGAINST = "python -c pass"
_MORE = 1.05  # ten times as many may take 10.5 times as long


def of_memory(setting: Setting) -> Iterator[Finding]:
    many, some = (setting.ground.valid(count) for count in (setting.many, setting.some))
    validate, plan = commands.validate(many), commands.plan(many)
    for what, ours, against, theirs, goal in (
        ("validate", validate, _AGAINST, PASS, 2.6),
        ("validate", validate, f"validate {setting.some:,}", commands.validate(some), 1.1),
        ("plan", plan, _AGAINST, PASS, 14.0),
    ):
        label = f"{what} {setting.many:,}: peak memory"
        yield setting.compared(13, label, against, ours.mebibytes, theirs.mebibytes, goal=goal, unit="MiB")


def of_time(setting: Setting) -> Iterator[Finding]:
    many, some = (setting.ground.valid(count) for count in (setting.many, setting.some))
    goal = _MORE * setting.many / setting.some
    for what, command in (("validate", commands.validate), ("plan", commands.plan)):
        label, against = f"{what} {setting.many:,}", f"{what} {setting.some:,}"
        yield setting.compared(14, label, against, command(many).seconds, command(some).seconds, goal=goal)
