from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flyteidl2.task.task_definition_pb2 import TaskDetails
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from flyteplan.errors import CatalogError
from flyteplan.files.snapshot import SnapshotCatalog
from flyteplan.files.snapshot.decode import decode
from flyteplan.files.snapshot.index import Source, read_index
from flyteplan.model.newest import newest_first
from flyteplan.model.task import Listing, Newest, Scope, TaskName, TaskVersion, Trigger, Triggers
from flyteplan.ports import Catalog

SCOPE = Scope("p", "d")


def task(name: str = "e.t") -> TaskName:
    return TaskName("p", "d", name)


def line(name: str = "e.t", version: str = "v1", **metadata: Any) -> dict[str, Any]:
    identifier = {"org": "o", "project": "p", "domain": "d", "name": name, "version": version}
    template = {"id": {**identifier, "resource_type": "TASK"}, "container": {"image": version}}
    return {"task_id": identifier, "metadata": metadata, "spec": {"task_template": template}}


def save(path: Path, *lines: Any) -> SnapshotCatalog:
    path.write_text("".join(f"{item if isinstance(item, str) else json.dumps(item)}\n" for item in lines), "utf-8")
    return SnapshotCatalog(str(path), root=str(path.parent))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tasks.jsonl"


def only_template(catalog: SnapshotCatalog, version: str = "v1") -> Any:
    (template,) = catalog.templates([TaskVersion(task(), version)]).values()
    return template


def test_it_is_a_catalog(path: Path) -> None:
    catalog: Catalog = save(path)
    assert catalog.address == "tasks.jsonl"
    assert list(catalog.listing(SCOPE)) == []


def test_nothing_is_read_before_the_first_question(path: Path) -> None:
    catalog = SnapshotCatalog(str(path))
    assert catalog.problems() == ()
    with pytest.raises(CatalogError):
        catalog.versions([task()])[task()]


def test_a_template_is_what_the_line_says(path: Path) -> None:
    details = line(deployed_at="2026-08-21T10:00:00.000000001+02:00")
    template = only_template(save(path, details))
    assert template.spec == json_format.ParseDict(details, TaskDetails()).spec
    assert template.deployed_at == 1_787_299_200 * 10**9 + 1


def test_a_template_is_found_behind_others_of_any_script(path: Path) -> None:
    catalog = save(path, "", line("a.\N{SNOWMAN}"), "  ", line("b"), line("e.t", "v2"), line())
    assert only_template(catalog).spec.task_template.container.image == "v1"


def test_only_the_lines_that_are_asked_for_are_decoded(path: Path) -> None:
    broken = {**line("broken"), "spec": {"task_template": {"container": {"image": 1}}}}
    catalog = save(path, broken, line())
    assert [listing.task.name for listing in catalog.listing(SCOPE)] == ["broken", "e.t"]
    only_template(catalog)
    with pytest.raises(CatalogError, match=r"^tasks\.jsonl:1:1: .*not a TaskDetails .*image.*take the line"):
        catalog.templates([TaskVersion(task("broken"), "v1")])


def test_what_is_not_there_is_left_out(path: Path) -> None:
    catalog = save(path, line())
    assert catalog.newest([task("x"), task()]) == {task(): Newest(live="v1", base="v1")}
    assert catalog.templates([TaskVersion(task(), "v2"), TaskVersion(task("x"), "v1")]) == {}
    assert catalog.versions([task("x")])[task("x")] == ()
    assert catalog.listing(Scope("p", "x")) == []


def test_names_as_json_writes_them_are_read_as_well(path: Path) -> None:
    details = json_format.ParseDict(line(deployed_at="2026-01-01T00:00:00Z", environment_name="e"), TaskDetails())
    catalog = save(path, json.dumps(json_format.MessageToDict(details)))
    assert "taskTemplate" in path.read_text("utf-8")
    assert only_template(catalog).spec == details.spec
    assert only_template(catalog).deployed_at == details.metadata.deployed_at.ToNanoseconds()
    assert catalog.listing(SCOPE) == [Listing(task=task(), environment="e", live="v1")]


@pytest.mark.parametrize("form", ["proto", "json"])
def test_a_line_without_task_id_is_known_by_its_template(path: Path, form: str) -> None:
    spec = line()["spec"]
    catalog = save(path, {"spec": {"taskTemplate": spec["task_template"]} if form == "json" else spec})
    assert catalog.versions([task()])[task()] == ("v1",)
    assert only_template(catalog).deployed_at == 0


