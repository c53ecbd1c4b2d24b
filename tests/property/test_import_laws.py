"""Laws of imported manifests: planning one changes nothing, whatever the template."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from flyteidl2.task.task_definition_pb2 import TaskSpec
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.memory_catalog import MemoryCatalog
from tests.property.manifests import VALIDATOR, Overrides, applied, template, written
from tests.property.strategies import SHIPPED, overrides_for, specs

from flyteplan import pipeline
from flyteplan.files.snapshot import SnapshotCatalog
from flyteplan.model.config import Target
from flyteplan.model.derived import is_derived
from flyteplan.model.plan import Change
from flyteplan.model.task import TaskName, TaskVersion, Template
from flyteplan.render.manifest import Deployed

SNAPSHOT = os.environ.get("FLYTEPLAN_TEST_CATALOG", "")


def _others() -> tuple[Template, ...]:
    """Every template of another snapshot, where there is one."""
    if not SNAPSHOT:
        return ()
    files = sorted(Path(SNAPSHOT).glob("*.jsonl")) or [Path(SNAPSHOT)]
    lines = [line for file in files for line in file.read_text("utf-8").splitlines() if line.strip()]
    keys = {_key(json.loads(line)["task_id"]) for line in lines}
    found = SnapshotCatalog(SNAPSHOT).templates(keys)
    return tuple(found[key] for key in sorted(found) if not is_derived(key.version))


def _key(identifier: dict[str, str]) -> TaskVersion:
    task = TaskName(*(identifier.get(name, "") for name in ("project", "domain", "name")))
    return TaskVersion(task, identifier.get("version", ""))


def planned(tasks: Sequence[Deployed], *templates: Template) -> tuple[str, tuple[Change, ...]]:
    """The text of the manifests, and what planning it comes to."""
    scope, catalog = tasks[0].task.scope, MemoryCatalog(templates)
    target = Target(name="t", project=scope.project, domain=scope.domain)
    text = pipeline.written(tasks, target, catalog, VALIDATOR, "")
    checked = pipeline.validate([(0, "import.yaml", text.encode())], VALIDATOR, [[0]])
    assert checked.valid, (checked.problems, text)
    choice = pipeline.Choice()
    made = pipeline.plan(checked.manifests, target, catalog, current=None, choice=choice)
    assert made.plan is not None, (made.problems, text)
    return text, made.plan.changes


@pytest.mark.parametrize("deployed", [*SHIPPED, *_others()], ids=lambda one: f"{one.key.task}-{one.key.version}")
@pytest.mark.parametrize("pinned", [False, True])
def test_every_shipped_template_comes_back_as_it_is(deployed: Template, pinned: bool) -> None:
    text, changes = planned([Deployed(present=deployed, base=deployed, pinned=pinned)], deployed)
    assert [(change.action, change.fields) for change in changes] == [("unchanged", ())], text


@pytest.mark.parametrize("deployed", SHIPPED, ids=lambda one: f"{one.key.task}-{one.key.version}")
def test_a_manifest_can_say_all_of_a_shipped_template_but_variables_from_elsewhere(deployed: Template) -> None:
    text, _ = planned([Deployed(present=deployed, base=deployed)], deployed)
    _, _, unsaid = text.partition("# Not to be said here")
    assert all("it is no plain string" in line for line in unsaid.splitlines()[1:]), text


@given(specs(), st.booleans())
def test_any_template_comes_back_as_it_is(spec: TaskSpec, pinned: bool) -> None:
    deployed = template(spec)
    text, (change,) = planned([Deployed(present=deployed, base=deployed, pinned=pinned)], deployed)
    assert (change.action, change.fields) == ("unchanged", ()), [*map(str, change.fields), text]


@given(st.data(), st.sampled_from(SHIPPED))
def test_what_was_overridden_comes_back_as_it_is(data: st.DataObject, shipped: Template) -> None:
    overrides: Overrides = data.draw(overrides_for(shipped.spec))
    overridden = applied(shipped.spec, overrides)
    assume(overridden is not None)
    assert overridden is not None
    base, live = template(shipped.spec), template(overridden, "v1.0123456789.flyteplan", deployed_at=2)
    text, (change,) = planned([Deployed(present=live, base=base)], base, live)
    assert [field.path for field in change.fields if field.changes] == [], text


def test_an_older_version_is_written_as_it_is_and_not_as_what_is_live() -> None:
    old = template(SHIPPED[0].spec)
    new = template(SHIPPED[1].spec, "v2", deployed_at=2)
    text, (change,) = planned([Deployed(present=old, base=old, pinned=True)], old, new)
    assert change.desired is not None
    assert written(change.desired) == written(old.spec), text


def test_several_tasks_are_several_documents_with_names_of_their_own() -> None:
    tasks = [template(SHIPPED[0].spec, task=TaskName("p", "d", name)) for name in ("a.b", "a-b", "A_b", "(/)")]
    text, changes = planned([Deployed(present=one, base=one) for one in tasks], *tasks)
    assert len(changes) == len(tasks)
    assert [line for line in text.splitlines() if line.startswith("  name:")] == [
        "  name: a-b",
        "  name: a-b-2",
        "  name: a-b-3",
        "  name: task",
    ]
