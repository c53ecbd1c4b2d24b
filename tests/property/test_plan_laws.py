"""Laws of the plan: one value for one input, nothing left to do after it was done, and saved without loss."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flyteidl2.task.task_definition_pb2 import TaskSpec
from google.protobuf.json_format import MessageToDict
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.memory_catalog import MemoryCatalog
from tests.property.manifests import VALIDATOR, copied, template
from tests.property.manifests import document as manifest_value
from tests.property.plans import plans
from tests.property.strategies import SHIPPED, edits_of, inputs_of, overrides_for, specs

from flyteplan.model.config import Target
from flyteplan.model.derived import is_derived
from flyteplan.model.plan import Plan
from flyteplan.model.task import TaskName, TaskVersion, Template
from flyteplan.pipeline import Choice, plan, validate
from flyteplan.plan.document import digest, document
from flyteplan.plan.names import derived_version, run_digest, run_name
from flyteplan.plan.saved import read
from flyteplan.ports import Catalog

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "schema" / "plan.v1.schema.json").read_text("utf-8")))
TARGET = Target(name="local", catalog="memory", project="flytesnacks", domain="development")

File = tuple[int, str, bytes]


def planned(files: list[File], catalog: Catalog, target: Target = TARGET) -> Plan | None:
    """The plan of manifest files, each with its layer and path; None when there is something wrong with them."""
    found = validate(files, VALIDATOR, [(0, 1)])
    if not found.valid:
        return None
    return plan(found.manifests, target, catalog, current=None, choice=Choice()).plan


def written(made: Plan) -> bytes:
    return json.dumps(document(made, desired=_json, settings=True), ensure_ascii=False).encode()


def _json(spec: TaskSpec) -> Any:
    return MessageToDict(spec, preserving_proto_field_name=True)


@st.composite
def files(draw: Any, templates: Sequence[Template] = SHIPPED) -> list[File]:
    """Manifests of up to four of these tasks, by default the shipped ones, in two layers; JSON, which is YAML."""
    found: list[File] = []
    tasks = sorted({one.key.task for one in templates if one.key.task.domain == "development"})
    for number in range(draw(st.integers(1, 4))):
        task, layer = draw(st.sampled_from(tasks)), draw(st.integers(0, 1))
        newest = _newest(task, templates)
        value = manifest_value(draw(overrides_for(newest)), name=f"m{number}", task=task, **draw(_submits(newest)))
        found.append((layer, f"{layer}/m{number}.yaml", json.dumps(value).encode()))
    return found


def _submits(spec: TaskSpec) -> st.SearchStrategy[Any]:
    """Mostly a version; with a run that mostly has the inputs it needs."""
    inputs = inputs_of(spec)
    runs = [{"as": "run", "inputs": inputs}, {"as": "run", "inputs": inputs, "run": {"labels": {"a": "b"}}}]
    kinds: list[Any] = [{"as": "none"}, {"as": "run", "inputs": {"x": [1, "é"]}}, *(runs if inputs is not None else [])]
    return st.sampled_from(({}, {}, {}, *({"submit": kind} for kind in kinds)))


def _newest(task: TaskName, templates: Sequence[Template]) -> TaskSpec:
    versions = (one for one in templates if one.key.task == task)
    return max(versions, key=lambda one: (one.deployed_at, one.key.version)).spec


@given(files(), st.randoms(use_true_random=False))
def test_a_plan_does_not_depend_on_the_order_of_files_and_templates(files: list[File], random: Any) -> None:
    first = planned(files, MemoryCatalog(SHIPPED))
    templates = list(SHIPPED)
    random.shuffle(files)
    random.shuffle(templates)
    second = planned(files, MemoryCatalog(templates))
    assert (first is None) == (second is None)
    assert first is None or second is None or written(first) == written(second)


def test_a_plan_does_not_depend_on_the_seed_of_hashes() -> None:
    assert _plan_with_seed("0") == _plan_with_seed("1")


def _plan_with_seed(seed: str) -> bytes:
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "tool")}
    command = [sys.executable, "-m", "flyteplan", "plan", "-o", "json"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True).stdout


@given(st.data(), specs(), st.sampled_from(("merge", "replace")))
def test_what_is_live_already_needs_no_update(data: st.DataObject, spec: TaskSpec, strategy: str) -> None:
    overrides = data.draw(overrides_for(spec, strategy=strategy))
    made = [(0, "m.yaml", json.dumps(manifest_value(overrides, strategy=strategy)).encode())]
    base = template(spec)
    before = planned(made, MemoryCatalog([base]))
    assume(before is not None)
    assert before is not None
    derived = _deployed(before, deployed_at=2)
    after = planned(made, MemoryCatalog([base, derived]))
    assert after is not None
    assert after.changes[0].action == "unchanged"
    assert [field.path for field in after.changes[0].fields if field.changes] == []
    assert after.changes[0].submit.state == "live"


def _deployed(made: Plan, *, deployed_at: int) -> Template:
    """What an apply of the plan's one change leaves in the catalog."""
    change = made.changes[0]
    assert change.desired is not None
    spec = copied(change.desired)
    name = change.submit.name
    if spec.task_template.HasField("id"):
        spec.task_template.id.version = name
    if spec.task_template.HasField("metadata"):
        spec.task_template.metadata.tags["flyteplan/base"] = change.task.version
    return Template(key=TaskVersion(change.task.task, name), spec=spec, deployed_at=deployed_at)


