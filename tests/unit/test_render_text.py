from __future__ import annotations

from dataclasses import replace
from typing import Any

from flyteplan.errors import Position
from flyteplan.model.decision import Breach, Judgement
from flyteplan.model.plan import Change, Field, Loser, Note, Plan, Source, Submit
from flyteplan.model.settings import Selector
from flyteplan.model.task import TaskName, TaskVersion, Trigger
from flyteplan.render.style import plain
from flyteplan.render.text import actions, quiet, summary, text

GI = 2**30 * 10**9
CORE = 10**9
ETL = "manifests/base/etl.yaml"
TRAIN = "manifests/production/training.yaml"


def field(path: str, live: Any, desired: Any, at: str = f"{ETL}:14", **more: Any) -> Field:
    file, _, line = at.rpartition(":")
    position = Position(file, int(line), 7) if at else None
    return Field(**{"path": path, "base": live, "live": live, "desired": desired, "set_by": position, **more})


def change(name: str, *fields: Field, **more: Any) -> Change:
    values: dict[str, Any] = {
        "org": "",
        "task": TaskVersion(TaskName("flytesnacks", "development", name), "v3"),
        "live_version": "v3",
        "selector": Selector(auto_version="latest"),
        "strategy": "merge",
        "action": "update" if fields else "unchanged",
        "manifests": (Source(name="etl", position=Position(ETL, 4, 1)),),
        "fields": fields,
        "base_digest": "sha256:1",
        "live_digest": "sha256:1",
        "desired_digest": "sha256:2",
        "submit": Submit(kind="version", name="v3.2222222222.flyteplan", state="new"),
    }
    return Change(**{**values, **more})


def plan(*changes: Change) -> Plan:
    return Plan(
        target="local",
        catalog="examples/catalog",
        org="",
        project="flytesnacks",
        domain="development",
        changes=changes,
    )


def lines(*changes: Change, expand: bool = False, width: int = 100) -> list[str]:
    return plain(text(plan(*changes), expand=expand, width=width)).splitlines()


def block(*changes: Change, width: int = 100) -> str:
    """The lines of the first task."""
    shown = lines(*changes, width=width)[2:]
    return "\n".join(shown[: shown.index("")])


CPU = field("resources.requests.cpu", "2", "4")