def test_a_template_without_an_id_stays_without(path: Path) -> None:
    assert not only_template(save(path, {**line(), "spec": {}})).spec.task_template.HasField("id")


def test_a_byte_order_mark_is_no_part_of_the_first_line(path: Path) -> None:
    save(path, "\ufeff" + json.dumps(line()), line("e.t", "v2"))
    catalog = SnapshotCatalog(str(path))
    assert only_template(catalog).spec.task_template.container.image == "v1"
    assert only_template(catalog, "v2").spec.task_template.container.image == "v2"


def test_listings_are_sorted_and_take_the_environment_of_the_newest_version(path: Path) -> None:
    old, new = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
    lines = [
        line("z", environment_name="z"),
        line(version="v1", deployed_at=new, environment_name="new"),
        line(version="v2", deployed_at=old, environment_name="old"),
    ]
    found = save(path, *lines).listing(SCOPE)
    assert found == [
        Listing(task=task(), environment="new", live="v1"),
        Listing(task=task("z"), environment="z", live="v1"),
    ]


def test_the_org_is_no_part_of_the_key(path: Path) -> None:
    other = line()
    other["task_id"]["org"] = ""
    with pytest.raises(CatalogError, match=r"^tasks\.jsonl:2:1: .* p/d/e\.t v1 stands at tasks\.jsonl:1 already"):
        save(path, line(), other).versions([task()])[task()]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"v1": 1, "v2": 2, "v3": 0}, ["v2", "v1", "v3"]),
        ({"a": 0, "c": 0, "b": 0}, ["c", "b", "a"]),
        ({"v1": 0, "v1.0123456789.flyteplan": 0, "v2": 0}, ["v2", "v1.0123456789.flyteplan", "v1"]),
        ({"v1": 2, "v1.0123456789.flyteplan": 1}, ["v1", "v1.0123456789.flyteplan"]),
        (
            {"v": 0, "v.0123456789.flyteplan": 0, "v.0123456789-2.flyteplan": 0},
            ["v.0123456789.flyteplan", "v.0123456789-2.flyteplan", "v"],
        ),
        ({"v1": 0, "other.flyteplan": 0}, ["v1", "other.flyteplan"]),
    ],
)
def test_versions_are_ordered_by_deployment_then_name(times: dict[str, int], expected: list[str]) -> None:
    assert list(newest_first(times)) == expected
    assert list(newest_first(dict(reversed(times.items())))) == expected


def test_a_derived_version_of_a_cut_base_comes_just_before_it() -> None:
    base = "x" * 63
    derived = "x" * 33 + "-75220b47.0123456789.flyteplan"
    assert newest_first({base: 0, derived: 0, "y": 0, "a": 0}) == ("y", derived, base, "a")


def test_the_newest_base_is_no_derived_one(path: Path) -> None:
    derived = "v1.0123456789.flyteplan"
    catalog = save(path, line(), line(version=derived), line("only", derived))
    assert catalog.newest([task(), task("only")]) == {
        task(): Newest(live=derived, base="v1"),
        task("only"): Newest(live=derived, base=None),
    }
    assert catalog.versions([task()])[task()] == (derived, "v1")


def test_one_trigger_is_named_and_more_are_counted(path: Path) -> None:
    one = line("e.one", triggers_summary={"details": {"name": "nightly", "active": True}})
    more = line("e.more", triggers_summary={"stats": {"total": 3, "active": 1}})
    catalog = save(path, one, more, line("e.none"))
    assert catalog.triggers([task("e.one"), task("e.more"), task("e.none")]) == {
        task("e.one"): Triggers(known=(Trigger(name="nightly", active=True),)),
        task("e.more"): Triggers(others=3),
    }


def test_triggers_are_those_of_the_newest_version(path: Path) -> None:
    old = line(deployed_at="2026-01-01T00:00:00Z", triggers_summary={"stats": {"total": 3}})
    catalog = save(path, old, line("e.t", "v2", deployed_at="2026-01-02T00:00:00Z"))
    assert catalog.triggers([task()]) == {}


