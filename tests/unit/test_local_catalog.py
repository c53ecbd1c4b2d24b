"""The embedded catalog as the stages see it: the same as the file it was filled from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flyteidl2.task.task_definition_pb2 import TaskDetails
from flyteidl2.task.task_service_pb2 import DeployTaskRequest
from google.protobuf import json_format
from google.protobuf.message import Message

from flyteplan.errors import CatalogError
from flyteplan.files.snapshot import SnapshotCatalog
from flyteplan.local.catalog import LocalCatalog
from flyteplan.local.fill import fill
from flyteplan.local.services import handlers
from flyteplan.local.store import Store
from flyteplan.model.task import Listing, Newest, Scope, TaskName, TaskVersion, Trigger, Triggers
from flyteplan.ports import Catalog

CASES = Path(__file__).parents[1] / "cases"
TASK = TaskName("p", "d", "e.t")
BASE = "b" * 60
CUT = f"{'b' * 20}-bbeb514b.0123456789.flyteplan"


def details(version: str = "v1", at: int = 1, task: TaskName = TASK, **metadata: object) -> TaskDetails:
    found = TaskDetails(metadata={"environment_name": "e", **metadata})
    found.task_id.project, found.task_id.domain, found.task_id.name = task.project, task.domain, task.name
    found.task_id.version = version
    found.metadata.deployed_at.FromMicroseconds(at)
    found.spec.environment.name = "e"
    found.spec.task_template.container.image = version
    return found


def filled(folder: Path, *all_details: TaskDetails) -> LocalCatalog:
    path = str(folder / "catalog.db")
    with Store(path, mode="create") as store:
        assert fill(store, all_details) == len(all_details)
    return LocalCatalog(path, str(folder))


def written(folder: Path, *all_details: TaskDetails) -> SnapshotCatalog:
    lines = (json_format.MessageToJson(one, indent=None, preserving_proto_field_name=True) for one in all_details)
    (folder / "catalog.jsonl").write_text("\n".join(lines), "utf-8")
    return SnapshotCatalog(str(folder / "catalog.jsonl"))


def everything(catalog: Catalog, keys: list[TaskVersion]) -> Iterator[object]:
    names = [TaskName("p", "d", "none"), *(key.task for key in keys)]
    yield [catalog.listing(scope) for scope in sorted({name.scope for name in names})]
    yield catalog.newest(names)
    yield {name: list(catalog.versions([name])[name]) for name in names}
    yield catalog.templates([*keys, TaskVersion(TASK, "none")])
    yield catalog.triggers(names)


def read(path: Path) -> list[TaskDetails] | None:
    try:
        lines = path.read_text("utf-8").splitlines()
        return [json_format.Parse(line, TaskDetails()) for line in lines if line.strip()]
    except (json_format.ParseError, UnicodeDecodeError):
        return None


def snapshots() -> list[Path]:
    return [path for path in sorted(CASES.glob("*/catalog.jsonl")) if path.parent.name != "catalog-version-twice"]


@pytest.mark.parametrize("path", snapshots(), ids=lambda path: path.parent.name)
def test_a_filled_catalog_answers_as_its_file_does(tmp_path: Path, path: Path) -> None:
    found = read(path)
    if found is None:
        return
    fields = [one.task_id if one.HasField("task_id") else one.spec.task_template.id for one in found]
    keys = [TaskVersion(TaskName(one.project, one.domain, one.name), one.version) for one in fields]
    local = filled(tmp_path, *found)
    assert list(everything(local, keys)) == list(everything(SnapshotCatalog(str(path)), keys))


def test_there_are_files_to_compare_with() -> None:
    assert sum(read(path) is not None for path in snapshots()) >= 1


def test_versions_are_ordered_as_in_a_file(tmp_path: Path) -> None:
    versions = ["v1", "v2", "v1.0123456789.flyteplan", "v1.0123456789-2.flyteplan", "z", BASE, CUT]
    found = [details(version, at=number % 2) for number, version in enumerate(versions)]
    keys = [TaskVersion(TASK, version) for version in versions]
    assert list(everything(filled(tmp_path, *found), keys)) == list(everything(written(tmp_path, *found), keys))


def test_a_task_of_derived_versions_has_no_base(tmp_path: Path) -> None:
    catalog = filled(tmp_path, details("v1.0123456789.flyteplan"))
    assert catalog.newest([TASK]) == {TASK: Newest(live="v1.0123456789.flyteplan", base=None)}


def test_what_is_not_there_is_left_out(tmp_path: Path) -> None:
    catalog = filled(tmp_path, details())
    none = TaskName("p", "d", "none")
    assert not catalog.newest([none])
    assert not catalog.triggers([none])
    assert not catalog.templates([TaskVersion(none, "v1")])
    assert not catalog.versions([none])[none]
    assert not catalog.listing(Scope("p", "x"))
    assert not catalog.problems()


def test_times_are_nanoseconds_and_specs_are_whole(tmp_path: Path) -> None:
    one = details(at=1_700_000_000_123_456)
    one.spec.MergeFromString(b"\xfa\x3f\x01x")  # a field that this flyteidl2 does not know
    template = filled(tmp_path, one).templates([TaskVersion(TASK, "v1")])[TaskVersion(TASK, "v1")]
    assert template.deployed_at == 1_700_000_000_123_456_000
    assert template.spec.SerializeToString() == one.spec.SerializeToString()


def test_filling_again_takes_over_what_changed(tmp_path: Path) -> None:
    filled(tmp_path, details(at=5), details("v2", at=4))
    changed = details(at=3)
    changed.spec.task_template.container.image = "new"
    catalog = filled(tmp_path, changed)
    assert list(catalog.versions([TASK])[TASK]) == ["v2", "v1"]
    key = TaskVersion(TASK, "v1")
    assert catalog.templates([key])[key].spec.task_template.container.image == "new"


def test_what_was_filled_before_a_failure_stays(tmp_path: Path) -> None:
    def failing() -> Iterator[TaskDetails]:
        for number in range(600):
            yield details(task=TaskName("p", "d", f"t{number:03}"))
        raise CatalogError("gone")

    with Store(str(tmp_path / "catalog.db"), mode="create") as store, pytest.raises(CatalogError, match="gone"):
        fill(store, failing())
    assert len(LocalCatalog(str(tmp_path / "catalog.db")).listing(Scope("p", "d"))) == 500


def test_a_template_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="names no task and version"):
        filled(tmp_path, TaskDetails())


def test_triggers_come_over_as_far_as_they_are_told(tmp_path: Path) -> None:
    other = TaskName("p", "d", "other")
    old = details("v1", at=1, triggers_summary={"details": {"name": "old", "active": True}})
    new = details("v2", at=2, triggers_summary={"details": {"name": "nightly", "active": True}})
    many = details(task=other, triggers_summary={"stats": {"total": 3, "active": 1}})
    catalog = filled(tmp_path, old, new, many)
    known = Triggers(known=(Trigger(name="nightly", active=True),))
    assert catalog.triggers([TASK, other]) == {TASK: known, other: Triggers(others=3)}
    assert filled(tmp_path, details("v3", at=3)).triggers([TASK]) == {}


def test_triggers_of_the_base_stay_when_a_version_is_derived_from_it(tmp_path: Path) -> None:
    """They are told by the version that they were deployed with, and start that one still."""
    other = TaskName("p", "d", "e.other")
    derived = "v2.0123456789.flyteplan"
    one = details("v2", at=2, triggers_summary={"details": {"name": "nightly", "active": True}})
    many = details("v2", at=2, task=other, triggers_summary={"stats": {"total": 3, "active": 1}})
    every = (one, many, details(derived, at=4), details(derived, at=4, task=other))
    known = Triggers(known=(Trigger(name="nightly", active=True),))
    for catalog in (filled(tmp_path, *every), written(tmp_path, *every)):
        assert catalog.triggers([TASK, other]) == {TASK: known, other: Triggers(others=3)}
    moved = details("v2.abcdefabcd.flyteplan", at=5, task=other, triggers_summary={"stats": {"total": 2}})
    assert filled(tmp_path, moved).triggers([other]) == {other: Triggers(others=2)}


def test_triggers_that_were_deployed_here_count_more(tmp_path: Path) -> None:
    catalog = filled(tmp_path, details(triggers_summary={"stats": {"total": 3}}))
    request = DeployTaskRequest(task_id=details().task_id, spec=details().spec, triggers=[{"name": "nightly"}])
    with Store(str(tmp_path / "catalog.db")) as store:
        call(store, "/flyteidl2.task.TaskService/DeployTask", request)
        fill(store, [details("v0", at=0, triggers_summary={"details": {"name": "other"}})])
    known = Trigger(name="nightly", active=False, revision=1, version="v1")
    assert catalog.triggers([TASK]) == {TASK: Triggers(known=(known,))}


def test_listings_have_the_environment_of_the_newest(tmp_path: Path) -> None:
    new = details("v2", at=2)
    new.metadata.environment_name = "new"
    catalog = filled(tmp_path, details(), new, details(task=TaskName("p", "d", "a")))
    expected = [
        Listing(task=TaskName("p", "d", "a"), environment="e", live="v1"),
        Listing(task=TASK, environment="new", live="v2"),
    ]
    assert list(catalog.listing(Scope("p", "d"))) == expected


def test_it_is_known_by_its_place_below_the_root(tmp_path: Path) -> None:
    assert LocalCatalog(str(tmp_path / "x" / "catalog.db"), str(tmp_path)).address == "x/catalog.db"
    assert LocalCatalog("/elsewhere/catalog.db", str(tmp_path)).address == "/elsewhere/catalog.db"


def test_a_catalog_that_is_not_there_is_said_with_the_first_question(tmp_path: Path) -> None:
    catalog = LocalCatalog(str(tmp_path / "catalog.db"), str(tmp_path))
    with pytest.raises(CatalogError, match=r"no catalog catalog\.db"):
        catalog.newest([TASK])
    assert list(tmp_path.iterdir()) == []


def test_a_template_that_is_broken_is_named(tmp_path: Path) -> None:
    catalog = filled(tmp_path, details())
    with Store(str(tmp_path / "catalog.db")) as store, store.writing() as connection:
        connection.execute("UPDATE specs SET spec = ?", (b"\xff",))
    with pytest.raises(CatalogError, match=r"p/d/e\.t v1"):
        catalog.templates([TaskVersion(TASK, "v1")])


def call(store: Store, path: str, request: Message) -> object:
    (handler,) = [handler for handler in handlers(store) if handler.path == path]
    return handler.call(request)
