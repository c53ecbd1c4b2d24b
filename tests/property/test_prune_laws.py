"""Laws of a manifest that left Git: its task is as its base again, and after that there is nothing to do."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.memory_catalog import MemoryCatalog
from tests.memory_controller import MemoryController
from tests.property.manifests import VALIDATOR
from tests.property.strategies import SHIPPED
from tests.property.test_plan_laws import TARGET, File, files

from flyteplan.apply import Pace
from flyteplan.diff import digest
from flyteplan.model.deployment import Deployment, Provenance
from flyteplan.model.derived import is_derived
from flyteplan.model.plan import Plan
from flyteplan.model.task import TaskName, TaskVersion
from flyteplan.pipeline import Choice, plan, restored, submit, validate
from flyteplan.plan.document import document
from flyteplan.plan.saved import read

US = Provenance(owner="acme", revision="abc", target=TARGET.name)
OTHERS = (Provenance(owner="acme", target="other"), Provenance(owner="others", target=TARGET.name))


def planned(files: list[File], catalog: MemoryCatalog, prune: Provenance | None = US) -> Plan | None:
    found = validate(files, VALIDATOR, [(0, 1)])
    if not found.valid:
        return None
    return plan(found.manifests, TARGET, catalog, current=None, choice=Choice(), prune=prune).plan


def updates(made: Plan | None) -> set[TaskName]:
    return {change.task.task for change in made.changes if change.action == "update"} if made else set()


def applied(made: Plan, where: MemoryController) -> None:
    changes = [change for change in made.changes if change.action == "update"]
    list(submit(changes, where, US, Pace()))


@st.composite
def histories(draw: Any) -> tuple[MemoryController, list[File]]:
    """A catalog to which manifests were applied, and those of them that are left."""
    before = draw(files())
    where = MemoryController(SHIPPED)
    made = planned(before, where.now())
    assume(updates(made))
    assert made
    applied(made, where)
    left = [file for file in before if draw(st.booleans())]
    assume(planned(left, where.now()) is not None)
    return where, left


@given(histories(), st.booleans())
def test_after_a_prune_what_has_no_manifest_is_as_its_base(
    history: tuple[MemoryController, list[File]], saved: bool
) -> None:
    where, left = history
    made = planned(left, where.now())
    assert made
    pruned = [change for change in made.changes if change.prune]
    if saved:
        again = read(document(made, settings=True))
        changes = [change for change in restored(again, where.now()) if change.action == "update"]
        list(submit(changes, where, US, Pace()))
    else:
        applied(made, where)
    catalog = where.now()
    for change in pruned:
        assert live_digest(catalog, change.task.task) == change.base_digest == change.desired_digest
    assert updates(planned(left, catalog)) == updates(planned(left, catalog, None)) == set()


def live_digest(catalog: MemoryCatalog, task: TaskName) -> str:
    key = TaskVersion(task, catalog.newest([task])[task].live)
    assert is_derived(key.version)
    return digest(catalog.templates([key])[key].spec)


@given(histories())
def test_every_live_version_of_ours_is_wanted_by_a_manifest_or_goes(
    history: tuple[MemoryController, list[File]],
) -> None:
    where, left = history
    with_it, without = planned(left, where.now()), planned(left, where.now(), None)
    assert with_it
    assert without
    kept = {change.task.task for change in without.changes if change.submit.kind == "version"}
    ours = {sent.key.task for sent in where.sent if isinstance(sent, Deployment)}
    assert {change.task.task for change in with_it.changes if change.prune} == ours - kept
    assert [change for change in with_it.changes if not change.prune] == list(without.changes)


@given(histories(), st.sampled_from(OTHERS))
def test_nobody_prunes_what_another_one_applied(
    history: tuple[MemoryController, list[File]], other: Provenance
) -> None:
    where, left = history
    made = planned(left, where.now(), other)
    assert made
    assert not any(change.prune for change in made.changes)