REALISTIC = plan(
    change(
        "etl.extract_orders",
        field("resources.requests.memory", "4Gi", "8Gi"),
        field("retries.count", 1, 3, "manifests/base/etl.yaml:9"),
        selector=Selector(version="v3"),
        unchanged=11,
        requests={"cpu": (2 * CORE, 2 * CORE), "memory": (4 * GI, 8 * GI)},
    ),
    change(
        "features.build_matrix",
        field("resources.requests.cpu", "2", "6", "manifests/production/features.yaml:22"),
        field("resources.requests.gpu", "1", None, "manifests/production/features.yaml:21", collateral=True),
        field("resources.limits.memory", "32Gi", None, "manifests/production/features.yaml:21", collateral=True),
        field("resources.requests.memory", "16Gi", "24Gi", "manifests/production/features.yaml:23"),
        strategy="replace",
        unchanged=9,
        requests={"cpu": (2 * CORE, 6 * CORE), "memory": (16 * GI, 24 * GI), "gpu": (CORE, 0)},
    ),
    change(
        "inference.classify",
        field("env_vars.LOG_LEVEL", "INFO", "DEBUG", "manifests/base/inference.yaml:20"),
        field(
            "image",
            "registry.example.com/acme/serving/classify:2.4.0",
            "registry.example.com/acme/serving/classify:2.5.0-rc1",
            "manifests/base/inference.yaml:12",
        ),
        field("custom.version", "8a0f2c61b7d4e19", "0c3b55d1a97f0e2", "", collateral=True),
        field(
            "custom.spec.container_image",
            "registry.example.com/acme/serving/classify:2.4.0",
            "registry.example.com/acme/serving/classify:2.5.0-rc1",
            "",
            collateral=True,
        ),
        unchanged=17,
    ),
    change(
        "training.train_model",
        field(
            "resources.requests.cpu",
            "4",
            "8",
            f"{TRAIN}:14",
            base="2",
            overridden=(Loser(position=Position("manifests/base/training.yaml", 15, 9), value="6"),),
        ),
        field("env_vars.GREETING", "", "hello\n\x1b[31mworld", f"{TRAIN}:19"),
        field("timeout.max_runtime", "1h", "1h30m", f"{TRAIN}:16"),
        field("cache.max_age", None, "7d", f"{TRAIN}:22"),
        field("labels.team", "vision", None, "", base=None),
        live_version="v3.8a0f2c61b7.flyteplan",
        triggers=(Trigger(name="nightly", active=True), Trigger(name="weekly", active=False)),
        notes=(
            Note(code="not-honoured-timeout", message="the open-source backend stores but does not honour timeouts"),
            Note(
                code="older-base", message="base v3 is older than v4: callers of latest would go back", attention=True
            ),
            Note(code="triggers-kept", message="2 triggers go on running the version before this one", attention=True),
        ),
        unchanged=14,
        requests={"cpu": (4 * CORE, 8 * CORE)},
    ),
    change(
        "training.train_model",
        field("retries.count", 3, 5, "manifests/base/runs.yaml:9"),
        action="run",
        submit=Submit(
            kind="run",
            name="fp-k3q2m6xa5t7dw2zeh4r6c2yuni",
            state="new",
            call=(("inputs", {"dataset": "orders", "epochs": 3}), ("queue", "gpu-a100")),
        ),
        unchanged=21,
    ),
    change(
        "training.evaluate_model",
        deferred=True,
        task=TaskVersion(TaskName("flytesnacks", "development", "training.evaluate_model"), ""),
        selector=Selector(auto_version="current"),
        live_version="",
        action="resolve",
        submit=Submit(kind="none"),
    ),
    *(
        change(
            f"{area}.task_{number:02}",
            field("retries.count", 1, 3, "manifests/base/defaults.yaml:6"),
            notes=(Note(code="not-honoured-timeout", message="the open-source backend does not honour timeouts"),),
            unchanged=10,
        )
        for area, count in (("etl", 21), ("features", 12), ("train", 4))
        for number in range(count)
    ),
    change("etl.join"),
)


def test_fields_stand_in_columns_with_old_to_the_right_new_to_the_left_and_the_source_last() -> None:
    assert block(REALISTIC.changes[0]) == (
        "~ etl.extract_orders  @ v3 (pinned)\n"
        "    resources.requests.memory  4Gi -> 8Gi   +4Gi  x2   manifests/base/etl.yaml:14\n"
        "    retries.count                1 -> 3     +2    x3   manifests/base/etl.yaml:9\n"
        "    (11 unchanged fields hidden; becomes v3.2222222222.flyteplan)"
    )


def test_a_lost_gpu_is_the_first_line_below_the_title() -> None:
    gpu = field("resources.requests.gpu", "1", None, f"{TRAIN}:21", collateral=True)
    assert block(change("a", CPU, gpu, strategy="replace")).splitlines()[:3] == [
        "~ a  @ latest -> v3",
        "  ! loses its GPU: resources.requests.gpu was 1; strategy: replace takes the whole of resources",
        "    resources.requests.cpu       2 -> 4         +2  x2   manifests/base/etl.yaml:14",
    ]
    wanted = change("a", field("resources.requests.gpu", "1", None))
    assert block(wanted, change("b", *wanted.fields)).splitlines()[1:3] == [
        "  ! loses its GPU: resources.requests.gpu was 1",
        "    a, b  (-v lists them)",
    ]
    fewer = block(change("a", field("resources.requests.gpu", "2", "1")))
    assert "loses" not in fewer


def test_collateral_stands_below_with_its_cause_and_no_line_is_too_long() -> None:
    assert block(REALISTIC.changes[1]).splitlines()[2:7] == [
        "    resources.requests.cpu           2 -> 6         +4     manifests/production/features.yaml:22",
        "    resources.requests.memory     16Gi -> 24Gi      +8Gi   manifests/production/features.yaml:23",
        "  ! also resources.requests.gpu      1 -> (unset)   -1     manifests/production/features.yaml:21",
        "  ! also resources.limits.memory  32Gi -> (unset)          manifests/production/features.yaml:21",
        "    because strategy: replace takes the whole of resources",
    ]
    assert [line for line in plain(text(REALISTIC)).splitlines() if len(line) > 100] == []


