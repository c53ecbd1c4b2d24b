"""Rows 1 to 5: `validate`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import commands
from tests.bench.kubernetes import kubeconform
from tests.bench.measuring import Finding, NotMeasured
from tests.bench.rows.setting import Setting
from tests.bench.sides import worker


def in_process(setting: Setting) -> Iterator[Finding]:
    repository, against = setting.ground.valid(setting.many), "CSafeLoader alone"
    what = f"validate {setting.many:,} in process"
    with worker("references.yaml_alone", repository) as yaml:
        with worker("work.shape", repository) as shape:
            yield setting.compared(1, f"{what}: positions, schema", against, shape, yaml, goal=0.65)
        with worker("work.rules", repository) as rules:
            yield setting.compared(1, f"{what}: all rules", against, rules, yaml, goal=0.75)


def on_all_cores(setting: Setting) -> Iterator[Finding]:
    what = f"validate {setting.many:,}, all cores"
    if setting.cores < 2:
        yield NotMeasured(row=2, what=what, why="there is one core")
        return
    repository = setting.ground.valid(setting.many)
    ours, theirs = (commands.validate(repository, cores=cores) for cores in (setting.cores, 1))
    yield setting.compared(2, what, "one core", ours.seconds, theirs.seconds, goal=0.6)


def against_check_jsonschema(setting: Setting) -> Iterator[Finding]:
    repository = setting.ground.valid(setting.some)
    ours, theirs = commands.validate(repository), commands.check_jsonschema(repository)
    what = f"validate {setting.some:,}"
    yield setting.compared(3, what, "check-jsonschema", ours.seconds, theirs.seconds, goal=0.07)


def against_kubeconform(setting: Setting) -> Iterator[Finding]:
    what, binary = f"validate {setting.many:,}", kubeconform()
    if binary is None:
        yield NotMeasured(row=4, what=what, why="no kubeconform on the PATH")
        return
    repository = setting.ground.valid(setting.many)
    ours, theirs = commands.validate(repository), commands.kubeconform(binary, repository)
    yield setting.compared(4, what, "kubeconform -n 2", ours.seconds, theirs.seconds, goal=0.6)


def with_faults(setting: Setting) -> Iterator[Finding]:
    ours = commands.validate_faulty(setting.ground.faulty(setting.many))
    theirs = commands.validate(setting.ground.valid(setting.many))
    what = f"validate {setting.many:,}, {setting.many // 20:,} of them faulty"
    yield setting.compared(5, what, "all valid", ours.seconds, theirs.seconds, goal=1.15)
