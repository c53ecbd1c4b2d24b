"""What a field tells beside its values: what its change does."""

from __future__ import annotations

import pytest
from flyteidl2.task.task_definition_pb2 import TaskSpec
from tests.memory_catalog import MemoryCatalog
from tests.property.manifests import TASK, document, read, template

from flyteplan.model.config import Target
from flyteplan.model.plan import Plan
from flyteplan.pipeline import Choice, plan

TARGET = Target(name="local", catalog="memory", project=TASK.project, domain=TASK.domain)


def planned(base: TaskSpec, live: TaskSpec, overrides: dict[str, object]) -> Plan:
    """The plan of *overrides*, where *live* was derived of *base*."""
    manifest = read(document(overrides))
    assert manifest is not None
    catalog = MemoryCatalog([template(base), template(live, "v1.0123456789.flyteplan", 2)])
    made = plan((manifest,), TARGET, catalog, current=None, choice=Choice()).plan
    assert made is not None
    return made


def asking(cpu: str, memory: str) -> TaskSpec:
    spec = TaskSpec()
    spec.task_template.container.image = "x"
    for name, value in (("CPU", cpu), ("MEMORY", memory)):
        spec.task_template.container.resources.requests.add(name=name, value=value)
    return spec


@pytest.mark.parametrize(
    ("cpu", "memory", "effects"),
    [("2000m", "1024Mi", ()), ("2000m", "2Gi", ("capacity",)), ("2", "1Gi", ())],
)
def test_another_spelling_of_what_is_live_has_no_effect(cpu: str, memory: str, effects: tuple[str, ...]) -> None:
    made = planned(asking("1", "512Mi"), asking("2", "1Gi"), {"resources": {"cpu": cpu, "memory": memory}})
    (change,) = made.changes
    assert change.effects == effects
    assert [field.effects for field in change.fields if field.path.endswith("cpu")] == [()]
    assert [field.effects for field in change.fields if field.path.endswith("memory")] == [effects]


def test_another_spelling_is_no_field_that_stays_as_it_is() -> None:
    base, live = asking("1", "512Mi"), asking("2", "1Gi")
    (same,) = planned(base, live, {"resources": {"cpu": "2", "memory": "1Gi"}}).changes
    (spelled,) = planned(base, live, {"resources": {"cpu": "2000m", "memory": "1Gi"}}).changes
    assert spelled.action == "update"
    assert spelled.unchanged == same.unchanged - 1
