"""What a field tells beside its values: what its change does, and whose it is."""

from __future__ import annotations

import pytest
from flyteidl2.task.task_definition_pb2 import TaskSpec
from tests.memory_catalog import MemoryCatalog
from tests.property.manifests import TASK, Overrides, document, read, template

from flyteplan.model.config import Target
from flyteplan.model.plan import Field, Plan
from flyteplan.pipeline import Choice, plan
from flyteplan.plan.lists import changed

TARGET = Target(name="local", catalog="memory", project=TASK.project, domain=TASK.domain)


def planned(base: TaskSpec, live: TaskSpec, overrides: Overrides) -> Plan:
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


def with_variables(*items: tuple[str, str], pod: bool = False) -> TaskSpec:
    spec = TaskSpec()
    if pod:
        env = [{"name": name, "value": value} for name, value in items]
        spec.task_template.k8s_pod.pod_spec.update({"containers": [{"name": "p", "image": "x", "env": env}]})
        return spec
    spec.task_template.container.image = "x"
    for key, value in items:
        spec.task_template.container.env.add(key=key, value=value)
    return spec


def twice(name: str) -> TaskSpec:
    spec = asking("1", "1Gi")
    for value in ("5", "6"):
        spec.task_template.container.resources.requests.add(name=name, value=value)
    return spec


def with_two_secrets() -> TaskSpec:
    spec = TaskSpec()
    spec.task_template.container.image = "x"
    for mount in (1, 2):
        spec.task_template.security_context.secrets.add(group="g", key="k", mount_requirement=mount)
    return spec


TWICE = (("A", "1"), ("A", "2"), ("B", "1"))
SECRET = {"key": "k", "group": "g", "as_env_var": "B"}
A3: Overrides = {"env_vars": {"A": "3"}}
A9: Overrides = {"env_vars": {"A": "9"}}
DISK: Overrides = {"resources": {"disk": "9Gi"}}
OTHER: Overrides = {"secrets": [{**SECRET, "as_env_var": "C"}]}
# The list, what is deployed, what is wanted, and who lost to it.
LISTS: list[tuple[str, TaskSpec, Overrides, tuple[Overrides, str]]] = [
    ("container.env", with_variables(*TWICE), A3, (A9, "9")),
    ("primary_container.env", with_variables(*TWICE, pod=True), A3, (A9, "9")),
    ("container.resources.requests", twice("CPU"), {"resources": {"cpu": 3}}, ({"resources": {"cpu": 9}}, "9")),
    ("container.resources.requests", twice("EPHEMERAL_STORAGE"), {"resources": {"disk": "3Gi"}}, (DISK, "9Gi")),
    ("security_context.secrets", with_two_secrets(), {"secrets": [SECRET]}, (OTHER, "C")),
]


def among(spec: TaskSpec, path: str, *layers: Overrides, strategy: str = "merge") -> Field:
    manifests = [read(document(layer, strategy=strategy), number) for number, layer in enumerate(layers)]
    known = tuple(one for one in manifests if one is not None)
    assert len(known) == len(layers)
    made = plan(known, TARGET, MemoryCatalog([template(spec)]), current=None, choice=Choice()).plan
    assert made is not None
    return next(field for field in made.changes[0].fields if field.path == path)


@pytest.mark.parametrize("strategy", ["merge", "replace"])
@pytest.mark.parametrize(("path", "spec", "wanted", "lost"), LISTS)
def test_a_list_that_is_told_whole_is_of_the_setting_that_changed_it(
    path: str, spec: TaskSpec, wanted: Overrides, lost: tuple[Overrides, str], strategy: str
) -> None:
    before, value = lost
    found = among(spec, path, {"short_name": "x", **before}, wanted, strategy=strategy)
    assert found.set_by is not None
    # Of its own line, not of that of the parameter.
    assert (found.set_by.path[0], found.set_by.line, found.collateral) == ("1", 5, False)
    assert [(loser.position.path[0], loser.value) for loser in found.overridden] == [("0", value)]


@pytest.mark.parametrize("null", [{"env_vars": None}, {"env_vars": {"A": None}}])
def test_a_list_that_a_null_takes_from_is_of_the_null(null: Overrides) -> None:
    found = among(with_variables(*TWICE), "container.env", A9, null)
    assert found.set_by is not None
    assert (found.set_by.path[0], found.collateral) == ("1", False)
    assert [(loser.position.path[0], loser.value) for loser in found.overridden] == [("0", "9")]


def test_a_list_is_not_of_a_setting_that_left_it_as_it_was() -> None:
    spec = with_variables(("A", "1"), ("B", "1"), ("B", "2"))
    found = among(spec, "container.env", {"env_vars": {"A": "1"}}, {"env_vars": {"B": "3"}})
    assert found.set_by is not None
    assert (found.set_by.path[0], found.overridden) == ("1", ())


def test_a_list_from_which_replace_alone_takes_is_collateral() -> None:
    spec = with_variables(*TWICE)
    found = among(spec, "container.env", {"env_vars": {"C": "1"}}, strategy="replace")
    assert (found.set_by is not None, found.collateral) == (True, False)
    spec.task_template.container.env.add(key="C", value="1")
    found = among(spec, "container.env", {"env_vars": {"C": "1"}}, strategy="replace")
    assert (found.set_by is not None, found.collateral) == (True, True)


def test_a_list_that_no_setting_speaks_of_is_nobodys() -> None:
    base, live = with_variables(*TWICE), with_variables(("A", "1"), ("A", "7"))
    (change,) = planned(base, live, {"short_name": "x"}).changes
    (found,) = [field for field in change.fields if field.path == "container.env"]
    assert (found.set_by, found.collateral) == (None, False)


def test_a_list_that_is_as_deployed_again_is_of_the_setting_that_says_so() -> None:
    base, live = with_variables(("A", "1"), ("A", "1")), with_variables(("A", "1"), ("A", "7"))
    (change,) = planned(base, live, {"env_vars": {"A": "1"}}).changes
    (found,) = [field for field in change.fields if field.path == "container.env"]
    assert (found.set_by is not None, found.collateral) == (True, False)


def test_items_are_told_apart_beside_their_bytes_and_what_has_no_name_is_nobodys() -> None:
    item = {"value": {"key": "A", "value": "1"}, "serialized": "0a01"}
    assert [*changed("container.env", [item], [item], [{"key": "A", "value": "1"}])] == []
    found = changed("container.env", [item, "x", {}], None, [{"key": "A(order)"}])
    assert [*found] == ["env_vars.A", 'env_vars."A(order)"']
