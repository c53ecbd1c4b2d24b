"""One catalog as a file, as a database and as an endpoint gives one answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.remote.serving import EXAMPLES, remote, serving

from flyteplan.files.snapshot import SnapshotCatalog
from flyteplan.local.catalog import LocalCatalog
from flyteplan.local.fill import fill
from flyteplan.local.store import Store
from flyteplan.model.task import Scope, TaskName, TaskVersion
from flyteplan.ports import Catalog

FILE = SnapshotCatalog(EXAMPLES)
KEYS = sorted(
    TaskVersion(_task, _version)
    for _task, _version in (
        (TaskName(one.task_id.project, one.task_id.domain, one.task_id.name), one.task_id.version)
        for one in FILE.details()
    )
)
TASKS = sorted({key.task for key in KEYS})
SCOPES = sorted({task.scope for task in TASKS})
NOWHERE = TaskName(TASKS[0].project, TASKS[0].domain, "no.such_task")


@pytest.fixture(scope="module", params=["database", "endpoint"])
def catalog(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    path = str(tmp_path_factory.mktemp("same") / "catalog.db")
    with Store(path, mode="create") as store:
        fill(store, FILE.details())
    if request.param == "database":
        yield LocalCatalog(path)
        return
    with serving(catalog=path) as (endpoint, _), remote(endpoint) as found:
        yield found


def test_there_is_something_to_compare() -> None:
    assert len(TASKS) > 5
    assert len(KEYS) > len(TASKS)


@pytest.mark.parametrize("scope", [*SCOPES, Scope("nobody", "nowhere")], ids=str)
def test_listings_are_the_same(catalog: Catalog, scope: Scope) -> None:
    assert list(catalog.listing(scope)) == list(FILE.listing(scope))


def test_the_newest_versions_are_the_same(catalog: Catalog) -> None:
    assert dict(catalog.newest([*TASKS, NOWHERE])) == dict(FILE.newest([*TASKS, NOWHERE]))


def test_versions_are_the_same(catalog: Catalog) -> None:
    found, expected = catalog.versions([*TASKS, NOWHERE]), FILE.versions([*TASKS, NOWHERE])
    assert {task: tuple(versions) for task, versions in found.items()} == {
        task: tuple(versions) for task, versions in expected.items()
    }


def test_templates_are_the_same(catalog: Catalog) -> None:
    asked = [*KEYS, TaskVersion(TASKS[0], "no-such-version"), TaskVersion(NOWHERE, "v1")]
    found, expected = catalog.templates(asked), FILE.templates(asked)
    assert set(found) == set(expected) == set(KEYS)
    for key in KEYS:
        assert found[key].spec == expected[key].spec
        assert found[key].deployed_at // 1000 == expected[key].deployed_at // 1000


def test_triggers_are_the_same_but_for_what_only_a_server_knows(catalog: Catalog) -> None:
    catalog.newest(TASKS)
    found, expected = catalog.triggers(TASKS), FILE.triggers(TASKS)
    assert found.keys() == expected.keys()
    for task, triggers in expected.items():
        assert found[task].count == triggers.count
        assert [(one.name, one.active) for one in found[task].known] == [
            (one.name, one.active) for one in triggers.known
        ]
