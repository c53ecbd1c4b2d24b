"""Rows 6, 7, 8 and 15: plans without a network."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import commands
from tests.bench.measuring import Finding
from tests.bench.places import SCHEMA, WORK
from tests.bench.rows.setting import Setting
from tests.bench.sides import BenchError, child, worker


def against_validate(setting: Setting) -> Iterator[Finding]:
    repository = setting.ground.valid(setting.many)
    validate = commands.validate(repository).seconds
    what, against = f"plan {setting.many:,} offline", f"validate {setting.many:,}"
    yield setting.compared(6, what, against, commands.plan(repository).seconds, validate, goal=2.0)
    saving = commands.plan(repository, "--out", str(WORK / "plan.json"))
    yield setting.compared(6, f"{what} --out", against, saving.seconds, validate, goal=None)


def against_a_naive_planner(setting: Setting) -> Iterator[Finding]:
    repository = setting.ground.valid(setting.some)
    ours, theirs = commands.plan(repository), commands.reference("naive_plan", repository, SCHEMA)
    what = f"plan {setting.some:,} offline"
    yield setting.compared(7, what, "naive planner", ours.seconds, theirs.seconds, goal=0.05)


def against_the_sdk(setting: Setting) -> Iterator[Finding]:
    repository = setting.ground.valid(setting.many)
    _check_same(setting)
    with worker("references.sdk_override", repository) as sdk:
        for strategy in ("merge", "replace"):
            with worker("work.override", repository, strategy) as ours:
                what = f"override and serialize {setting.many:,}, {strategy}"
                yield setting.compared(8, what, "the SDK's override", ours, sdk, goal=0.65)


def _check_same(setting: Setting) -> None:
    """With `strategy: replace` both give the same bytes: it is the same work."""
    repository = setting.ground.valid(setting.some)
    made = []
    for work in (("references.sdk_override", repository), ("work.override", repository, "replace")):
        with child("worker", *work) as process:
            made.append(process.ask()["result"])
    if len(set(made)) > 1:
        raise BenchError("flyteplan and the SDK give different specs")


def of_a_difference(setting: Setting) -> Iterator[Finding]:
    repository = setting.ground.changed(setting.many)
    ours = commands.flyteplan("diff", "--base", "HEAD", folder=repository)
    what, against = f"diff --base, 10 of {setting.many:,} changed", f"plan {setting.many:,} offline"
    yield setting.compared(15, what, against, ours.seconds, commands.plan(repository).seconds, goal=0.5)
