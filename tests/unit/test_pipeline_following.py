"""Runs are told whenever their phase is another one, until all have ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from flyteidl2.task.task_definition_pb2 import TaskSpec
from tests.memory_controller import MemoryController

from flyteplan.errors import CatalogError
from flyteplan.model.run import Run, RunName
from flyteplan.pipeline import follow

ONE, OTHER = RunName("p", "d", "one"), RunName("p", "d", "other")


def world(*names: RunName) -> MemoryController:
    made = MemoryController([])
    made.runs = {name: Run(name=name, phase="queued", task=None, spec=TaskSpec()) for name in names}
    return made


class Pauses:
    """At each pause the next phase of the script comes about; after the last one somebody interrupts."""

    def __init__(self, where: MemoryController, script: Sequence[tuple[RunName, str]]) -> None:
        self._where, self._script, self.seconds = where, iter(script), list[float]()

    def __call__(self, seconds: float) -> bool:
        self.seconds.append(seconds)
        step = next(self._script, None)
        if step is not None:
            name, phase = step
            self._where.runs[name] = replace(self._where.runs[name], phase=phase)
        return step is None


def told(where: MemoryController, *script: tuple[RunName, str]) -> list[tuple[str, str]]:
    found = follow([ONE, OTHER], where, Pauses(where, script))
    return [(run.name.name, run.phase) for run in found]


def test_each_is_followed_to_its_own_end() -> None:
    script = [(ONE, "running"), (OTHER, "running"), (ONE, "succeeded"), (OTHER, "paused"), (OTHER, "failed")]
    assert told(world(ONE, OTHER), *script) == [
        ("one", "queued"),
        ("other", "queued"),
        *((name.name, phase) for name, phase in script),
    ]


def test_an_interrupt_ends_it() -> None:
    assert told(world(ONE, OTHER), (ONE, "aborted")) == [("one", "queued"), ("other", "queued"), ("one", "aborted")]


def test_what_has_ended_is_not_waited_for() -> None:
    where = world(ONE)
    where.runs[ONE] = replace(where.runs[ONE], phase="recovered")
    pauses = Pauses(where, ())
    assert [run.phase for run in follow([ONE], where, pauses)] == ["recovered"]
    assert pauses.seconds == []


def test_it_asks_less_and_less_often_while_nothing_happens() -> None:
    where = world(ONE)
    pauses = Pauses(where, [(ONE, "queued")] * 15 + [(ONE, "running"), (ONE, "succeeded")])
    list(follow([ONE], where, pauses))
    assert pauses.seconds[:16] == sorted(pauses.seconds[:16])
    assert (pauses.seconds[0], max(pauses.seconds), pauses.seconds[-1]) == (1.0, 15.0, 1.0)


def test_a_run_that_is_gone_is_told() -> None:
    with pytest.raises(CatalogError, match="the run p/d/other is not there any more"):
        list(follow([ONE, OTHER], world(ONE), lambda seconds: False))