def test_unknown_fields_are_a_warning_that_names_the_task(path: Path) -> None:
    newer = line()
    newer["spec"]["task_template"]["from_the_future"] = 1
    catalog = save(path, line("other"), newer)
    assert only_template(catalog) == only_template(catalog)
    (problem,) = catalog.problems()
    assert str(problem).startswith("tasks.jsonl:2:1: warning[FP2008]: p/d/e.t v1 is read without")
    assert "spec.task_template.from_the_future, which" in problem.message


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    save(tmp_path / "b.jsonl", line())
    save(tmp_path / "a.jsonl", line("x"))
    save(tmp_path / ".c.jsonl", "hidden")
    save(tmp_path / "notes.txt", "other")
    catalog = SnapshotCatalog(str(tmp_path), root=str(tmp_path.parent))
    assert catalog.address == tmp_path.name
    assert len(catalog.templates([TaskVersion(task(), "v1"), TaskVersion(task("x"), "v1")])) == 2
    save(tmp_path / "c.jsonl", line())
    with pytest.raises(CatalogError, match=r"/c\.jsonl:1:1: .* p/d/e\.t v1 stands at .*/b\.jsonl:1 already"):
        SnapshotCatalog(str(tmp_path)).versions([task()])[task()]


def test_a_folder_of_the_root_is_shown_without_a_prefix(tmp_path: Path) -> None:
    save(tmp_path / "a.jsonl", "x")
    with pytest.raises(CatalogError, match=r"^a\.jsonl:1:1: "):
        SnapshotCatalog(str(tmp_path), root=str(tmp_path)).versions([task()])[task()]


def test_a_folder_without_a_snapshot_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"there is no snapshot \(\*\.jsonl\) in"):
        SnapshotCatalog(str(tmp_path)).versions([task()])[task()]


def test_a_snapshot_that_is_not_there_is_an_error(path: Path) -> None:
    with pytest.raises(CatalogError, match=r"tasks\.jsonl can not be read: there is no such file \(check the path\)"):
        SnapshotCatalog(str(path)).newest([task()])


def test_a_snapshot_that_went_away_is_an_error(path: Path) -> None:
    catalog = save(path, line())
    catalog.versions([task()])[task()]
    path.unlink()
    with pytest.raises(CatalogError, match="can not be read"):
        only_template(catalog)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("{", "no JSON, expecting property name"),
        ("[1]", "an object was expected, not [1]"),
        ("{}", "it names no task and version"),
        (json.dumps({"task_id": {"name": 1, "version": "v"}}), "a string was expected, not 1"),
        (json.dumps({"spec": {"task_template": []}}), "an object was expected, not []"),
        (json.dumps(line("x", deployed_at="yesterday")), 'deployed_at is no RFC 3339 time: "yesterday"'),
        (json.dumps(line("x", deployed_at="2026-13-01T00:00:00Z")), "month must be in 1..12"),
        ("[" * 200_000, "it is nested too deeply"),
    ],
)
def test_a_line_that_can_not_be_read_is_named(path: Path, bad: str, why: str) -> None:
    with pytest.raises(CatalogError) as caught:
        save(path, line(), bad).versions([task()])[task()]
    assert re.match(r"tasks\.jsonl:2:[12]: error\[FP2008\]: not a TaskDetails in proto3 JSON: ", str(caught.value))
    assert why in str(caught.value)
    assert str(caught.value).endswith("(write the snapshot again, or take the line out)")


def test_a_line_that_is_not_utf8_is_named(path: Path) -> None:
    path.write_bytes(b'{"a": "\xff"}\n')
    with pytest.raises(CatalogError, match=r"^tasks\.jsonl:1:1: .*UTF-8: byte 0xFF"):
        save(path.with_name("x.jsonl")), SnapshotCatalog(str(path), root=str(path.parent)).versions([task()])[task()]


KEYS = st.sampled_from(
    ["task_id", "taskId", "metadata", "deployed_at", "spec", "task_template", "id", "name", "version"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("2026-01-01T00:00:00Z"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=5),
)


@given(st.dictionaries(KEYS, JSON) | JSON)
def test_whatever_a_line_holds_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_text(json.dumps(value), "utf-8")
    source = Source(path=str(path), shown="any.jsonl")
    with suppress(CatalogError):
        list(decode(read_index([source]).entries.values()))