def test_the_key_of_a_reuse_pool_is_named_as_what_it_is() -> None:
    shown = block(change("a", CPU, field("custom.version", "1", "2", "", collateral=True)))
    assert "  ! also reuse pool key     1 -> 2" in shown
    assert "because the reuse pool is keyed on what changed" in shown


def test_long_values_give_way_in_the_middle_and_still_differ() -> None:
    shown = block(REALISTIC.changes[2])
    assert "regis...ify:2.4.0 -> regis...2.5.0-rc1" in shown


def test_a_long_path_has_a_line_of_its_own_where_there_is_no_room() -> None:
    path = "k8s_pod.pod_spec.containers[primary].livenessProbe.httpGet.path"
    shown = block(change("a", CPU, field(path, "/health/of/the/service", "/health")), width=70).splitlines()
    at = shown.index(f"    {path}")
    assert shown[at + 1 : at + 3] == [
        "                            /health/of/the/service -> /health",
        f"      {ETL}:14",
    ]


def test_a_place_that_the_terminal_would_break_has_a_line_of_its_own() -> None:
    shown = block(change("a", field("resources.requests.memory", "4Gi", "8Gi")), width=60).splitlines()
    assert shown[1:3] == ["    resources.requests.memory  4Gi -> 8Gi   +4Gi  x2", f"      {ETL}:14"]


def test_of_a_version_that_is_live_only_the_triggers_that_start_another_one_move() -> None:
    triggers = (
        Trigger(name="nightly", active=True, version="v2"),
        Trigger(name="weekly", active=False, version="v3.2222222222.flyteplan"),
        Trigger(name="odd", active=True),
    )
    submit = Submit(kind="version", name="v3.2222222222.flyteplan", state="live", triggers="retarget")
    lagging = change("a", action="update", submit=submit, triggers=triggers)
    assert "    triggers: 1 retargeted (nightly), 2 as they are" in block(lagging)


def test_the_quiet_line_says_what_policies_say() -> None:
    made = plan(change("a", CPU))
    assert quiet(made.judgement, actions(made)) == "Plan: 1 to update, 0 unchanged."
    breach = Breach(name="protected:a", message="", position=Position("flyteplan.yaml", 3))
    judgement = Judgement(rules=2, breaches=(breach,))
    assert quiet(judgement, actions(made)) == "Plan: 1 to update, 0 unchanged. (stopped by 1 guard)"


def test_control_characters_are_shown_and_not_sent() -> None:
    shown = plain(text(plan(change("a\x1b]0;x\x07\u202e", field("env_vars.A", "", "b\n\x1b[31m")))))
    assert r"~ a\x1b]0;x\x07\u202e" in shown
    assert r'"" -> "b\n\x1b[31m"' in shown
    assert not set(shown) & set("\x1b\x07\u202e")


def test_null_is_unset_and_an_empty_text_is_quoted() -> None:
    assert 'env_vars.A  (unset) -> ""' in block(change("a", field("env_vars.A", None, "")))


def test_another_spelling_of_the_same_value_is_called_so() -> None:
    shown = block(change("a", field("resources.requests.memory", "1024Mi", "1Gi")))
    assert "1024Mi -> 1Gi   (same value)   manifests" in shown


def test_losers_that_do_not_fit_stand_below_each_other() -> None:
    """Whatever their lengths, and whether their field has a difference or not."""
    long, short = (Loser(position=Position(ETL, 9, 3), value=value) for value in ("a-value-of-some-length", "2.5"))
    fields = [
        field("env_vars.A", "x" * 12, "y", overridden=(long,)),
        field("resources.requests.cpu", "2", "4", f"{TRAIN}:14", overridden=(short,)),
    ]
    told = [line for line in block(change("a", *fields), width=76).splitlines() if line.strip().startswith("(over")]
    assert len(told) == 2
    assert len({line.index("(over") for line in told}) == 1
    assert all(len(line) <= 76 for line in told)


