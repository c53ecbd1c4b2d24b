from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest
from tests.htmlpages import BASE, LINK, PRODUCTION, change, drawn, drawn_two, few, field, many, plan, two
from tests.markup import Element, elements, texts

from flyteplan.errors import Position
from flyteplan.model.decision import Decision, Judgement
from flyteplan.model.plan import Note, Plan, Source, Submit
from flyteplan.model.settings import Selector
from flyteplan.model.task import TaskName, TaskVersion, Trigger
from flyteplan.plan.document import digest, document
from flyteplan.render.html.ofplan import page
from flyteplan.render.html.view import Card, Page, Row

CPU = field("resources.requests.cpu", "2", "4")


def shown(*changes: Any, **more: Any) -> Page:
    made = plan(changes)
    return page(made, document(made), **more)


def card(*fields: Any, **more: Any) -> Card:
    (only,) = shown(change("a", *(fields or (CPU,)), **more)).changed
    return only


def row(*fields: Any, **more: Any) -> Row:
    return card(*fields, **more).rows[-1]


@pytest.mark.parametrize("made", [few(), plan([]), plan([change("a")]), many(30)], ids=["few", "none", "same", "many"])
def test_ids_are_unique_links_lead_somewhere_and_no_heading_is_skipped(made: Plan) -> None:
    found = elements(drawn(made, link=LINK))
    ids = [one.attributes["id"] for one in found if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    targets = {one.attributes["href"][1:] for one in found if one.attributes.get("href", "").startswith("#")}
    named = {one.attributes["aria-labelledby"] for one in found if "aria-labelledby" in one.attributes}
    assert targets | named <= set(ids)
    levels = [int(one.name[1]) for one in found if re.fullmatch("h[1-6]", one.name)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_nothing_is_loaded_from_anywhere() -> None:
    found = elements(drawn(few(), link=LINK))
    addresses = [one.attributes[name] for one in found for name in ("src", "href", "action") if name in one.attributes]
    assert [one for one in addresses if not one.startswith("#")] == ["data:,"]
    assert not {"img", "iframe", "object", "embed", "base"} & {one.name for one in found}
    assert not [name for one in found for name in one.attributes if name.startswith("on") or name == "style"]


def test_the_policy_lets_run_and_apply_what_the_page_came_with_and_nothing_else() -> None:
    text = drawn(few())
    (policy,) = [one.attributes["content"] for one in elements(text) if "http-equiv" in one.attributes]
    for name in ("style", "script"):
        (inline,) = re.findall(f"<{name}>(.*?)</{name}>", text, re.DOTALL)
        assert f"{name}-src 'sha256-{b64encode(sha256(inline.encode()).digest()).decode()}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_every_control_is_named() -> None:
    found = elements(drawn(few()))
    controls = [one for one in found if one.name in ("input", "select")]
    assert len(controls) == 5
    assert all("label" in one.within for one in controls)
    (status,) = [one for one in found if one.attributes.get("role") == "status"]
    assert status.attributes["aria-live"] == "polite"


def test_tables_have_captions_and_headers_of_columns_and_rows() -> None:
    found = elements(drawn(few()))
    tables = [one for one in found if one.name == "table"]
    assert len([one for one in found if one.name == "caption"]) == len(tables) > 0
    assert {one.attributes["scope"] for one in found if one.name == "th"} == {"col", "row"}


def test_digest_target_and_counts_are_at_the_top() -> None:
    made = few()
    told = texts(drawn(made))
    assert digest(made) in told
    assert page(made, document(made)).counts == (("update", 2), ("run", 1), ("unchanged", 0))
    assert page(made, document(made)).title == "Plan for local"


def test_a_plan_is_drawn_the_same_each_time() -> None:
    assert drawn(few(), link=LINK) == drawn(few(), link=LINK)


def test_an_address_leads_to_a_task_or_to_a_run_of_it_by_its_name() -> None:
    run = change("b c", CPU, action="run", submit=Submit(kind="run", name="fp-1"))
    other = change("a", CPU, task=TaskVersion(TaskName("vision", "production", "a"), "v1"))
    resolved = change("a", action="resolve", submit=Submit(kind="none"))
    made = shown(change("etl.join", CPU), run, other, resolved, expand=True)
    assert [one.members[0].anchor for one in made.changed] == [
        "task-etl.join",
        "run-b%20c,etl",
        "task-vision/production/a",
        "resolve-a",
    ]


def test_two_names_never_share_an_address() -> None:
    names = ["a b", "a%20b", "a,b", "a", "é", 'a"><script>', "a#b", "A"]
    made = shown(*(change(name, CPU) for name in names), expand=True)
    anchors = [one.members[0].anchor for one in made.changed]
    assert len(set(anchors)) == len(names)
    assert all(re.fullmatch("[!-~]+", one) and not set(one) & set("\"'<>&# ") for one in anchors)


def test_a_row_tells_live_desired_difference_place_and_effects() -> None:
    made = few()
    first = page(made, document(made), link=LINK).changed[0]
    memory = first.rows[0]
    assert (memory.old.short, memory.new.short, memory.difference) == ("4Gi", "8Gi", "+4Gi x2")
    assert memory.effects == ("capacity",)
    assert memory.source is not None
    assert memory.source.text == f"{PRODUCTION}/etl.yaml:14"
    assert memory.source.href == f"https://forge.example/acme/ml/blob/51ef0b7/{PRODUCTION}/etl.yaml#L14"
    assert [(one.place.text, one.value) for one in memory.losers] == [(f"{BASE}/etl.yaml:9", "6Gi")]
    assert first.effects == ("behaviour", "capacity")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil.example/x", "", "HTTPS://x"])
def test_only_addresses_of_the_web_are_followed(address: str) -> None:
    (only,) = shown(change("a", CPU), link=lambda position: address).changed
    assert only.rows[0].source is not None
    assert only.rows[0].source.href == ""


def test_the_base_is_told_where_it_is_not_what_is_live() -> None:
    assert row(field("retries.count", 2, 3, base=1)).base == "1"
    assert row(field("retries.count", 2, 3)).base == ""


def test_what_nobody_wrote_says_why_and_stands_at_the_top() -> None:
    lost = field("resources.requests.gpu", "1", None, collateral=True)
    limit = field("resources.limits.cpu", "4", None, collateral=True)
    made = shown(change("a", CPU, lost, limit, strategy="replace"))
    assert made.changed[0].collateral == 2
    assert made.changed[0].rows[1].why == "strategy: replace takes the whole of resources"
    assert [(one.alert.code, one.tasks) for one in made.warned] == [
        ("gpu-lost", (("task-a", "a"),)),
        ("collateral", (("task-a", "a"),)),
    ]
    assert made.warned[1].alert.text.startswith("also loses resources.limits.cpu (4); strategy: replace")


def test_an_alert_is_said_once_with_all_its_tasks() -> None:
    note = Note(code="older-base", message="callers of latest would go back", attention=True)
    made = shown(*(change(name, CPU, notes=(note,)) for name in ("a", "b")))
    (warned,) = made.warned
    assert warned.tasks == (("task-a", "a"), ("task-b", "b"))
    assert [len(one.members) for one in made.changed] == [2]


def test_what_policies_say_stands_at_the_top_with_its_lines() -> None:
    task = TaskName("flytesnacks", "development", "a")
    denied = Decision(
        effect="deny",
        policy="p",
        rule="max-cpu",
        rule_at=Position("policies/a.yaml", 9),
        task=task,
        field="resources.requests.cpu",
        message="too much",
        reason="<b>dear</b>",
        set_by=Position(f"{BASE}/etl.yaml", 14),
    )
    judgement = Judgement(rules=2, decisions=(denied,))
    made = replace(
        plan([change("a", CPU, attempts=(1, 3), requests={"cpu": (2 * 10**9, 4 * 10**9)})]), judgement=judgement
    )
    told = page(made, document(made), link=LINK)
    assert (told.policy, told.worst_case) == ("2 rules: 1 denied", "cpu +10 (2 -> 12)")
    (one,) = told.verdicts
    assert (one.outcome, one.message, one.tasks) == ("denied", "too much: <b>dear</b>", (("task-a", "a"),))
    assert [at.text for at in one.places] == [f"{BASE}/etl.yaml:14", "policies/a.yaml:9"]
    assert "too much: <b>dear</b>" in texts(drawn(made))


def test_triggers_that_stay_are_an_alert_and_those_that_move_a_fact() -> None:
    triggers = (Trigger(name="nightly", active=True), Trigger(name="weekly", active=False))
    note = Note(code="triggers-kept", message="2 triggers go on", attention=True)
    (alert,) = card(triggers=triggers, notes=(note,)).alerts
    assert alert.text.startswith("triggers: 2 kept on the old version (nightly, inactive weekly)")
    moved = card(triggers=triggers, submit=Submit(kind="version", name="v", triggers="retarget"))
    assert (moved.alerts, moved.triggers) == ((), "2 retargeted (nightly, inactive weekly)")


def test_tasks_that_change_alike_share_a_card_and_keep_their_addresses() -> None:
    alike = [change(f"etl.t{number}", CPU, unchanged=number) for number in range(3)]
    made = shown(*alike, change("z", CPU, field("retries.count", 1, 2)))
    assert [len(one.members) for one in made.changed] == [3, 1]
    assert [one.anchor for one in made.changed[0].members] == ["task-etl.t0", "task-etl.t1", "task-etl.t2"]
    assert [one.names for one in made.changed] == ["etl.t0, etl.t1, etl.t2", ""]
    assert (made.tasks, made.rows) == (4, 5)
    assert len(shown(*alike, expand=True).changed) == 3


def test_tasks_whose_kept_fields_or_manifests_differ_do_not_share_a_card() -> None:
    kept = field("timeout.max_runtime", "2h", "2h", base="1h")
    other = (Source(name="other", position=Position(f"{BASE}/other.yaml", 4)),)
    changes = [change("a", CPU), change("b", CPU, kept), change("c", CPU._replace(base="1")), change("d", CPU)]
    changes.append(change("e", CPU, manifests=other))
    assert [[one.name for one in c.members] for c in shown(*changes).changed] == [["a", "d"], ["b"], ["c"], ["e"]]


def test_fields_that_stay_are_shown_apart_with_what_they_were_in_the_base() -> None:
    one = card(CPU, field("timeout.max_runtime", "2h", "2h", base="1h"))
    assert [(kept.path, kept.old.short, kept.new.short) for kept in one.kept] == [("timeout.max_runtime", "1h", "2h")]
    assert len(one.rows) == 1


def test_unchanged_tasks_stand_apart_but_for_a_run_that_is_there() -> None:
    there = change("b", action="unchanged", submit=Submit(kind="run", name="fp-1", state="exists"))
    made = shown(change("a"), there)
    assert [one.members[0].name for one in made.changed] == ["b"]
    assert [one.members[0].name for one in made.unchanged] == ["a"]
    assert "is there already (--again starts another)" in texts(drawn(plan([there])))


def test_how_the_version_was_found() -> None:
    assert card().version == "latest"
    assert card(locked=True).version == "latest, by the lock"
    assert card(selector=Selector(version="v3")).version == "pinned"
    deferred = card(CPU, action="resolve", deferred=True, selector=Selector(auto_version="current"))
    assert deferred.version == "current, known in a task only"


def test_a_long_value_is_shortened_and_still_there_in_full() -> None:
    one = row(field("env_vars.A", "x" * 300, "x" * 299 + "y"))
    assert len(one.new.short) <= 120 < len(one.new.whole)
    assert one.new.short != one.old.short


def test_charts_show_what_versions_ask_for_and_who_changes_it_most() -> None:
    made = few()
    cpu, memory, gpu = page(made, document(made)).charts
    assert [(bar.amount, bar.width) for bar in cpu.bars] == [("4", "50.0"), ("8", "100.0")]
    assert (memory.difference, gpu.difference) == ("+4Gi x2", "-1")
    assert [(share.anchor, share.difference) for share in cpu.largest] == [("task-features.build_matrix", "+4")]


def test_the_choices_are_what_the_plan_has() -> None:
    made = few()
    choices = page(made, document(made)).choices
    assert choices.actions == (("update", 2), ("run", 1))
    assert dict(choices.effects) == {"behaviour": 2, "capacity": 2, "identity": 1, "recompute": 1}
    assert choices.collateral == 1
    assert choices.layers == (BASE, PRODUCTION)


def test_layers_are_folders_and_those_above_that_tell_some_apart() -> None:
    paths = ["a/b/c/x.yaml", "a/b/d/y.yaml", "a/e/z.yaml"]
    changes = [change(p, CPU, manifests=(Source(name="m", position=Position(p, 1)),)) for p in paths]
    assert shown(*changes).choices.layers == ("a/b", "a/b/c", "a/b/d", "a/e")
    here = change("a", CPU, manifests=(Source(name="m", position=Position("x.yaml", 1)),))
    assert shown(here).choices.layers == (".",)


def test_desired_templates_are_shown_as_long_as_there_is_room() -> None:
    made = plan([change("a", CPU)])
    told = dict(document(made))
    told["changes"][0]["desired"] = {"short_name": "</script><b>"}
    assert "</script><b>" in page(made, told).changed[0].members[0].spec
    told["changes"][0]["desired"] = {"short_name": "x" * 1_000_001}
    assert page(made, told).changed[0].members[0].spec == ""
    assert page(made, told).specs_left_out


def test_a_value_is_text_wherever_it_stands() -> None:
    nasty = '"><script>alert(1)</script><img src=x onerror=y>'
    note = Note(code=nasty, message=nasty, attention=True)
    text = drawn(plan([change(nasty, field(f"env_vars.{nasty}", nasty, None, f"{nasty}/a.yaml:1"), notes=(note,))]))
    assert [one for one in elements(text) if one.name in ("img", "script")] == [Element("script", {}, ("html", "body"))]
    assert nasty in texts(text)


def test_3000_changes_make_a_page_of_some_megabytes() -> None:
    assert len(drawn(many(3000)).encode()) < 5_000_000
    assert len(drawn(many(3000), link=LINK).encode()) < 6_000_000


def test_a_page_of_3000_changes_with_all_their_lines_linked_stays_below_5_megabytes() -> None:
    text = drawn(many(3000), link=LINK)
    assert len(text.encode()) <= 5_000_000
    assert "https://forge.example" in text


def test_an_address_that_its_text_does_not_tell_is_written_out() -> None:
    def link(position: Position) -> str:
        return f"https://forge.example/{position.path.replace(' ', '%20')}#L{position.line}"

    spaced = field("retries.count", 1, 3, "manifests/base/a b.yaml:4")
    text = drawn(plan([change("a", CPU), change("b", spaced)]), link=link)
    assert 'data-at="https://forge.example/manifests/base/a%20b.yaml#L4"' in text
    assert text.count("data-at=") == 1
    assert 'data-root="https://forge.example/" data-mark="#L"' in text


def test_two_plans_have_ids_that_are_unique_links_that_lead_somewhere_and_headings_in_order() -> None:
    found = elements(drawn_two(two(), link=LINK))
    ids = [one.attributes["id"] for one in found if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    targets = {one.attributes["href"][1:] for one in found if one.attributes.get("href", "").startswith("#")}
    named = {one.attributes["aria-labelledby"] for one in found if "aria-labelledby" in one.attributes}
    assert targets | named <= set(ids)


def test_a_page_of_two_plans_tells_rules_alerts_and_both_digests() -> None:
    of = two()
    told = texts(drawn_two(of))
    assert "loosened: rule max-memory resources.memory: max 64Gi -> 128Gi" in told
    assert "loses its GPU: resources.requests.gpu was 1" in told
    assert digest(of.before) in told
    assert digest(of.after) in told