@given(st.data(), specs())
def test_an_update_is_planned_when_a_field_changes_and_only_then(data: st.DataObject, spec: TaskSpec) -> None:
    overrides = data.draw(overrides_for(spec))
    live = data.draw(edits_of(spec, 0, 2))
    templates = [template(spec), template(live, "v1.0123456789.flyteplan", 2)]
    made = planned([(0, "m.yaml", json.dumps(manifest_value(overrides)).encode())], MemoryCatalog(templates))
    assume(made is not None)
    assert made is not None
    change = made.changes[0]
    assert (change.action == "update") == any(_changes(field) for field in change.fields)
    assert (change.action == "update") == (change.live_digest != change.desired_digest)
    assert change.action == "unchanged" or is_derived(change.submit.name)


def _changes(field: Any) -> bool:
    assert field.changes == (json.dumps(field.live) != json.dumps(field.desired)), field
    return bool(field.changes)


@given(files())
def test_a_saved_plan_reads_back_as_itself(files: list[File]) -> None:
    made = planned(files, MemoryCatalog(SHIPPED))
    assume(made is not None)
    assert made is not None
    saved = json.loads(json.dumps(document(made, settings=True)))
    again = read(saved)
    assert document(again, settings=True) == saved
    assert digest(again) == digest(made) == saved["digest"]


@given(files())
def test_the_document_of_a_plan_fits_its_schema(files: list[File]) -> None:
    made = planned(files, MemoryCatalog(SHIPPED))
    assume(made is not None)
    assert made is not None
    assert list(SCHEMA.iter_errors(json.loads(written(made)))) == []


versions = st.text(st.characters(codec="utf-8"), min_size=1, max_size=70)
digests = st.text("0123456789abcdef", min_size=64, max_size=64).map(lambda digits: f"sha256:{digits}")


@given(versions, digests)
def test_a_derived_version_fits_and_tells_its_base(base: str, desired: str) -> None:
    name = derived_version(base, desired, ())
    assert len(name.encode()) <= 63
    assert is_derived(name)
    assert name == derived_version(base, desired, ())
    tail = f".{desired.removeprefix('sha256:')[:10]}.flyteplan"
    assert name.endswith(tail)
    if len((base + tail).encode()) <= 63:
        assert name == base + tail


@given(versions, versions, digests, digests)
def test_derived_versions_differ_where_bases_or_digests_do(left: str, right: str, one: str, other: str) -> None:
    assert (derived_version(left, one, ()) == derived_version(right, one, ())) == (left == right)
    assert (derived_version(left, one, ()) == derived_version(left, other, ())) == (one[:17] == other[:17])


@given(versions, digests, st.integers(1, 12))
def test_a_name_that_is_taken_counts_on(base: str, desired: str, generations: int) -> None:
    taken: list[str] = []
    for _ in range(generations):
        taken.append(derived_version(base, desired, taken))
    assert len(set(taken)) == generations
    assert all(len(name.encode()) <= 63 and is_derived(name) for name in taken)
    assert [name.removesuffix(".flyteplan").rpartition("-")[2] for name in taken[1:]] == list(
        map(str, range(2, generations + 1))
    )


calls = st.dictionaries(
    st.sampled_from(("inputs", "run")), st.dictionaries(st.text(max_size=3), st.integers()), max_size=2
)


@given(versions, digests, calls, calls)
def test_a_run_is_named_after_its_content(name: str, desired: str, one: Any, other: Any) -> None:
    task = TaskVersion(TaskName("p", "d", name), "v1")
    first, second = (run_name(run_digest(task, desired, call)) for call in (one, other))
    assert (first == second) == (one == other)
    assert len(first) <= 30
    assert set(first) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert first[0].isalpha()
    assert first[-1].isalnum()


@given(plans())
def test_changes_are_the_same_in_another_process(plan: Plan) -> None:
    """What is pickled in few words is as it was made."""
    there = pickle.loads(pickle.dumps(plan.changes, pickle.HIGHEST_PROTOCOL))
    assert there == plan.changes
    assert repr(there) == repr(plan.changes)