def test_losers_are_named_on_the_line_or_below_it() -> None:
    loser = Loser(position=Position(ETL, 9, 3), value="6")
    fitting = block(change("a", field("resources.requests.cpu", "2", "4", overridden=(loser,))), width=110)
    assert f"{ETL}:14 (over {ETL}:9: 6)" in fitting
    below = block(change("a", field("resources.requests.cpu", "2", "4", overridden=(loser,))), width=80)
    assert f"{ETL}:14\n" in below
    assert below.splitlines()[2].strip() == f"(over {ETL}:9: 6)"


def test_live_is_named_where_it_is_not_the_base_and_a_field_may_go_back_to_it() -> None:
    back = field("labels.team", "vision", None, "", base=None)
    shown = block(change("a", back, live_version="v3.8a0f2c61b7.flyteplan"))
    assert shown.startswith("~ a  @ latest -> v3  live v3.8a0f2c61b7.flyteplan\n")
    assert "labels.team  vision -> (unset)   base v3" in shown


def test_a_field_that_stays_as_it_is_live_is_not_shown() -> None:
    assert "cpu" not in block(change("a", field("resources.requests.cpu", "4", "4", base="2"), field("x", 1, 2)))


def test_a_task_of_another_scope_has_its_scope_before_its_name() -> None:
    other = TaskVersion(TaskName("vision", "production", "a"), "v1")
    assert block(change("a", CPU, task=other, live_version="v1")).startswith("~ vision/production/a  @ latest -> v1")
    assert block(change("a", CPU, org="acme")).startswith("~ acme/flytesnacks/development/a")


def test_a_run_shows_its_name_and_its_call() -> None:
    assert block(REALISTIC.changes[4]).splitlines()[:4] == [
        "+ training.train_model  run fp-k3q2m6xa5t7dw2zeh4r6c2yuni  @ latest -> v3",
        f"    asked for in {ETL}:4",
        "    call.inputs  {dataset: orders, epochs: 3}",
        "    call.queue   gpu-a100",
    ]


def test_a_resolved_task_shows_its_version_and_a_deferred_one_why_not() -> None:
    resolved = change("a", CPU, action="resolve", submit=Submit(kind="none"))
    assert block(resolved).startswith("= a  resolves to v3 (latest)\n")
    deferred = block(REALISTIC.changes[5])
    assert deferred == "= training.evaluate_model  @ current  deferred: the version is known in a task only"


def test_notes_that_need_attention_stand_with_the_task_and_others_once_at_the_end() -> None:
    calm = Note(code="not-honoured-timeout", message="not honoured")
    loud = Note(code="plugin-decides", message="the plugin decides", attention=True)
    shown = lines(change("a", CPU, notes=(calm, loud)), change("b", notes=(calm,)), change("c", CPU, notes=(calm,)))
    assert "  ! the plugin decides [plugin-decides]" in shown
    assert shown[shown.index("Notes") + 1] == "  not honoured (2 tasks)"


def test_triggers_are_told_once() -> None:
    triggers = (Trigger(name="nightly", active=True), Trigger(name="weekly", active=False))
    note = Note(code="triggers-kept", message="2 triggers go on", attention=True)
    kept = block(change("a", CPU, triggers=triggers, notes=(note,)))
    assert "  ! triggers: 2 kept on the old version (nightly, inactive weekly)" in kept
    assert "go on" not in kept
    moved = replace(change("a", CPU, triggers=triggers).submit, triggers="retarget")
    assert "    triggers: 3 retargeted (nightly, inactive weekly, 1 more)" in block(
        change("a", CPU, triggers=triggers, other_triggers=1, submit=moved)
    )


def test_a_note_on_triggers_is_shown_when_there_are_none_to_name() -> None:
    note = Note(code="triggers-kept", message="a trigger goes on", attention=True)
    assert "a trigger goes on" in block(change("a", CPU, notes=(note,)))


