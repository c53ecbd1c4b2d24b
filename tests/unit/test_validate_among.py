"""Rules among manifests."""

from __future__ import annotations

from pathlib import Path

from flyteplan.errors import Problem
from flyteplan.load import load
from flyteplan.model.document import Document
from flyteplan.model.manifest import Manifest
from flyteplan.validate import Validator, manifest
from flyteplan.validate.among import between

VALIDATOR = Validator((Path(__file__).parents[2] / "schema" / "task-override.v1.schema.json").read_text("utf-8"))


def read(path: str, name: str, spec: str, layer: int = 0) -> Manifest:
    text = f"apiVersion: flyteplan/v1\nkind: TaskOverride\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"
    document = next(load(text.encode(), path))
    assert isinstance(document, Document), document
    result = manifest(document, layer, VALIDATOR)
    assert result.manifest is not None, result.problems
    return result.manifest


def found(*manifests: Manifest) -> list[tuple[str, str]]:
    return [(problem.code, str(problem.position)) for problem in between(manifests)]


def only(*manifests: Manifest) -> Problem:
    (problem,) = between(manifests)
    return problem


PINNED = "task: {name: t, version: v1}"


def test_nothing_is_wrong_with_different_manifests() -> None:
    assert found(read("a", "a", PINNED), read("b", "b", "task: {name: u, auto_version: latest}")) == []


def test_a_name_that_stands_twice_in_one_layer() -> None:
    problem = only(read("a", "x", PINNED), read("b", "x", PINNED))
    assert (problem.code, str(problem.position)) == ("FP1301", "b:3:18")
    assert (problem.message, problem.hint) == (
        "x is the name of another manifest in this layer",
        "rename one of them, or give their folders as layers; the other is a:3:18",
    )


def test_a_name_may_come_again_in_a_later_layer() -> None:
    assert found(read("a", "x", PINNED), read("b", "x", "task: {name: t}", layer=1)) == []


def test_one_name_for_two_tasks() -> None:
    problem = only(read("a", "x", PINNED), read("b", "x", "task: {name: u, version: v1}", layer=1))
    assert (problem.code, str(problem.position)) == ("FP1303", "b:4:21")
    assert problem.message == "x speaks of task t in another layer"
    assert problem.hint == "name the same task here as at a:4:21, or rename this manifest"


def test_one_name_for_a_task_and_a_selection() -> None:
    assert found(read("a", "x", PINNED), read("b", "x", "select: {name: t}", layer=1)) == [("FP1303", "b:4:8")]


def test_one_name_for_the_same_task_of_two_projects() -> None:
    first, second = (
        read(path, "x", f"task: {{name: t, project: {path}, version: v}}", layer)
        for path, layer in (("a", 0), ("b", 1))
    )
    assert found(first, second) == [("FP1303", "b:4:21")]


def test_a_project_that_is_left_out_may_be_the_same() -> None:
    assert found(read("a", "x", PINNED), read("b", "x", "task: {name: t, project: p}", layer=1)) == []


def test_one_task_with_two_strategies() -> None:
    problem = only(read("a", "a", f"{PINNED}, strategy: replace"), read("b", "b", f"strategy: merge, {PINNED}"))
    assert (problem.code, str(problem.position)) == ("FP1304", "b:4:8")
    assert problem.message == "task t is overridden by merge and by replace"
    assert problem.hint == "use one in all its manifests; a has strategy: replace, at a:4:38"


def test_no_strategy_is_a_merge() -> None:
    assert found(read("a", "a", PINNED), read("b", "b", f"strategy: merge, {PINNED}")) == []
    assert found(read("a", "a", PINNED), read("b", "b", f"strategy: replace, {PINNED}")) == [("FP1304", "b:4:8")]
    assert found(read("a", "a", f"strategy: replace, {PINNED}"), read("b", "b", PINNED)) == [("FP1304", "b:4:21")]


def test_a_task_without_any_selector() -> None:
    problem = only(read("a", "a", "task: {name: t}"), read("b", "b", "task: {name: t}", layer=1))
    assert (problem.code, str(problem.position)) == ("FP1305", "a:4:21")
    assert problem.message == "task t has neither version nor auto_version"
    assert problem.hint == "add auto_version: latest, or a version"


def test_a_selector_that_another_manifest_or_a_selection_gives() -> None:
    bare = read("a", "a", "task: {name: t.one}")
    assert found(bare, read("b", "b", "task: {name: t.one, auto_version: current}")) == []
    assert found(bare, read("b", "b", "select: {name: 't.*'}")) == []
    assert found(bare, read("b", "b", "select: {environment: t}")) == []


def test_a_selection_that_can_not_match_gives_no_selector() -> None:
    bare = read("a", "a", "task: {name: t.one, project: p}")
    missing = [("FP1305", "a:4:21")]
    assert found(bare, read("b", "b", "select: {name: 'u.*'}")) == missing
    assert found(bare, read("b", "b", "select: {name: 't.*', exclude: ['*.one']}")) == missing
    assert found(bare, read("b", "b", "select: {name: 't.*', project: q}")) == missing


def test_what_only_runs_know_needs_a_run() -> None:
    queued = read("a", "x", f"{PINNED}, overrides: {{queue: q}}, submit: {{inputs: {{a: 1, b: 2}}, run: {{queue: q}}}}")
    places = [("FP1212", "a:4:50"), ("FP1212", "a:4:79"), ("FP1212", "a:4:98")]
    assert found(queued) == places
    assert found(queued, read("b", "x", f"{PINNED}, submit: {{as: run}}", layer=1)) == []


def test_a_queue_that_is_cleared_needs_no_run() -> None:
    assert found(read("a", "x", f"{PINNED}, overrides: {{queue: null}}")) == []
