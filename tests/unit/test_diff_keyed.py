from __future__ import annotations

import pytest
from flyteidl2.task.task_definition_pb2 import TaskSpec

from flyteplan.diff import differences
from flyteplan.model.itemname import ORDER, quoted, unquoted
from flyteplan.model.secrecy import own_name
from flyteplan.plan.fields import setting_paths


def spec(**variables: str) -> TaskSpec:
    made = TaskSpec()
    for key, value in variables.items():
        made.task_template.container.env.add(key=key, value=value)
    return made


def told(before: TaskSpec, after: TaskSpec) -> dict[str, object]:
    return {one.path: one.desired for one in differences(before, before, after)}


def test_another_order_of_the_same_items_is_told_by_their_names() -> None:
    assert told(spec(A="1", B="2"), spec(B="2", A="1")) == {"env_vars.(order)": ["B", "A"]}


@pytest.mark.parametrize("name", [ORDER, '"(order)"', '""(order)""', "A(order)"])
def test_an_item_that_is_called_so_is_told_apart_from_the_order(name: str) -> None:
    before, after = spec(A="1", **{name: "2"}), spec(**{name: "3"}, A="1")
    found = told(before, after)
    assert len(differences(before, before, after)) == len(found) == 2
    assert found["env_vars.(order)"] == [name, "A"]
    (path,) = found.keys() - {"env_vars.(order)"}
    assert (found[path], path.endswith(ORDER)) == ("3", False)
    assert (own_name(path), setting_paths(path)[0]) == (name, ("overrides", "env_vars", name))


def test_items_of_such_names_are_told_apart_from_each_other() -> None:
    names = ["A", "(order)", '"(order)"', '"', "A(order)", '"A(order)"', "(order", "order)"]
    assert len(set(map(quoted, names))) == len(names)
    assert [unquoted(quoted(name)) for name in names] == names
    assert unquoted('"A') == '"A'
    assert [name for name in names if quoted(name) == name] == ["A", "(order", "order)"]


def test_labels_and_variables_of_a_pod_are_called_alike() -> None:
    pods = [TaskSpec(), TaskSpec()]
    for number, made in enumerate(pods):
        made.task_template.metadata.metadata.labels["a(order)"] = str(number)
        made.task_template.k8s_pod.primary_container_name = "main"
        variable = {"name": "(order)", "value": str(number)}
        made.task_template.k8s_pod.pod_spec.update({"containers": [{"name": "main", "env": [variable]}]})
    assert told(*pods) == {'env_vars."(order)"': "1", 'labels."a(order)"': "1"}