def test_tasks_that_change_alike_are_told_once() -> None:
    shown = lines(*(change(f"etl.t{n}", CPU, unchanged=2) for n in range(3)))
    assert shown[2:5] == [
        "~ 3 tasks  @ latest -> v3",
        "    etl.t0, etl.t1, etl.t2  (-v lists them)",
        "    resources.requests.cpu  2 -> 4   +2  x2   manifests/base/etl.yaml:14",
    ]
    assert "    (6 unchanged fields hidden)" in shown


def test_expanded_each_task_is_told_alone() -> None:
    shown = lines(*(change(f"etl.t{n}", CPU) for n in range(3)), expand=True)
    assert [line for line in shown if line.startswith("~")] == [f"~ etl.t{n}  @ latest -> v3" for n in range(3)]


def test_tasks_that_differ_in_a_source_or_in_what_is_live_are_not_put_together() -> None:
    other = field("resources.requests.cpu", "2", "4", "manifests/base/etl.yaml:15")
    derived = change("c", CPU, live_version="v3.8a0f2c61b7.flyteplan")
    shown = lines(change("a", CPU), change("b", other), derived)
    assert len([line for line in shown if line.startswith("~")]) == 3


def test_many_names_are_counted_by_their_first_part() -> None:
    assert "    etl.* 21, features.* 12, train.* 4  (-v lists them)" in plain(text(REALISTIC)).splitlines()


def test_requests_are_those_of_versions_that_differ() -> None:
    run = change("c", CPU, action="run", submit=Submit(kind="run", name="fp-1"), requests={"cpu": (0, 99 * CORE)})
    shown = lines(
        change("a", CPU, requests={"cpu": (12 * CORE, 16 * CORE), "gpu": (CORE, CORE)}),
        change("b", CPU, requests={"memory": (GI, 13 * GI)}),
        run,
    )
    assert "Requests  cpu +4 (12 -> 16)  memory +12Gi (1Gi -> 13Gi)" in shown


def test_the_worst_case_is_told_where_retries_make_another_sum() -> None:
    more = change("a", CPU, requests={"cpu": (2 * CORE, 4 * CORE)}, attempts=(1, 4))
    assert lines(more)[-4:-2] == ["Requests  cpu +2 (2 -> 4)", "Worst case with retries  cpu +14 (2 -> 16)"]
    assert "Worst case" not in str(lines(change("a", CPU, requests={"cpu": (2 * CORE, 4 * CORE)})))


def test_work_that_is_done_again_is_said_and_what_shows_anyway_is_not() -> None:
    cache = field("cache.version_override", "a", "b", effects=("recompute", "identity"))
    shown = lines(change("a", cache, CPU._replace(effects=("capacity",))))
    assert "  ! recompute: cached results are not reused" in shown
    assert "  ! identity: a run that recovers does not find what it did before" in shown
    assert "capacity" not in str(shown)
    assert "recompute" not in str(lines(change("a", cache, action="unchanged")))


def test_a_sensitive_value_is_a_word_and_tasks_that_change_it_alike_are_told_once() -> None:
    def secret(task: str) -> Change:
        loser = Loser(position=Position(ETL, 3), value={"sensitive": f"{task}0"})
        values = {"sensitive": f"{task}1"}, {"sensitive": f"{task}2"}
        return change(task, field("env_vars.DB_PASSWORD", *values, overridden=(loser,)))

    shown = lines(secret("a"), secret("b"))
    assert "~ 2 tasks  @ latest -> v3" in shown
    assert any("env_vars.DB_PASSWORD  (sensitive) -> (sensitive, changed)" in line for line in shown)
    assert any(f"(over {ETL}:3: (sensitive))" in line for line in shown)


def test_the_last_line_counts_what_becomes_of_the_tasks() -> None:
    assert summary(REALISTIC) == "Plan: 41 to update, 1 to run, 1 to resolve, 1 unchanged."
    assert plain(text(REALISTIC)).splitlines()[-1] == summary(REALISTIC)


def test_an_empty_plan_is_a_header_and_the_summary() -> None:
    assert lines(change("a"), change("b")) == [
        "local  flytesnacks/development  2 tasks, 1 manifest in 1 file",
        "",
        "Plan: 0 to update, 2 unchanged.",
    ]
