"""Every state of a task, and which one it is where several hold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flyteidl2.task.task_definition_pb2 import TaskSpec
from jsonschema import Draft202012Validator
from tests.applying import TASK, spec
from tests.memory_catalog import MemoryCatalog

from flyteplan.diff import digest
from flyteplan.errors import Position
from flyteplan.model.deployment import Provenance
from flyteplan.model.plan import Change, Note, Plan, Source, Submit
from flyteplan.model.settings import Selector
from flyteplan.model.status import (
    CHANGED,
    EDITED,
    IN_STEP,
    NEVER_APPLIED,
    NEWER_BASE,
    NO_MANIFEST,
    REDEPLOYED,
    STATES,
    Report,
    TaskStatus,
)
from flyteplan.model.task import TaskVersion, Template
from flyteplan.pipeline import reporting
from flyteplan.render.status import markdown, summary, text
from flyteplan.render.style import plain
from flyteplan.status import document, judge

US = Provenance(owner="acme", target="local")
BASE, DERIVED = digest(spec("v1")), "v1.0123456789.flyteplan"
CONTENT = json.loads((Path(__file__).parents[2] / "schema" / "status.v1.schema.json").read_text("utf-8"))
SCHEMA = Draft202012Validator(CONTENT)
LATEST = Selector(auto_version="latest")


def derived(cpu: str = "2", **tags: str) -> Template:
    """A version as apply made it, but for *tags*; an empty one is not there."""
    made = spec("v1", cpu=cpu)
    own = {"owner": "acme", "target": "local", "manifest": "load", "base": "v1", "base-digest": BASE}
    own |= {"digest": digest(made), **{name.replace("_", "-"): value for name, value in tags.items()}}
    made.task_template.metadata.tags.update({f"flyteplan/{name}": value for name, value in own.items() if value})
    return Template(key=TaskVersion(TASK, DERIVED), spec=made, deployed_at=2)


def change(live: Template, desired: str = "3", base: TaskSpec | None = None, version: str = "v1") -> Change:
    """What brings *live* to a spec with *desired* cpus."""
    wanted = digest(spec("v1", cpu=desired))
    return Change(
        org="",
        task=TaskVersion(TASK, version),
        live_version=live.key.version,
        selector=LATEST,
        strategy="merge",
        action="unchanged" if digest(live.spec) == wanted else "update",
        manifests=(Source(name="load", position=Position("a.yaml", 3)),),
        fields=(),
        base_digest=digest(base or spec("v1")),
        live_digest=digest(live.spec),
        desired_digest=wanted,
        submit=Submit(kind="version", name="v1.x.flyteplan", state="new"),
    )


def base_of(version: str) -> Template:
    return Template(key=TaskVersion(TASK, version), spec=spec(version), deployed_at=3)


def states(status: TaskStatus) -> list[str]:
    return [reason.state for reason in status.reasons]


def judged(live: Template, **wanted: object) -> TaskStatus:
    return judge(replace(change(live), **wanted), live, None, US)  # type: ignore[arg-type]


def test_changes_are_not_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = [change(one) for one in (derived(), base_of("v1")) for _ in range(5)]
    plan = Plan(target="local", catalog="", org="", project="p", domain="d", changes=tuple(changes))
    compared = list[object]()

    def equal(self: Change, other: object) -> bool:
        compared.append(other)
        return self is other

    monkeypatch.setattr(Change, "__eq__", equal)
    assert len(reporting.report(plan, MemoryCatalog([derived(), base_of("v1")]), US).tasks) == 10
    assert compared == []


def test_what_is_as_desired_is_in_step_whoever_made_it() -> None:
    theirs = derived(owner="others", digest="")
    status = judge(change(theirs, desired="2"), theirs, None, US)
    assert (status.state, status.reasons, status.next) == (IN_STEP, (), "")


def test_what_was_applied_and_is_not_wanted_any_more_is_changed_in_git() -> None:
    assert states(judged(derived())) == [CHANGED]


def test_a_base_that_hides_nothing_was_never_applied() -> None:
    base = base_of("v1")
    status = judge(change(base), base, None, US)
    assert (states(status), status.next) == ([NEVER_APPLIED], "flyteplan apply")


@pytest.mark.parametrize(
    ("earlier", "state"),
    [
        (derived(), NEWER_BASE),
        (derived(target="other"), NEVER_APPLIED),
        (derived(owner=""), NEVER_APPLIED),
        (derived(cpu="1"), NEVER_APPLIED),
    ],
    ids=["ours", "of another target", "of nobody", "the base that a prune brought back"],
)
def test_a_base_that_is_newer_than_ours_undoes_it(earlier: Template, state: str) -> None:
    live = base_of("v2")
    assert states(judge(change(live), live, earlier, US)) == [state]


@pytest.mark.parametrize(
    ("live", "told"),
    [
        (derived(owner="others"), "its owner is others"),
        (derived(owner=""), "it has no owner"),
        (derived(target="other"), "it was applied for target other"),
        (derived(target=""), "it was applied for no target"),
        (derived(digest=""), "it has no tags of an apply"),
        (derived(digest="sha256:0"), "does not have the spec that was applied"),
    ],
)
def test_what_no_apply_of_ours_made_was_edited_by_hand(live: Template, told: str) -> None:
    status = judged(live)
    assert (states(status), status.next) == ([EDITED], "flyteplan plan")
    assert told in status.reasons[0].message


def test_a_base_that_was_deployed_again_is_told() -> None:
    live = derived()
    assert states(judge(change(live, base=spec("v1", cpu="5")), live, None, US)) == [REDEPLOYED]


@pytest.mark.parametrize(
    ("selector", "locked", "state"),
    [
        (LATEST, False, NEWER_BASE),
        (Selector(auto_version="current"), False, NEWER_BASE),
        (LATEST, True, CHANGED),
        (Selector(version="v2"), False, CHANGED),
    ],
)
def test_another_base_is_the_authors_doing_unless_git_pins_it(selector: Selector, locked: bool, state: str) -> None:
    status = judged(derived(), task=TaskVersion(TASK, "v2"), selector=selector, locked=locked)
    assert states(status) == [state]


def test_what_has_no_manifest_says_how_its_base_comes_back() -> None:
    status = judged(derived(), prune=True, manifests=())
    assert (states(status), status.next) == ([NO_MANIFEST], "flyteplan apply --prune")
    assert "applied for load" in status.reasons[0].message


def test_of_several_reasons_the_gravest_is_the_state() -> None:
    live = derived(digest="sha256:0")
    status = judged(live, prune=True, manifests=(), base_digest=digest(spec("v1", cpu="5")))
    assert states(status) == [NO_MANIFEST, EDITED, REDEPLOYED]
    assert status.next == "flyteplan plan --prune"
    assert states(judged(live, task=TaskVersion(TASK, "v2"))) == [EDITED, NEWER_BASE]


def test_a_plan_comes_first_where_apply_would_refuse() -> None:
    assert judged(derived(), notes=(Note(code="older-base", message="...", attention=True),)).next == "flyteplan plan"


def report(*tasks: TaskStatus) -> Report:
    plan = Plan(target="local", catalog="c.db", org="", project=TASK.project, domain=TASK.domain, changes=())
    return Report(plan=plan, tasks=tasks)


EVERY = report(
    judged(derived()),
    judged(derived(digest="sha256:0"), prune=True, manifests=()),
    judge(change(derived(), desired="2"), derived(), None, US),
)


def test_the_document_fits_its_schema() -> None:
    for one in (report(), EVERY):
        found = json.loads(json.dumps(document(one)))
        assert list(SCHEMA.iter_errors(found)) == []
        assert sum(found["summary"].values()) == 2 * len(one.tasks)
    assert len(CONTENT["$defs"]["state"]["enum"]) == len(STATES)


def test_between_two_commas_of_the_last_line_is_one_state() -> None:
    live = derived()
    again = judge(change(live, base=spec("v1", cpu="5")), live, None, US)
    assert summary(report(again, *EVERY.tasks)) == (
        "Status: 1 in step, 1 changed in Git, 1 same version other spec, 1 no manifest."
    )
    assert summary(report()) == "Status: 0 in step."


def test_a_second_reason_is_told_with_its_state() -> None:
    lines = plain(text(EVERY, every=False, width=100)).splitlines()
    assert lines[-1] == summary(EVERY)
    assert f"    {EDITED}: {DERIVED} does not have the spec that was applied under this name" in lines
    assert sum("etl.load" in line for line in lines) == 2
    assert sum("etl.load" in line for line in plain(text(EVERY, every=True, width=100)).splitlines()) == 3


def test_a_name_does_nothing_to_the_table_it_stands_in() -> None:
    name = "a|b`c`<img>\n*d*"
    task = TASK._replace(name=name)
    odd = judged(derived(), task=TaskVersion(task, "v1"))
    row = next(line for line in markdown(report(odd)).splitlines() if "changed in Git" in line)
    assert row.startswith(r"| ``a\|b`c`<img>\n*d*`` | changed in Git |")
