"""To keep nothing of the manifests, and to read them in several processes, changes nothing of what is found."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flyteplan import pipeline, shard
from flyteplan.files.manifests import find_layers
from flyteplan.files.schema import read_schema
from flyteplan.pipeline import Manifests
from flyteplan.ports import Content, Found
from flyteplan.shard import JOBS, spread
from flyteplan.shard.spawned import by_spawned
from flyteplan.validate import Validator

VALIDATOR = Validator(read_schema("task-override.v1.schema.json"))
STACKS = ((0, 1), (0, 2), (1,))
FEW = st.sampled_from(["a", "b", "c", "d", "e", "f"])
TASKS = st.fixed_dictionaries(
    {"name": st.sampled_from(["t", "u"])},
    optional={"project": st.just("p")},
).flatmap(lambda task: st.sampled_from([{"task": task}] + 4 * [{"task": {**task, "auto_version": "latest"}}]))
SELECTIONS = st.sampled_from(["t", "*", "x"]).map(lambda glob: {"select": {"name": glob}})
SPECS = st.fixed_dictionaries(
    {
        "overrides": st.fixed_dictionaries(
            {}, optional={"short_name": FEW, "queue": FEW, "interruptible": st.booleans()}
        )
    },
    optional={
        "strategy": st.sampled_from(["merge", "replace"]),
        "priority": st.integers(-1, 1),
        "submit": st.sampled_from([{"as": "run"}, {"as": "version"}, {"as": "none"}, {"inputs": {"x": 1}}]),
    },
)


def written(name: str, reference: Any, spec: Any) -> bytes:
    value = {"apiVersion": "flyteplan/v1", "kind": "TaskOverride", "metadata": {"name": name}}
    return json.dumps({**value, "spec": {**reference, **spec}}).encode()


DOCUMENTS = st.builds(written, FEW, st.one_of(TASKS, TASKS, TASKS, SELECTIONS), SPECS)
CONTENTS = st.lists(DOCUMENTS, min_size=1, max_size=3).map(b"\n---\n".join) | st.just(b"{")
MANIFESTS = st.tuples(st.integers(0, 2), CONTENTS)


def of(contents: list[tuple[int, Content]]) -> list[Found]:
    return [(layer, f"layer-{layer}/{number}.yaml", content) for number, (layer, content) in enumerate(contents)]


def told(found: Manifests) -> tuple[object, ...]:
    return found.problems, found.count, found.files


def short(name: str, value: str, task: str = "t", project: str = "", **spec: Any) -> bytes:
    reference = {"name": task, "auto_version": "latest", **({"project": project} if project else {})}
    return written(name, {"task": reference}, {"overrides": {"short_name": value}, **spec})


def bare(name: str) -> bytes:
    """Which version is meant, another layer says."""
    return written(name, {"task": {"name": name}}, {"overrides": {"short_name": "x"}})


@settings(max_examples=600)
@example([(0, short("a", "x")), (0, short("b", "y"))])
@example(
    [
        (0, short("a", "x", task="a") + b"\n---\n" + bare("b")),
        (1, short("a", "x", task="a", project="p")),
        (1, short("b", "x", task="b")),
    ]
)
@example(
    [(0, short("a", "x", submit={"as": "run"})), (1, short("a", "x", submit={"as": "version"})), (0, short("b", "y"))]
)
@given(st.lists(MANIFESTS, max_size=5))
def test_outlines_leave_no_problem_out(contents: list[tuple[int, Content]]) -> None:
    found = of(contents)
    assert told(pipeline.check(lambda: found, VALIDATOR, STACKS)) == told(pipeline.validate(found, VALIDATOR, STACKS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More files than one process reads alone: every tenth is wrong, and two tasks disagree over layers and files."""
    root = tmp_path_factory.mktemp("many")
    for number in range(900):
        layer = root / f"layer-{number % 3}" / f"{number % 7}"
        layer.mkdir(parents=True, exist_ok=True)
        spec = {"overrides": {"retries": number % 4, "unknown" if number % 10 == 1 else "short_name": "x"}}
        reference = {"task": {"name": f"task-{number % 890}", "auto_version": "latest"}}
        (layer / f"{number}.yaml").write_bytes(written(f"n{number % 895}", reference, spec))
    return root


def found_in(folder: Path) -> list[Found]:
    return list(find_layers([[str(folder / f"layer-{number}")] for number in range(3)], root=str(folder)))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("jobs", ["2", "3", "7"])
@pytest.mark.parametrize("keep", [True, False])
def test_several_processes_find_what_one_finds(
    folder: Path, monkeypatch: pytest.MonkeyPatch, jobs: str, *, keep: bool
) -> None:
    found = found_in(folder)
    alone = pipeline.validate(found, VALIDATOR, STACKS)
    assert len(alone.problems) > 90
    monkeypatch.setenv(JOBS, jobs)
    monkeypatch.setattr(shard, "can_fork", lambda: True)
    if keep:
        assert pipeline.validate(found, VALIDATOR, STACKS, spread=spread) == alone
    else:
        assert told(pipeline.check(lambda: found, VALIDATOR, STACKS, spread=spread)) == told(alone)


def test_processes_that_start_from_nothing_find_it_as_well(folder: Path) -> None:
    found = found_in(folder)
    alone = pipeline.validate(found, VALIDATOR, STACKS)
    spawned = pipeline.validate(found, VALIDATOR, STACKS, spread=partial(by_spawned, jobs=2))
    assert spawned == alone
